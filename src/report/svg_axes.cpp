#include "report/svg_axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace trigloop::report {
namespace {

/// 1, 2 or 5 times a power of ten, so that about `wanted` steps cover `span`.
double step_of(double span, double wanted) {
  const double rough = span / wanted, power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) return factor * power;
  return 10 * power;
}

std::string power_text(int exponent) {
  if (exponent >= 0 && exponent <= 2) return fmt::format("{}", std::lround(std::pow(10, exponent)));
  return fmt::format("10<tspan dy=\"-5\" font-size=\"70%\">{}</tspan>", exponent);
}

}  // namespace

Scale::Scale(double low, double high, bool is_log, double from, double to)
    : low_(is_log ? std::log10(low) : low),
      high_(is_log ? std::log10(high) : high),
      is_log_(is_log),
      from_(from),
      to_(to) {}

double Scale::operator()(double value) const {
  const double number = is_log_ ? std::log10(value) : value;
  return from_ + (number - low_) / (high_ - low_) * (to_ - from_);
}

double Scale::clamped(double value) const {
  if (is_log_ && !(value > 0)) return from_;
  return std::clamp((*this)(value), std::min(from_, to_), std::max(from_, to_));
}

std::vector<Scale::Tick> Scale::ticks() const {
  std::vector<Tick> ticks;
  if (!is_log_) {
    const double step = step_of(high_ - low_, 6);
    for (double k = std::ceil(low_ / step - 1e-9); k * step <= high_ + 1e-9 * step; ++k)
      ticks.push_back({(*this)(k * step), fmt::format("{:.6g}", k == 0 ? 0.0 : k * step)});
    return ticks;
  }
  const bool few = high_ - low_ < 2;
  const int skip = std::max(1, static_cast<int>(std::ceil((high_ - low_) / 8)));
  for (int e = static_cast<int>(std::floor(low_)); e <= static_cast<int>(std::ceil(high_)); ++e) {
    for (const int digit : {1, 2, 5}) {
      const double value = std::log10(digit) + e;
      if (value < low_ - 1e-9 || value > high_ + 1e-9 || (digit != 1 && !few)) continue;
      const double place = (*this)(std::pow(10, value));
      if (digit == 1) {
        ticks.push_back({place, e % skip == 0 ? power_text(e) : ""});
      } else {
        ticks.push_back({place, fmt::format("{:.4g}", std::pow(10, value))});
      }
    }
  }
  return ticks;
}

void Extent::add(double value) noexcept {
  if (std::isnan(value) || (is_log && !(value > 0))) return;
  low = any ? std::min(low, value) : value;
  high = any ? std::max(high, value) : value;
  any = true;
}

Scale Extent::scale(double from, double to, bool from_zero) const {
  if (!any) return {is_log ? 0.1 : 0, 1, is_log, from, to};
  if (is_log) return {low / 1.4, high * 1.4, true, from, to};
  const double base = from_zero ? std::min(low, 0.0) : low;
  const double span = high > base ? high - base : std::max(std::abs(high), 1.0);
  return {from_zero && low >= 0 ? base : base - 0.05 * span, high + 0.05 * span, false, from, to};
}

std::string svg_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace trigloop::report
