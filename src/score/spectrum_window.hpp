#pragma once
// A spectrum as the histogram packages hold one: equal bins between two scores, one a code, and what lies outside.
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "score/spectrum.hpp"

namespace trigloop::score {

/// Scores from `.first` to `.second`, widened to whole steps. None: from the smallest score that occurs to the largest.
using Range = std::optional<std::pair<double, double>>;

struct Window {
  std::int64_t first = 0;             ///< code of the first bin
  std::vector<std::uint64_t> counts;  ///< of first, first + 1, ...; at least one
  std::uint64_t below = 0, above = 0;
};

/// Errors: usage, for a range that is none; limit, if it spans more than 2^20 codes.
Window window(const Spectrum& spectrum, const Range& range);

/// A one-dimensional boost-histogram in its serialisation as JSON (UHI, schema 1): a regular axis.
std::string format_uhi(const Spectrum& spectrum, const Range& range = {});

/// Writes a ROOT file with a TH1D "score": the bin of a code begins at its score. Entries are the rows, mean and
/// standard deviation those of the scores in the range, as if each had been filled. Errors: as window; limit, if there
/// are more than 2^53 rows, which doubles do not count; output.
void write_root(const std::filesystem::path& path, const Spectrum& spectrum, const Range& range = {});

}  // namespace trigloop::score
