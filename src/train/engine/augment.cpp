#include "train/engine/augment.hpp"

#include <cmath>

#include "core/error.hpp"

namespace trigloop::train {
namespace {

std::uint32_t sixteen_bits(double probability) {
  if (!(probability >= 0 && probability <= 1)) {
    throw core::Error(core::ErrorCode::usage,
                      "an augmentation has the probability " + std::to_string(probability) + ", outside [0, 1]");
  }
  return static_cast<std::uint32_t>(std::lround(probability * 65536));
}

}  // namespace

std::vector<double> axol1tl_phi_bins() {
  std::vector<double> bins(19, 144.0);
  std::fill_n(bins.begin() + 5, 4, 576.0);
  return bins;
}

std::vector<double> axol1tl_eta_units() {
  std::vector<double> units(19, 0.0870 / 2);
  std::fill_n(units.begin() + 5, 4, 0.0870 / 8);
  return units;
}

Augmenter::Augmenter(const AugmentOptions& options, const Geometry& geometry) {
  const std::size_t objects = geometry.phi_bins.size(), features = 3 * objects;
  if (geometry.scale.size() != features || geometry.bias.size() != features || features > 62) {
    throw core::Error(core::ErrorCode::mismatch, "scale and bias are of " + std::to_string(geometry.scale.size()) +
                                                     " features, but there are " + std::to_string(objects) +
                                                     " objects");
  }
  turns_.resize(features);
  std::fill_n(turns_.data(), features, std::uint8_t{0});
  for (Floats* each : {&scale_, &bias_, &inverse_scale_, &period_, &inverse_period_})
    make_zeros(*each, padded(features));
  for (std::size_t object = 0; object < objects; ++object) {
    const std::size_t phi = 3 * object + 2;
    set_angle(options.compat ? object + 2 : phi, {geometry.scale[phi], geometry.bias[phi], geometry.phi_bins[object]});
  }
  kernel_ = {.features = features,
             .blur_event = sixteen_bits(options.blur_p),
             .blur_feature = sixteen_bits(options.blur_strength),
             .mask_object = sixteen_bits(options.mask_p),
             .rotate_event = sixteen_bits(options.rotate_p),
             .blur_magnitude = static_cast<float>(options.blur_magnitude),
             .turns = turns_.data(),
             .scale = scale_.data(),
             .bias = bias_.data(),
             .inverse_scale = inverse_scale_.data(),
             .period = period_.data(),
             .inverse_period = inverse_period_.data()};
}

void Augmenter::set_angle(std::size_t feature, const Angle& angle) {
  turns_[feature] = 1;
  scale_[feature] = static_cast<float>(angle.scale);
  bias_[feature] = static_cast<float>(angle.bias);
  inverse_scale_[feature] = static_cast<float>(1 / angle.scale);
  period_[feature] = static_cast<float>(angle.bins);
  inverse_period_[feature] = static_cast<float>(1 / angle.bins);
}

void Augmenter::run(kernel::Keys keys, const float* x, std::uint32_t first_event, std::size_t events,
                    float* out) const {
  kernel::augment(kernel_, keys, x, first_event, events, out);
}

void Augmenter::run(kernel::Keys keys, const std::int8_t* codes, float step, std::uint32_t first_event,
                    std::size_t events, float* out) const {
  kernel::augment(kernel_, keys, codes, step, first_event, events, out);
}

}  // namespace trigloop::train
