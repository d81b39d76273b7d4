#include "tune/search/distribution.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/error.hpp"

namespace trigloop::tune {
namespace {

using config::Value;
using core::Error;
using core::ErrorCode;

constexpr double largest_exact = 9007199254740992.0;  ///< 2^53: above it a double does not hold every integer

[[noreturn]] void refuse(const char* reason) { throw Error(ErrorCode::usage, reason); }

/// The last step not above `high`, with the digits that a person would write: Optuna counts in decimal numbers.
double last_step(double low, double high, double step) {
  const double steps = std::floor((high - low) / step + 1e-9);
  char text[40];
  std::snprintf(text, sizeof(text), "%.15g", low + steps * step);
  return std::min(high, std::strtod(text, nullptr));
}

Distribution check(FloatDistribution d) {
  if (!std::isfinite(d.low) || !std::isfinite(d.high)) refuse("has an end that is not finite");
  if (d.low > d.high) refuse("has its low end above its high end");
  if (d.log && d.low <= 0) refuse("is logarithmic, so its low end must be positive");
  if (d.log && d.step) refuse("cannot be logarithmic and have a step");
  if (d.step && !(*d.step > 0 && std::isfinite(*d.step))) refuse("has a step that is not positive");
  if (d.step) d.high = last_step(d.low, d.high, *d.step);
  return d;
}

Distribution check(IntDistribution d) {
  if (d.low > d.high) refuse("has its low end above its high end");
  if (d.log && d.low < 1) refuse("is logarithmic, so its low end must be at least 1");
  if (d.step < 1) refuse("has a step below 1");
  if (d.log && d.step != 1) refuse("cannot be logarithmic and have a step");
  if (std::abs(static_cast<double>(d.low)) > largest_exact || std::abs(static_cast<double>(d.high)) > largest_exact)
    refuse("reaches beyond 2^53, where a double does not hold every integer");
  d.high = d.low + (d.high - d.low) / d.step * d.step;
  return d;
}

Distribution check(CategoricalDistribution d) {
  if (d.choices.empty()) refuse("has no choices");
  for (const Value& choice : d.choices) {
    if (choice.kind == Value::Kind::list || choice.kind == Value::Kind::map)
      refuse("has a choice that is a list or a map; choices are numbers, texts, true, false and null");
  }
  return d;
}

Interval line(const FloatDistribution& d) { return {d.low, d.high, d.step.value_or(0), d.log, 0}; }

Interval line(const IntDistribution& d) {
  return {static_cast<double>(d.low), static_cast<double>(d.high), static_cast<double>(d.step), d.log, 0};
}

Interval line(const CategoricalDistribution& d) {
  return {0, static_cast<double>(d.choices.size() - 1), 1, false, d.choices.size()};
}

}  // namespace

Distribution checked(Distribution distribution) {
  return std::visit([](auto& d) { return check(std::move(d)); }, distribution);
}

Interval interval(const Distribution& distribution) {
  return std::visit([](const auto& d) { return line(d); }, distribution);
}

double Interval::snapped(double value) const noexcept {
  if (step > 0) value = low + std::nearbyint((value - low) / step) * step;
  return std::clamp(value, low, high);
}

bool is_single(const Distribution& distribution) {
  const Interval i = interval(distribution);
  return i.low == i.high;
}

bool contains(const Distribution& distribution, double internal) {
  const Interval i = interval(distribution);
  if (!(internal >= i.low && internal <= i.high)) return false;
  if (i.step == 0) return true;
  const double steps = (internal - i.low) / i.step;
  return std::abs(steps - std::nearbyint(steps)) < 1e-8;
}

Value external_value(const Distribution& distribution, double internal) {
  if (std::holds_alternative<FloatDistribution>(distribution)) return Value::of(internal);
  if (std::holds_alternative<IntDistribution>(distribution)) return Value::of(static_cast<std::int64_t>(internal));
  return std::get<CategoricalDistribution>(distribution).choices.at(static_cast<std::size_t>(internal));
}

double internal_value(const Distribution& distribution, const Value& external) {
  if (const auto* d = std::get_if<CategoricalDistribution>(&distribution)) {
    const auto at = std::ranges::find(d->choices, external);
    if (at != d->choices.end()) return static_cast<double>(at - d->choices.begin());
  } else if (external.kind == Value::Kind::integer || external.kind == Value::Kind::number) {
    const double value =
        external.kind == Value::Kind::integer ? static_cast<double>(external.integer) : external.number;
    if (contains(distribution, value)) return value;
  }
  throw Error(ErrorCode::usage, config::to_line(external) + " is not one of the parameter's values");
}

}  // namespace trigloop::tune
