#include "score/scorer.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/quantiser.hpp"

namespace trigloop::score {
namespace {

/// The code of `type` for any finite double: exact, as a double is mantissa x 2^exponent.
std::int64_t code_of(double value, const core::FixedPoint& type) {
  if (!std::isfinite(value)) {
    throw core::Error(core::ErrorCode::mismatch, "an event holds a value that is not a finite number");
  }
  int exponent = 0;
  const auto mantissa = static_cast<std::int64_t>(std::ldexp(std::frexp(value, &exponent), 53));
  return static_cast<std::int64_t>(core::quantise(mantissa, 53 - exponent, type));
}

bool fits_int16(double value) { return value >= -32768 && value <= 32767 && value == std::floor(value); }

}  // namespace

Scorer::Scorer(const model::Graph& graph, std::string_view engine)
    : graph_(graph), input_(std::get<model::Input>(graph.input().operation).type), reference_(graph) {
  if (graph.output().output.exact) engine_ = make_engine(graph, engine);
}

std::string Scorer::engine_name() const {
  if (!engine_) return "reference (double precision)";
  return std::string(engine_->name()) + " (" + std::string(engine_->isa()) + ")";
}

Scorer::State Scorer::make_state() const {
  State state(reference_.make_state());
  if (engine_) state.stream_ = engine_->stream();
  state.event_.resize(features());
  return state;
}

template <class T>
void Scorer::run_transposed(std::span<const T> events, std::span<double> scores, State& state) const {
  const std::size_t lanes = events.size() / features();
  state.tile_.resize(events.size());
  for (std::size_t e = 0; e < lanes; ++e) {
    for (std::size_t f = 0; f < features(); ++f) {
      state.tile_[f * lanes + e] = static_cast<std::int16_t>(events[e * features() + f]);
    }
  }
  run_tile({state.tile_.data(), lanes, lanes, nullptr}, scores, state);
}

void Scorer::run_tile(const TileView& tile, std::span<double> scores, State& state) const {
  state.codes_.resize(tile.lanes * outputs());
  state.stream_->run(tile, state.codes_.data());
  const double step = std::ldexp(1.0, -engine_->fraction());
  for (std::size_t e = 0; e < tile.lanes; ++e) {
    for (std::size_t o = 0; o < outputs(); ++o) scores[e * outputs() + o] = state.codes_[o * tile.lanes + e] * step;
  }
}

void Scorer::run(std::span<const double> events, std::span<double> scores, State& state) const {
  if (engine_ && std::ranges::all_of(events, fits_int16)) return run_transposed(events, scores, state);
  for (std::size_t e = 0; e < events.size() / features(); ++e) {
    run_one(events.subspan(e * features(), features()), state);
    node_values(state, graph_.nodes().size() - 1, scores.subspan(e * outputs(), outputs()));
  }
}

void Scorer::run(std::span<const std::int16_t> events, std::span<double> scores, State& state) const {
  if (engine_) return run_transposed(events, scores, state);
  const std::vector<double> wide(events.begin(), events.end());
  run(wide, scores, state);
}

void Scorer::run(const event::Tile& tile, std::span<double> scores, State& state) const {
  if (tile.element == event::Type::int16 && engine_) {
    return run_tile({reinterpret_cast<const std::int16_t*>(tile.data), tile.stride, tile.size, nullptr}, scores, state);
  }
  state.row_.resize(tile.size * features());
  for (std::uint32_t f = 0; f < tile.features; ++f) {
    for (std::uint32_t e = 0; e < tile.size; ++e) {
      state.row_[e * features() + f] = tile.element == event::Type::int16
                                           ? static_cast<double>(tile.row<std::int16_t>(f)[e])
                                           : static_cast<double>(tile.row<float>(f)[e]);
    }
  }
  const std::vector<double> rows = std::move(state.row_);
  run(rows, scores, state);
}

void Scorer::run_one(std::span<const double> event, State& state) const {
  for (std::size_t f = 0; f < event.size(); ++f) state.event_[f] = code_of(event[f], input_);
  reference_.run(state.event_, state.reference_);
}

void Scorer::node_values(const State& state, model::NodeIndex node, std::span<double> values) const {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = reference_.value(state.reference_, node, i);
}

}  // namespace trigloop::score
