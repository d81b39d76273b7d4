#pragma once
// Histograms for people: few bins over the whole range of scores, whose edges are codes, so that no event stands on the
// wrong side of one.
#include <cstdint>
#include <span>
#include <vector>

#include "score/spectrum.hpp"

namespace trigloop::evaluate {

/// Edges from `lowest` to one beyond `highest`: steps of one up to about 30, then 20 a decade.
std::vector<std::int64_t> histogram_edges(std::int64_t lowest, std::int64_t highest);

/// Events with edges[i] <= code < edges[i + 1].
std::vector<std::uint64_t> histogram(const score::Cumulative& scores, std::span<const std::int64_t> edges);

/// A histogram as numpy.histogram(scores, bins) makes it of float32 scores: even bins from the least score to the
/// greatest, the last one closed. Where all scores are equal, half a unit to either side.
struct EvenHistogram {
  std::vector<float> edges;
  std::vector<std::uint64_t> counts;
};
/// Of scores = code x 2^-fraction; nothing, if there are none.
EvenHistogram even_histogram(const score::Cumulative& scores, int fraction, std::size_t bins = 200);

}  // namespace trigloop::evaluate
