#include "evaluate/sample.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "core/error.hpp"
#include "curate/stream.hpp"
#include "evaluate/histogram.hpp"
#include "evaluate/side.hpp"
#include "model/load.hpp"

namespace trigloop::evaluate {
namespace {

using curate::Batch;
using curate::Side;
using curate::SideTypes;
using event::Type;

/// Whether any number of an event's is not zero.
void append_fired(const Batch& batch, const SideTypes& types, std::vector<std::uint8_t>& fired) {
  if (!types[index(Side::l1)]) return;
  const std::size_t bytes = types[index(Side::l1)]->bytes();
  const std::byte* at = batch.sides[index(Side::l1)].data();
  for (std::size_t e = 0; e < batch.events; ++e, at += bytes)
    fired.push_back(std::any_of(at, at + bytes, [](std::byte b) { return b != std::byte{0}; }) ? 1 : 0);
}

void append_floats(const Batch& batch, Side side, const SideTypes& types, std::vector<float>& out) {
  if (!types[index(side)]) return;
  each_value(batch, side, types, [&](std::size_t, auto value) { out.push_back(static_cast<float>(value)); });
}

/// Puts decisions where stored bits would stand.
void replace_fired(Batch& batch, const std::vector<std::uint8_t>& fired) {
  core::ByteBuffer& side = batch.sides[index(Side::l1)];
  side.resize_discard(batch.events);
  if (batch.events > 0) std::memcpy(side.data(), fired.data() + batch.first_entry, batch.events);
}

/// What one thread needs to score batches.
struct Worker {
  Worker(const score::Scorer& scorer, const curate::Settings& settings, const SideTypes& types)
      : state(scorer.make_state()), cuts(settings, types) {}
  score::Scorer::State state;
  curate::Cuts cuts;
  std::vector<double> scores;
  std::optional<Planes> planes;
};

void score_piece(const score::Scorer& scorer, int fraction, Worker& worker, curate::Piece& piece) {
  worker.scores.resize(piece.batch.events);
  const std::span<const std::int16_t> values(piece.batch.values.data(), piece.batch.events * scorer.features());
  scorer.run(values, worker.scores, worker.state);
  piece.data.resize_discard(piece.batch.events * sizeof(std::int32_t));
  for (std::size_t e = 0; e < worker.scores.size(); ++e) {
    const auto code = static_cast<std::int32_t>(std::ldexp(worker.scores[e], fraction));  // exact: scores are codes
    std::memcpy(piece.data.data() + e * sizeof(code), &code, sizeof(code));
  }
  if (worker.planes)
    worker.planes->fill(piece.batch, {reinterpret_cast<const std::int32_t*>(piece.data.data()), piece.batch.events});
}

/// The first events, as far as they are wanted.
void keep_events(const Batch& batch, std::size_t wanted, std::size_t features, std::vector<std::int16_t>& kept) {
  const std::size_t n = std::min(batch.events, wanted - std::min(wanted, kept.size() / features));
  kept.insert(kept.end(), batch.values.data(), batch.values.data() + n * features);
}

std::vector<Plane> sum_planes(std::vector<std::optional<Worker>>& workers) {
  std::optional<Planes> sum;
  for (std::optional<Worker>& worker : workers) {
    if (!worker || !worker->planes) continue;
    if (sum)
      *sum += *worker->planes;
    else
      sum = std::move(worker->planes);
  }
  return sum ? std::move(*sum).take() : std::vector<Plane>();
}

void append_codes(const curate::Piece& piece, std::vector<std::int32_t>& codes) {
  const std::size_t old = codes.size();
  codes.resize(old + piece.batch.events);
  if (piece.batch.events > 0)
    std::memcpy(codes.data() + old, piece.data.data(), piece.batch.events * sizeof(std::int32_t));
}

void require_fit(const score::Scorer& scorer, const curate::Settings& settings) {
  score::require_integer_scores(scorer.graph());
  if (scorer.outputs() != 1)
    throw core::Error(core::ErrorCode::unsupported,
                      "the model gives " + std::to_string(scorer.outputs()) + " numbers an event, not one score");
  if (model::takes_scaled_numbers(scorer.graph()))
    throw core::Error(core::ErrorCode::mismatch, "the model takes scaled numbers, not hardware integers")
        .remedy("Put the firmware's scaling in front of it by --normalisation");
  if (scorer.features() == 3 * settings.objects.size()) return;
  throw core::Error(core::ErrorCode::mismatch, "the model takes " + std::to_string(scorer.features()) +
                                                   " features; the configuration keeps " +
                                                   std::to_string(settings.objects.size()) + " objects x 3")
      .remedy("Give the configuration that the model was trained with by --config");
}

}  // namespace

Scores Sample::scores() const {
  Scores scores{{fraction, lowest, highest}, {fraction, lowest, highest}};
  scores.all.count(codes);
  std::vector<std::int32_t> pure;
  pure.reserve(codes.size());
  for (std::size_t e = 0; e < codes.size(); ++e) {
    if (is_pure(e)) pure.push_back(codes[e]);
  }
  scores.pure.count(pure);
  return scores;
}

Sample read_sample(std::string name, const curate::EventInput& input, io::EntryRange range, const score::Scorer& scorer,
                   const curate::Settings& settings, const SampleOptions& options) {
  require_fit(scorer, settings);
  const model::Tensor& output = scorer.graph().output().output;
  Sample sample;
  sample.name = std::move(name);
  sample.fraction = output.fraction;
  sample.lowest = static_cast<std::int64_t>(output.ranges.front().lo);
  sample.highest = static_cast<std::int64_t>(output.ranges.front().hi);
  SideTypes types = input.sides();
  if (options.fired != nullptr) types[index(Side::l1)] = curate::SideType{Type::uint8, {}};
  std::vector<std::optional<Worker>> workers(options.threads + 1);
  std::vector<std::int16_t> kept;
  curate::stream(
      curate::stretches_of(0, input, range), options.threads,
      [&](unsigned number, const curate::Stretch&, curate::Piece& piece) {
        std::optional<Worker>& worker = workers[number];
        if (!worker) {
          worker.emplace(scorer, settings, types);
          if (options.planes) worker->planes.emplace(settings, types, histogram_edges(sample.lowest, sample.highest));
        }
        if (options.fired != nullptr) replace_fired(piece.batch, *options.fired);
        if (options.drift != nullptr) options.drift->apply(piece.batch, types, settings.objects);
        piece.counts = {};
        piece.counts.read = piece.counts.kept = piece.batch.events;
        if (options.package_cuts) piece.counts = worker->cuts.apply(piece.batch);
        score_piece(scorer, sample.fraction, *worker, piece);
      },
      [&](const curate::Stretch&, curate::Piece& piece) {
        append_codes(piece, sample.codes);
        append_fired(piece.batch, types, sample.fired);
        append_floats(piece.batch, Side::ht, types, sample.ht);
        append_floats(piece.batch, Side::pileup, types, sample.pileup);
        keep_events(piece.batch, options.hidden_events, scorer.features(), kept);
        keep_events(piece.batch, options.keep, scorer.features(), sample.values);
        sample.cuts += piece.counts;
        if (options.advance) options.advance(piece.counts.read);
      });
  sample.planes = sum_planes(workers);
  if (!kept.empty()) sample.hidden = read_hidden(scorer, kept);
  return sample;
}

}  // namespace trigloop::evaluate
