#pragma once
// Prescales as the global trigger has them: a 24-bit factor with two decimals, kept x 100; 0 switches a seed off.
#include <cmath>
#include <cstdint>

namespace trigloop::core {

inline constexpr double largest_prescale = ((1u << 24) - 1) / 100.0;

/// Why the trigger cannot have this prescale; null, if it can.
inline const char* prescale_fault(double factor) {
  if (!(factor >= 0 && factor <= largest_prescale)) return "must be from 0 (off) to 167772.15";
  if (factor != 0 && factor < 1) return "must be 0 (off) or at least 1";
  if (std::abs(factor * 100 - std::round(factor * 100)) > 1e-6) return "has two decimals at most";
  return nullptr;
}

/// In hundredths, of a prescale without a fault.
inline std::uint32_t prescale_code(double factor) { return static_cast<std::uint32_t>(std::lround(factor * 100)); }

}  // namespace trigloop::core
