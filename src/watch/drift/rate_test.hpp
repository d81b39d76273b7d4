#pragma once
// Has a rate changed? A mixture of detectors for the ratios 1.01, 1.02, 1.05, 1.1, 1.2, 1.5 and their inverses: no
// single step size serves small and large changes alike.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "watch/drift/evidence.hpp"
#include "watch/drift/rate_model.hpp"

namespace trigloop::watch::drift {

struct RateAlternative {
  double ratio = 1;
  Evidence evidence;
  double counted = 0, expected = 0, lumisections = 0;  ///< since the excursion began; expected by the reference
};

class RateTest {
 public:
  explicit RateTest(RateModel reference);

  /// Takes observation number `now`, and learns from it afterwards.
  void step(const Count& seen, std::uint64_t now) noexcept;
  /// The mixture's M_t.
  double value() const noexcept;
  /// What the counts of the last step were expected to be, before it.
  const Predictive& last() const noexcept { return last_; }
  /// The alternative with the largest evidence.
  std::size_t best() const noexcept;

  /// Evidence starts over, and what is known is again what the reference tells.
  void restart() noexcept;
  /// Evidence for the alarm starts over; the search for the begin of a change goes on.
  void restart_detector() noexcept;

  const RateModel& reference() const noexcept { return reference_; }
  RateModel known;  ///< the reference and all that was seen
  std::vector<RateAlternative> alternatives;

 private:
  RateModel reference_;
  Predictive last_;
};

}  // namespace trigloop::watch::drift
