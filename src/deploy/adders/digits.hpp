#pragma once
// Canonical signed digits: a number as a sum of the fewest +-2^k, no two of them adjacent.
#include <cstdint>
#include <vector>

namespace trigloop::deploy {

struct SignedDigit {
  int shift = 0;
  bool negative = false;
  bool operator==(const SignedDigit&) const = default;
};

/// From the lowest to the highest; |number| < 2^62.
std::vector<SignedDigit> signed_digits(std::int64_t number);

}  // namespace trigloop::deploy
