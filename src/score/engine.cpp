#include "score/engine.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/error.hpp"
#include "core/text.hpp"
#include "score/reference.hpp"
#include "score/simd.hpp"

namespace trigloop::score {
namespace {

/// The reference engine behind the common interface: one event after the other.
class ReferenceEngine final : public Engine {
 public:
  explicit ReferenceEngine(const model::Graph& graph)
      : reference_(graph),
        last_(graph.nodes().size() - 1),
        outputs_(graph.output().output.features()),
        fraction_(graph.output().output.fraction) {}

  std::string_view name() const noexcept override { return "reference"; }
  std::string_view isa() const noexcept override { return "scalar"; }
  std::size_t features() const noexcept override { return reference_.features(); }
  std::size_t outputs() const noexcept override { return outputs_; }
  int fraction() const noexcept override { return fraction_; }
  std::unique_ptr<Stream> stream() const override;

 private:
  friend class ReferenceStream;
  Reference reference_;
  model::NodeIndex last_;
  std::size_t outputs_;
  int fraction_;
};

class ReferenceStream final : public Stream {
 public:
  explicit ReferenceStream(const ReferenceEngine& engine) : engine_(engine), state_(engine.reference_.make_state()) {}

  void run(const TileView& tile, std::int32_t* codes) override {
    for (std::size_t e = 0; e < tile.lanes; ++e) {
      engine_.reference_.run(tile.data + e, tile.stride, state_);
      for (std::size_t o = 0; o < engine_.outputs_; ++o)
        codes[o * tile.lanes + e] = static_cast<std::int32_t>(engine_.reference_.code(state_, engine_.last_, o));
    }
  }

 private:
  const ReferenceEngine& engine_;
  Reference::State state_;
};

std::unique_ptr<Stream> ReferenceEngine::stream() const { return std::make_unique<ReferenceStream>(*this); }

std::string default_name() {
  const char* set = std::getenv("TRIGLOOP_ENGINE");
  return set != nullptr && *set != '\0' ? std::string(set) : engine_names().front();
}

}  // namespace

std::vector<std::string> engine_names() { return {"simd", "reference"}; }

void require_integer_scores(const model::Graph& graph) {
  const auto refuse = [](const std::string& reason, std::string_view remedy) {
    throw core::Error(core::ErrorCode::unsupported, reason).remedy(remedy);
  };
  if (graph.nodes().empty()) throw core::Error(core::ErrorCode::mismatch, "the model is empty");
  const model::Tensor& output = graph.output().output;
  if (!output.exact) refuse("the model's score is a float, which has no exact integer form", "Score it as a float");
  for (const model::Range& range : output.ranges)
    if (range.lo < -(model::Code{1} << 31) || range.hi >= model::Code{1} << 31)
      refuse("the model's output needs " + std::to_string(output.bits()) + " bits; scores have at most 32",
             "Quantise the output in the model");
}

std::shared_ptr<const Engine> make_engine(const model::Graph& graph, std::string_view name) {
  const std::string wanted = name.empty() ? default_name() : std::string(name);
  require_integer_scores(graph);
  const std::vector<std::string> names = engine_names();
  if (std::ranges::find(names, wanted) == names.end()) {
    const std::string meant = core::nearest(wanted, names);
    throw core::Error(core::ErrorCode::usage, "there is no engine '" + core::escaped(wanted) + "'")
        .remedy("Use " + (meant.empty() ? std::string("simd or reference") : "'" + meant + "'"));
  }
  if (wanted == "reference") return std::make_shared<ReferenceEngine>(graph);
  return std::make_shared<SimdEngine>(Plan(graph));
}

}  // namespace trigloop::score
