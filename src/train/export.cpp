// A trained recipe as a graph. Layers become nodes as they are named; a sample is its mean.
#include "core/error.hpp"
#include "train/bundle.hpp"
#include "train/mixture/mixture_score.hpp"
#include "train/nodes/layers.hpp"

namespace trigloop::train {
namespace {

using model::Builder;
using model::Dyadic;
using model::Shape;
using model::Value;

Shape vector_of(std::size_t features) { return {static_cast<std::int64_t>(features)}; }

[[noreturn]] void refuse(const Node& node, const std::string& reason) {
  throw core::Error(core::ErrorCode::unsupported, reason).in("layer '" + node.name + "'");
}

Value add_dense(Builder& build, const Dense& dense, const Value& x) {
  if (!dense.options().kernel.is_quantised() || !dense.options().bias.is_quantised())
    refuse(dense, "its weights are not quantised, so it has no exact form");
  std::vector<Dyadic> weights, bias;
  for (std::size_t o = 0; o < dense.features; ++o) {
    for (std::size_t i = 0; i < dense.in_features; ++i)
      weights.push_back(Dyadic::from_double(dense.quantised_kernel()[i * padded(dense.features) + o]));
    bias.push_back(Dyadic::from_double(dense.quantised_bias()[o]));
  }
  const Shape shape = vector_of(dense.features);
  return build.add(build.dense(x, weights, dense.features, shape), Builder::constant(shape, std::move(bias)));
}

model::FixedPoint type_of(const Quantiser& q) {
  const bool is_signed = q.kind == Quantiser::Kind::quantised_bits;
  return {q.bits, q.integer + (is_signed ? 1 : 0), is_signed, core::Rounding::half_even, core::Overflow::saturate};
}

Value add_activation(Builder& build, const Activation& activation, const Value& x) {
  const Quantiser& q = activation.quantiser();
  if (q.kind == Quantiser::Kind::relu) return build.relu(x);
  if (!q.is_quantised()) return x;
  return build.quantise(x, {type_of(q)});
}

Value add_node(Builder& build, const Stage& stage, const Node& node, const Value& x) {
  build.set_label(stage.name + "." + node.name);
  if (const auto* dense = dynamic_cast<const Dense*>(&node)) return add_dense(build, *dense, x);
  if (const auto* activation = dynamic_cast<const Activation*>(&node)) return add_activation(build, *activation, x);
  refuse(node, "has no exact form");
}

/// A tensor of a stage, through the stages that feed it. Nodes of one tensor are made once.
class Exporter {
 public:
  Exporter(const Recipe& recipe, const Value& normalised, Builder& build)
      : recipe_(recipe), normalised_(normalised), build_(build) {}

  Value tensor(const Stage& stage, const std::string& name) { return tensor(stage, stage.tensor(name)); }

 private:
  Value tensor(const Stage& stage, TensorId id) {
    const auto key = std::pair(&stage, id);
    if (const auto made = made_.find(key); made != made_.end()) return made->second;
    Value value = input(stage);
    for (const Node* node : stage.path_to(id)) value = at(stage, *node, value);
    return made_.emplace(key, value).first->second;
  }
  Value at(const Stage& stage, const Node& node, const Value& x) {
    const auto key = std::pair(&stage, node.output);
    if (const auto made = made_.find(key); made != made_.end()) return made->second;
    return made_.emplace(key, add_node(build_, stage, node, x)).first->second;
  }
  Value input(const Stage& stage) {
    if (stage.input == "data") return normalised_;
    const std::size_t dot = stage.input.find('.');
    return tensor(recipe_.stage(stage.input.substr(0, dot)), stage.input.substr(dot + 1));
  }

  const Recipe& recipe_;
  const Value& normalised_;
  Builder& build_;
  std::map<std::pair<const Stage*, TensorId>, Value> made_;
};

}  // namespace

model::Graph export_graph(const Recipe& recipe, const model::Normalisation& normalisation) {
  for (const auto& stage : recipe.stages) stage->quantise();
  Builder build;
  build.set_label("input");
  const auto features = static_cast<std::size_t>(normalisation.scale.size());
  const model::FixedPoint hardware{16, 16, true, core::Rounding::floor, core::Overflow::wrap};
  const Value in = build.input({hardware, features}, vector_of(features));
  const Value normalised = model::normalised(build, in, normalisation, type_of(recipe.input));
  Exporter exporter(recipe, normalised, build);
  const Stage& stage = recipe.stage(recipe.score.stage);
  Value value = exporter.tensor(stage, recipe.score.tensor);
  if (recipe.score.kind == Score::Kind::squared_distance) {
    const Value other = exporter.tensor(stage, recipe.score.other);
    build.set_label("difference");
    value = build.subtract(value, other);
  }
  const std::size_t width = model::count_of(value.shape);
  if (recipe.score.kind == Score::Kind::mixture) {
    if (!recipe.mixture) throw core::Error(core::ErrorCode::unsupported, "the mixture of the score is not fitted yet");
    value = MixtureScore(*recipe.mixture).in_graph(build, value);
  } else if (recipe.score.kind != Score::Kind::output) {
    build.set_label("squares");
    value = build.sum(build.multiply(value, value), width, {1});
  }
  build.set_label("score");
  build.quantise(value, {model::score_type()});
  model::Graph graph = build.graph();
  graph.name = recipe.name;
  return graph;
}

}  // namespace trigloop::train
