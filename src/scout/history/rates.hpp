#pragma once
// Working points of spectra: the threshold for a rate, and what passes it in both conventions of rates.
#include <cstdint>
#include <optional>
#include <vector>

#include "score/spectrum.hpp"

namespace trigloop::scout {

struct WorkingPoint {
  double target = 0;           ///< Hz
  std::int64_t threshold = 0;  ///< firmware's rule: code >= threshold
  std::uint64_t passing = 0;
  double exact = 0, old = 0;  ///< Hz; see exact_hertz and old_hertz (scout/record/stream.hpp)
};

/// The smallest threshold whose exact rate is within `target`; none, where the exposure does not tell rates. `exposure`
/// is that of all events, for pure spectra too: they are a part of the same rows.
std::optional<WorkingPoint> working_point(const score::Spectrum& spectrum, const score::Exposure& exposure,
                                          double target);

}  // namespace trigloop::scout
