#pragma once
// Augmentations of level-1 events, applied to normalised values in this order:
//
// - feature blur: with probability p an event is blurred; then each feature with probability `strength` becomes
//   x (1 - magnitude) + u magnitude, u uniform in [0, 1)
// - object mask: each object with probability p becomes 0, 0, 0
// - rotation: with probability p the phi of all objects turns by one angle, in hardware units, modulo the period
//
// Probabilities are resolved to 2^-16, as are u and the angle (a step of 0.01 degrees). With `compat` the rotation
// takes the columns that the Python pipeline takes: 2 to 20 in a row, each with scale and bias of the phi of the object
// of that number.
#include <vector>

#include "train/kernels/kernels.hpp"
#include "train/kernels/rows.hpp"

namespace trigloop::train {

struct AugmentOptions {
  double blur_p = 0, blur_strength = 0, blur_magnitude = 0;
  double mask_p = 0;
  double rotate_p = 0;
  bool compat = false;
};

/// What the features of an event are: objects of (pt, eta, phi), end to end.
struct Geometry {
  std::vector<double> scale, bias;  ///< of each feature: hardware value = x scale + bias
  std::vector<double> phi_bins;     ///< of each object: hardware units of a turn
  std::vector<double> eta_unit;     ///< of each object: the step of hardware eta
};

/// 1 MET, 4 e/gamma, 4 muons, 10 jets: a turn is 144 units, for muons 576.
std::vector<double> axol1tl_phi_bins();
/// A step of eta is 0.0870 / 2, for muons 0.0870 / 8.
std::vector<double> axol1tl_eta_units();

class Augmenter {
 public:
  /// Errors: usage, for probabilities outside [0, 1]; mismatch, if the geometry's lists do not fit.
  Augmenter(const AugmentOptions& options, const Geometry& geometry);

  /// An augmented copy of a block of events; `out` may be `x`. Numbers are those of (keys, first_event + event).
  void run(kernel::Keys keys, const float* x, std::uint32_t first_event, std::size_t events, float* out) const;
  /// The same of codes, x being step x code.
  void run(kernel::Keys keys, const std::int8_t* codes, float step, std::uint32_t first_event, std::size_t events,
           float* out) const;

 private:
  struct Angle {
    double scale, bias, bins;
  };
  void set_angle(std::size_t feature, const Angle& angle);

  kernel::Augmentation kernel_{};
  core::AlignedBuffer<std::uint8_t> turns_;
  Floats scale_, bias_, inverse_scale_, period_, inverse_period_;
};

}  // namespace trigloop::train
