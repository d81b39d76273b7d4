#include "evaluate/thresholds.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace trigloop::evaluate {
namespace {

constexpr int grid_points = 41;

void require_events(const Ranks& background) {
  if (background.all.total() == 0)
    throw core::Error(core::ErrorCode::mismatch, "there are no background events, so there are no thresholds");
}

Threshold with_counts(Threshold threshold, const Ranks& background) {
  threshold.raw = background.all.at_least(threshold.code);
  threshold.pure = background.pure.at_least(threshold.code);
  return threshold;
}

/// The least code whose score is above `score`. Scores are codes x 2^-fraction, so doubles compare exactly.
std::int64_t least_above(double score, int fraction) {
  return static_cast<std::int64_t>(std::floor(std::ldexp(score, fraction))) + 1;
}

}  // namespace

std::string_view name_of(Rule rule) noexcept { return rule == Rule::firmware ? "firmware" : "package"; }
std::string_view name_of(Kind kind) noexcept { return kind == Kind::raw ? "raw" : "pure"; }

Threshold firmware_threshold(const Ranks& background, const Crossings& crossings, Kind kind, double rate_khz) {
  require_events(background);
  Threshold threshold;
  threshold.code = background.of(kind).threshold(crossings.allowed(rate_khz, background.all.total()));
  threshold.score = std::ldexp(static_cast<double>(threshold.code), -background.fraction);
  return with_counts(threshold, background);
}

PackageRule::PackageRule(const Ranks& background, const Crossings& crossings)
    : background_(background), crossings_khz_(crossings.khz()) {
  require_events(background);
  for (int i = 0; i < grid_points; ++i) {
    const std::int64_t code = least_above(percentile(std::pow(10, -2 + 0.1 * i)), background.fraction);
    raw_.push_back(crossings.rate_khz(background.all.at_least(code), background.all.total()));
    pure_.push_back(crossings.rate_khz(background.pure.at_least(code), background.all.total()));
  }
}

double PackageRule::percentile(double raw_khz) const {
  return background_.all.percentile(100 - 100 * raw_khz / crossings_khz_);
}

double PackageRule::raw_of_pure(double pure_khz) const noexcept {
  if (pure_khz < pure_.front()) return raw_.front();
  if (pure_khz >= pure_.back()) return raw_.back();
  const auto above = static_cast<std::size_t>(std::ranges::upper_bound(pure_, pure_khz) - pure_.begin());
  const double slope = (raw_[above] - raw_[above - 1]) / (pure_[above] - pure_[above - 1]);
  return slope * (pure_khz - pure_[above - 1]) + raw_[above - 1];
}

Threshold PackageRule::threshold(Kind kind, double rate_khz) const {
  Threshold threshold;
  const double raw = kind == Kind::raw ? rate_khz : raw_of_pure(rate_khz);
  threshold.score = percentile(raw);
  threshold.clamped = kind == Kind::pure && (rate_khz < pure_.front() || rate_khz > pure_.back());
  threshold.code = least_above(threshold.score, background_.fraction);
  return with_counts(threshold, background_);
}

}  // namespace trigloop::evaluate
