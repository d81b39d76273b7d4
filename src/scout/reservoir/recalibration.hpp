#pragma once
// What an announced recalibration will do to events: a training on moved events is ready when the first real ones come.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "scout/reservoir/rows.hpp"

namespace trigloop::scout {

/// Factors on pt of MET, e/gammas, muons and jets, and on the sums ET and HT.
class Recalibration {
 public:
  /// "jet=+2%", "eg=-0.5%"; names: met, eg, muon, jet, et, ht. Error: usage.
  explicit Recalibration(const std::vector<std::string>& texts = {});

  bool changes_nothing() const noexcept;
  /// Moves an event. Fractions are rounded up or down at random, so that means move by the factor and not by the
  /// rounding; `lot` names the event, and equal lots give equal bytes. Objects keep their falling order of pt. What was
  /// below the detector's own threshold is not there to come.
  void apply(PackageRow& row, std::uint64_t lot) const noexcept;

 private:
  static constexpr std::size_t names = 6;
  std::array<double, names> factors_;
};

}  // namespace trigloop::scout
