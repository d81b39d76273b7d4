#pragma once
// Stage 2 as an input: scores that somebody else made go through the same pass, de-duplication and books as events.
//
// A score becomes the code floor(score x 16), exactly representable in the firmware's score type. Keras' scores are
// floats, and are multiples of 1/16 only where its output is quantised as the firmware's; rounding down keeps every
// whole-score bin of the histograms, and "code >= T" stays "score >= T / 16". The code travels as two int16 features,
// which an engine puts together again.
#include <filesystem>
#include <memory>

#include "io/source.hpp"
#include "scout/pass/examiner.hpp"

namespace trigloop::scout::stores {

inline constexpr int score_fraction = 4;  ///< 16 codes a unit of score

/// Opens a group of stage 2 as a source for the examiner below. Reading fails with `damaged` at a score that is no
/// number or beyond 2^26. Errors: those of io::zarr::open; mismatch, if it is no such group.
std::unique_ptr<io::Source> open_scores(const std::filesystem::path& group);

/// What examines such sources. Records tell that the scores were given: their model is called `name`.
Examiner score_examiner(const std::string& name, const StreamDescription& stream, const TailRule& tail);

}  // namespace trigloop::scout::stores
