#pragma once
// Has the shape of a histogram changed? A mixture of detectors for stated alternatives, each a set of shares.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "watch/drift/evidence.hpp"
#include "watch/drift/shape_model.hpp"

namespace trigloop::watch::drift {

struct ShapeAlternative {
  std::vector<double> shares;  ///< at the mean pile-up
  double size = 0;             ///< relative change that it stands for, for people
  Evidence evidence;
  std::vector<double> counted, expected;  ///< since the excursion began; expected by the reference
  double lumisections = 0;
};

class ShapeTest {
 public:
  /// Alternatives: shares and sizes.
  ShapeTest(ShapeModel reference, std::vector<ShapeAlternative> alternatives);

  void step(const Shape& seen, std::uint64_t now);
  double value() const noexcept;
  std::size_t best() const noexcept;
  void restart() noexcept;
  void restart_detector() noexcept;

  const ShapeModel& reference() const noexcept { return reference_; }
  ShapeModel known;
  std::vector<ShapeAlternative> alternatives;

 private:
  ShapeModel reference_;
  double concentration_;                      // of the reference
  std::vector<std::vector<double>> at_zero_;  // log gamma(concentration x share) of each alternative; empty with slopes
  std::vector<double> now_, expected_, other_;  // scratch
};

}  // namespace trigloop::watch::drift
