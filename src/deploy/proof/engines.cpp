// The engines of this program as contenders.
#include <algorithm>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "deploy/proof/contender.hpp"
#include "score/engine.hpp"
#include "score/reference.hpp"

namespace trigloop::deploy {

std::vector<std::optional<std::int64_t>> Contender::trace(std::span<const std::int16_t>) { return {}; }

namespace {

class ReferenceContender final : public Contender {
 public:
  ReferenceContender(const Network& network, unsigned threads)
      : Contender("reference", "node by node, one event at a time"),
        network_(network),
        reference_(network.graph),
        threads_(threads) {}

  void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) override {
    constexpr std::size_t part = 1024;
    const std::size_t features = network_.features(), outputs = network_.outputs(), events = rows.size() / features;
    core::parallel_for((events + part - 1) / part, threads_, [&](std::size_t p, unsigned) {
      auto state = reference_.make_state();
      for (std::size_t e = p * part; e < std::min(events, (p + 1) * part); ++e) {
        reference_.run(rows.data() + e * features, 1, state);
        for (std::size_t o = 0; o < outputs; ++o)
          codes[e * outputs + o] = static_cast<std::int32_t>(reference_.code(state, network_.nodes.size() - 1, o));
      }
    });
  }

  std::vector<std::optional<std::int64_t>> trace(std::span<const std::int16_t> event) override {
    auto state = reference_.make_state();
    reference_.run(event.data(), 1, state);
    std::vector<std::optional<std::int64_t>> codes;
    for (std::size_t n = 0; n < network_.nodes.size(); ++n)
      for (std::size_t k = 0; k < network_.graph[n].output.features(); ++k)
        codes.emplace_back(static_cast<std::int64_t>(reference_.code(state, n, k)));
    return codes;
  }

 private:
  const Network& network_;
  score::Reference reference_;
  unsigned threads_;
};

class SimdContender final : public Contender {
 public:
  SimdContender(const Network& network, std::shared_ptr<const score::Engine> engine)
      : Contender("simd", std::string(engine->isa())), network_(network), engine_(engine), stream_(engine->stream()) {}

  void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) override {
    constexpr std::size_t lanes = 1024;
    const std::size_t features = network_.features(), outputs = network_.outputs(), events = rows.size() / features;
    std::vector<std::int16_t> tile(features * lanes);
    std::vector<std::int32_t> scores(outputs * lanes);
    for (std::size_t first = 0; first < events; first += lanes) {
      const std::size_t count = std::min(lanes, events - first);
      for (std::size_t e = 0; e < count; ++e)
        for (std::size_t k = 0; k < features; ++k) tile[k * lanes + e] = rows[(first + e) * features + k];
      stream_->run({tile.data(), lanes, count, nullptr}, scores.data());
      for (std::size_t e = 0; e < count; ++e)
        for (std::size_t o = 0; o < outputs; ++o) codes[(first + e) * outputs + o] = scores[o * count + e];
    }
  }

 private:
  const Network& network_;
  std::shared_ptr<const score::Engine> engine_;
  std::unique_ptr<score::Stream> stream_;
};

class TrainingContender final : public Contender {
 public:
  explicit TrainingContender(Network network)
      : Contender("training", "the network that the training left"),
        network_(std::move(network)),
        engine_(simd_contender(network_)),
        reference_(network_, 1) {}

  void run(std::span<const std::int16_t> rows, std::span<std::int32_t> codes) override { engine_->run(rows, codes); }
  std::vector<std::optional<std::int64_t>> trace(std::span<const std::int16_t> event) override {
    return reference_.trace(event);
  }

 private:
  Network network_;
  ContenderPointer engine_;
  ReferenceContender reference_;
};

bool has_nodes_of(const Network& a, const Network& b) {
  return std::ranges::equal(
      a.graph.nodes(), b.graph.nodes(), {}, [](const model::Node& n) { return n.output.features(); },
      [](const model::Node& n) { return n.output.features(); });
}

}  // namespace

ContenderPointer reference_contender(const Network& network, unsigned threads) {
  return std::make_unique<ReferenceContender>(network, threads);
}

ContenderPointer simd_contender(const Network& network) {
  return std::make_unique<SimdContender>(network, score::make_engine(network.graph, "simd"));
}

ContenderPointer training_contender(const Network& network, const model::Graph& trained) {
  Network own = prepare(trained, "trained");
  if (own.input_fraction != network.input_fraction || own.fraction() != network.fraction() ||
      !has_nodes_of(own, network))
    throw core::Error(core::ErrorCode::unsupported, "the network that the training left has other layers");
  return std::make_unique<TrainingContender>(std::move(own));
}

}  // namespace trigloop::deploy
