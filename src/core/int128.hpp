#pragma once
// Integers of 128 bits, for sums that must not overflow.
#include <string>

namespace trigloop::core {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

inline std::string to_string(Int128 value) {
  const bool negative = value < 0;
  // The magnitude of the lowest value has no positive counterpart, so negate without sign.
  UInt128 rest = negative ? UInt128{0} - static_cast<UInt128>(value) : static_cast<UInt128>(value);
  char digits[40];
  char* at = digits + sizeof(digits);
  do {
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (negative) *--at = '-';
  return {at, digits + sizeof(digits)};
}

}  // namespace trigloop::core
