#pragma once
// Exact constants: a dyadic rational, mantissa x 2^exponent. Every finite float is one, and so is every sum and product
// of them; a quotient is one only sometimes, and then division says so.
#include <optional>
#include <span>

#include "core/fixed_point.hpp"
#include "model/graph.hpp"

namespace trigloop::model {

class Dyadic {
 public:
  Dyadic() = default;
  /// mantissa x 2^exponent. Error: limit, if it needs more than 100 significant bits or an exponent beyond +-1100.
  explicit Dyadic(Code mantissa, int exponent = 0);
  /// Error: damaged, if `value` is infinite or not a number.
  static Dyadic from_double(double value);

  /// Odd, or 0.
  Code mantissa() const noexcept { return mantissa_; }
  int exponent() const noexcept { return exponent_; }
  bool is_zero() const noexcept { return mantissa_ == 0; }
  bool is_negative() const noexcept { return mantissa_ < 0; }
  /// k, if the value is 2^k.
  std::optional<int> log2() const noexcept;
  /// The value, if it is an integer of at most 62 bits.
  std::optional<std::int64_t> integer() const noexcept;
  double to_double() const noexcept;

  Dyadic operator-() const { return Dyadic(-mantissa_, exponent_); }
  Dyadic operator+(const Dyadic& other) const;
  Dyadic operator-(const Dyadic& other) const { return *this + -other; }
  Dyadic operator*(const Dyadic& other) const;
  /// The exact quotient, where there is one.
  std::optional<Dyadic> divided_by(const Dyadic& other) const;
  /// The exact square root, where there is one.
  std::optional<Dyadic> square_root() const;
  /// Rounded and brought into range.
  Dyadic quantised(const FixedPoint& type) const;
  bool operator==(const Dyadic&) const = default;

 private:
  Code mantissa_ = 0;
  int exponent_ = 0;
};

/// Codes of a common fraction. Error: limit, if one would need more than 62 bits.
Constants to_constants(std::span<const Dyadic> values);

}  // namespace trigloop::model
