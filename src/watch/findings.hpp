#pragma once
// From the detectors' sums to sizes with errors.
#include <vector>

#include "watch/finding.hpp"
#include "watch/monitor.hpp"

namespace trigloop::watch {

/// Of the channel's strongest alternative; `since` is left for the caller.
Finding finding_of(const RateChannel& channel);
/// Neighbouring regions that moved the same way are one finding.
Finding finding_of(const HistogramChannel& channel);

/// The first, and those with strong evidence whose change began within so many observations of `since` or later.
std::vector<Finding> moved_since(const std::vector<Finding>& found, std::uint64_t since, std::uint64_t within);

}  // namespace trigloop::watch
