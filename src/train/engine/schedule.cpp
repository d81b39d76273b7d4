#include "train/engine/schedule.hpp"

#include <cmath>
#include <numbers>

namespace trigloop::train {
namespace {

/// Warm-up starts at 10^-6, as in the training package.
double warm_then_cosine(double highest, double epoch, double warmup, double length) {
  if (epoch < warmup) return highest * epoch / warmup + 1e-6;
  return highest * 0.5 * (1 + std::cos(std::numbers::pi * (epoch - warmup) / (length - warmup)));
}

}  // namespace

double Schedule::rate(std::int64_t epoch) const {
  const auto warm = static_cast<double>(warmup);
  if (kind == Kind::constant) return highest;
  if (kind == Kind::cosine)
    return warm_then_cosine(highest, static_cast<double>(epoch), warm, static_cast<double>(epochs));
  auto place = static_cast<double>(epoch), length = static_cast<double>(first_cycle);
  double height = highest;
  while (place >= length) {
    place -= length;
    length *= cycle_multiplier;
    height *= gamma;
  }
  return warm_then_cosine(height, place, warm, length);
}

}  // namespace trigloop::train
