#pragma once
// Pile-up from the data themselves, where nobody tells it: the mean number of jets and e/gammas of an event grows with
// it. Calibrated on lumisections whose pile-up is known, by a straight line; its error is the spread around it.
//
// What a proxy explains cannot be an alarm: a detector that loses or gains objects everywhere looks like pile-up then.
#include <optional>
#include <span>

#include "scout/record/counts.hpp"

namespace trigloop::watch {

struct PileUpProxy {
  double offset = 0, slope = 0;  ///< pile-up = offset + slope x objects an event
  double error = 0;              ///< one standard deviation of a lumisection
  double at(double objects) const noexcept { return offset + slope * objects; }
};

/// Mean number of jets and e/gammas of an event; none, if these were not counted.
std::optional<double> objects_an_event(const scout::InputHistograms& inputs);

/// `objects` and `pileup` of the same lumisections. None, if they are too few or one does not follow the other: the
/// proxy must leave less than half of the spread.
std::optional<PileUpProxy> fit_proxy(std::span<const double> objects, std::span<const double> pileup);

}  // namespace trigloop::watch
