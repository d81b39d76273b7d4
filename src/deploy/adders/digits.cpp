#include "deploy/adders/digits.hpp"

namespace trigloop::deploy {

std::vector<SignedDigit> signed_digits(std::int64_t number) {
  std::vector<SignedDigit> digits;
  for (int shift = 0; number != 0; ++shift, number /= 2) {
    if (number % 2 == 0) continue;
    // Of the two digits that make the rest even, the one that makes it a multiple of 4: its neighbour is then 0.
    const bool negative = (number & 3) == 3;
    digits.push_back({shift, negative});
    number += negative ? 1 : -1;
  }
  return digits;
}

}  // namespace trigloop::deploy
