#include "model/dyadic.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace trigloop::model {
namespace {

[[noreturn]] void fail_limit(const char* what) { throw core::Error(core::ErrorCode::limit, what); }

int bits_of(Code magnitude) {
  int bits = 0;
  for (magnitude = magnitude < 0 ? -magnitude : magnitude; magnitude != 0; magnitude >>= 1) ++bits;
  return bits;
}

}  // namespace

Dyadic::Dyadic(Code mantissa, int exponent) : mantissa_(mantissa), exponent_(exponent) {
  if (mantissa_ == 0) exponent_ = 0;
  while (mantissa_ != 0 && mantissa_ % 2 == 0) mantissa_ /= 2, ++exponent_;
  if (bits_of(mantissa_) > 100) fail_limit("a constant needs more than 100 bits");
  if (exponent_ < -1100 || exponent_ > 1100) fail_limit("a constant is too large or too small");
}

Dyadic Dyadic::from_double(double value) {
  if (!std::isfinite(value)) throw core::Error(core::ErrorCode::damaged, "a constant is not a finite number");
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);
  return Dyadic(static_cast<Code>(std::ldexp(fraction, 53)), exponent - 53);
}

std::optional<int> Dyadic::log2() const noexcept { return mantissa_ == 1 ? std::optional(exponent_) : std::nullopt; }

std::optional<std::int64_t> Dyadic::integer() const noexcept {
  if (exponent_ < 0 || bits_of(mantissa_) + exponent_ > 62) return {};
  return static_cast<std::int64_t>(mantissa_ * (Code{1} << exponent_));
}

double Dyadic::to_double() const noexcept { return std::ldexp(static_cast<double>(mantissa_), exponent_); }

Dyadic Dyadic::operator+(const Dyadic& other) const {
  if (is_zero()) return other;
  if (other.is_zero()) return *this;
  const int exponent = std::min(exponent_, other.exponent_);
  const auto aligned = [&](const Dyadic& d) {
    const int left = d.exponent_ - exponent;
    if (bits_of(d.mantissa_) + left > 120) fail_limit("a sum of constants needs more than 100 bits");
    return d.mantissa_ * (Code{1} << left);
  };
  return Dyadic(aligned(*this) + aligned(other), exponent);
}

Dyadic Dyadic::operator*(const Dyadic& other) const {
  if (bits_of(mantissa_) + bits_of(other.mantissa_) > 120)
    fail_limit("a product of constants needs more than 100 bits");
  return Dyadic(mantissa_ * other.mantissa_, exponent_ + other.exponent_);
}

std::optional<Dyadic> Dyadic::divided_by(const Dyadic& other) const {
  // Mantissas are odd, so a quotient is dyadic only if it divides as integers.
  if (other.is_zero() || mantissa_ % other.mantissa_ != 0) return {};
  return Dyadic(mantissa_ / other.mantissa_, exponent_ - other.exponent_);
}

std::optional<Dyadic> Dyadic::square_root() const {
  if (is_zero()) return *this;
  if (is_negative() || exponent_ % 2 != 0) return {};
  Code root = static_cast<Code>(std::sqrt(static_cast<double>(mantissa_)));
  while (root * root > mantissa_) --root;
  while ((root + 1) * (root + 1) <= mantissa_) ++root;
  if (root * root != mantissa_) return {};
  return Dyadic(root, exponent_ / 2);
}

Dyadic Dyadic::quantised(const FixedPoint& type) const {
  return Dyadic(core::quantise(mantissa_, -exponent_, type), -type.fraction());
}

Constants to_constants(std::span<const Dyadic> values) {
  Constants constants;
  if (values.empty()) return constants;
  int lowest = 2000;
  for (const Dyadic& value : values) {
    if (!value.is_zero()) lowest = std::min(lowest, value.exponent());
  }
  constants.fraction = lowest == 2000 ? 0 : -lowest;
  for (const Dyadic& value : values) {
    const int left = value.is_zero() ? 0 : value.exponent() - lowest;
    if (bits_of(value.mantissa()) + left > 62) fail_limit("constants differ so much that they need more than 62 bits");
    constants.codes.push_back(static_cast<std::int64_t>(value.mantissa()) << left);
  }
  return constants;
}

}  // namespace trigloop::model
