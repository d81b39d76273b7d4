#include "train/kernels/random.hpp"

#include <cmath>

namespace trigloop::train {

Permutation::Permutation(std::uint64_t n, std::uint64_t seed, std::uint64_t epoch) : n_(n) {
  cells_.a = static_cast<std::uint32_t>(std::ceil(std::sqrt(static_cast<double>(n))));
  cells_.b = static_cast<std::uint32_t>((n + cells_.a - 1) / cells_.a);
  for (std::uint32_t k = 0; k < 6; k += 2) {
    const kernel::Keys keys = keys_of(seed, epoch, 0xFFFF0000u + k);
    cells_.keys[k] = keys.a;
    cells_.keys[k + 1] = keys.b;
  }
}

}  // namespace trigloop::train
