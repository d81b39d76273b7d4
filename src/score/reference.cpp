#include "score/reference.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/error.hpp"
#include "score/mixture.hpp"
#include "score/steps.hpp"

namespace trigloop::score {

using namespace detail;
using model::Code;
using model::NodeIndex;

/// The graph's nodes as steps on one array of codes.
template <class Int>
class Reference::Program {
 public:
  Program(const model::Graph& graph, const std::vector<std::size_t>& offsets)
      : graph_(graph), input_(0, std::get<model::Input>(graph.input().operation).type) {
    for (NodeIndex n = 0; n < graph.nodes().size(); ++n) {
      slices_.push_back({offsets[n], graph[n].output.features(), graph[n].output.fraction});
      std::visit([&](const auto& op) { add(op, graph[n].inputs, slices_[n]); }, graph[n].operation);
    }
  }

  void load(std::span<const std::int64_t> event, Int* values) const noexcept { std::ranges::copy(event, values); }
  void load(const std::int16_t* hardware, std::size_t stride, Int* values) const noexcept {
    for (std::size_t k = 0; k < slices_.front().size; ++k) values[k] = hardware[k * stride];
    input_(values, values, slices_.front().size);
  }

  /// From the codes of the input, which are loaded.
  void run(Int* values, double& float_score) const noexcept {
    for (const auto& step : steps_) std::visit([&](const auto& s) { s(values); }, step);
    if (const auto* op = std::get_if<model::MixtureDistance>(&graph_.output().operation)) {
      float_score = mixture(*op, slices_[graph_.output().inputs[0]], values);
    }
  }

 private:
  using Inputs = std::vector<NodeIndex>;
  Slice slice(const Inputs& in, std::size_t k) const { return slices_[in[k]]; }

  void add(const model::Input&, const Inputs&, Slice) {}
  void add(const model::Quantise& op, const Inputs& in, Slice y) { push(QuantiseStep<Int>(op, slice(in, 0), y)); }
  void add(const model::Dense& op, const Inputs& in, Slice y) { push(DenseStep<Int>(op, slice(in, 0), y)); }
  void add(const model::AddConstant& op, const Inputs& in, Slice y) { push(ConstantStep<Int>(op, slice(in, 0), y)); }
  void add(const model::MulConstant& op, const Inputs& in, Slice y) { push(ConstantStep<Int>(op, slice(in, 0), y)); }
  void add(const model::Add&, const Inputs& in, Slice y) { binary(Binary::add, in, y); }
  void add(const model::Subtract&, const Inputs& in, Slice y) { binary(Binary::subtract, in, y); }
  void add(const model::Multiply&, const Inputs& in, Slice y) { binary(Binary::multiply, in, y); }
  void add(const model::Relu&, const Inputs& in, Slice y) { push(ReluStep<Int>(slice(in, 0), y)); }
  void add(const model::Gather& op, const Inputs& in, Slice y) {
    std::vector<Slice> all;
    for (const NodeIndex i : in) all.push_back(slices_[i]);
    push(GatherStep<Int>(op, all, y));
  }
  void add(const model::Sum& op, const Inputs& in, Slice y) { push(SumStep<Int>(op, slice(in, 0), y)); }
  void add(const model::Dot& op, const Inputs& in, Slice y) { push(DotStep<Int>(op, slice(in, 0), slice(in, 1), y)); }
  void add(const model::MixtureDistance&, const Inputs&, Slice) {}
  void binary(Binary kind, const Inputs& in, Slice y) { push(BinaryStep<Int>(kind, slice(in, 0), slice(in, 1), y)); }
  void push(Step<Int> step) { steps_.push_back(std::move(step)); }

  double mixture(const model::MixtureDistance& op, Slice x, const Int* values) const noexcept {
    std::vector<double> inputs;
    for (std::size_t i = 0; i < x.size; ++i) {
      inputs.push_back(std::ldexp(static_cast<double>(values[x.begin + i]), -x.fraction));
    }
    return mixture_distance(op, inputs);
  }

  model::Graph graph_;
  Quantiser<Int> input_;
  std::vector<Slice> slices_;
  std::vector<Step<Int>> steps_;
};

Reference::Reference(const model::Graph& graph) {
  if (graph.nodes().empty()) throw core::Error(core::ErrorCode::mismatch, "the model is empty");
  int bits = 0;
  for (const model::Node& node : graph.nodes()) {
    fractions_.push_back(node.output.fraction);
    offsets_.push_back(values_);
    values_ += node.output.features();
    bits = std::max(bits, node.working_bits);
  }
  features_ = graph.input().output.features();
  float_node_ = graph.output().output.exact ? fractions_.size() : fractions_.size() - 1;
  // Quantiser wants three bits to spare.
  if (bits <= 61) {
    narrow_ = std::make_unique<Program<std::int64_t>>(graph, offsets_);
  } else {
    wide_ = std::make_unique<Program<Code>>(graph, offsets_);
  }
}

Reference::~Reference() = default;
Reference::Reference(Reference&&) noexcept = default;
Reference& Reference::operator=(Reference&&) noexcept = default;

Reference::State Reference::make_state() const {
  State state;
  if (narrow_) {
    state.narrow_.resize(values_);
  } else {
    state.wide_.resize(values_);
  }
  return state;
}

void Reference::run(std::span<const std::int64_t> event, State& state) const noexcept {
  assert(event.size() == features_);
  if (narrow_) {
    narrow_->load(event, state.narrow_.data());
  } else {
    wide_->load(event, state.wide_.data());
  }
  run_loaded(state);
}

void Reference::run(const std::int16_t* hardware, std::size_t stride, State& state) const noexcept {
  if (narrow_) {
    narrow_->load(hardware, stride, state.narrow_.data());
  } else {
    wide_->load(hardware, stride, state.wide_.data());
  }
  run_loaded(state);
}

void Reference::run_loaded(State& state) const noexcept {
  if (narrow_) {
    narrow_->run(state.narrow_.data(), state.score_);
  } else {
    wide_->run(state.wide_.data(), state.score_);
  }
}

Code Reference::code(const State& state, NodeIndex node, std::size_t feature) const noexcept {
  if (node == float_node_) return 0;
  const std::size_t at = offsets_[node] + feature;
  return narrow_ ? Code{state.narrow_[at]} : state.wide_[at];
}

double Reference::value(const State& state, NodeIndex node, std::size_t feature) const noexcept {
  if (node == float_node_) return state.score_;
  return std::ldexp(static_cast<double>(code(state, node, feature)), -fractions_[node]);
}

}  // namespace trigloop::score
