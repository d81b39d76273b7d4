#pragma once
// What the numbers of a column mean to a physicist: name, unit, and the size of a hardware step.
#include <string>

#include "event/layout.hpp"

namespace trigloop::report {

struct Quantity {
  std::string name, unit;
  double scale = 1;  ///< unit per step

  /// "transverse momentum (GeV)"
  std::string title() const { return unit.empty() ? name : name + " (" + unit + ")"; }
};

/// The quantity of a field of a collection. The steps of the CMS Level-1 layout are known; of other layouts the numbers
/// are shown as they are.
Quantity quantity_of(const event::Layout& layout, const event::Collection& collection, const std::string& field);

}  // namespace trigloop::report
