#pragma once
// Random numbers of training: each use draws two keys from Philox by (seed, step, stream), and hashes counters with
// them (vector_math.hpp). So a number is a function of seed, step, event and feature, whoever computes it.
//
// The order of events in an epoch is a keyed permutation that can be asked for any place: a Feistel network over a grid
// of a x b >= n cells, which are shorter than n by less than a, and walked again where it leads out of [0, n).
#include <cstdint>

#include "core/random.hpp"
#include "train/kernels/kernels.hpp"

namespace trigloop::train {

/// Events of a step that have numbers of their own.
inline constexpr std::uint64_t step_events_limit = std::uint64_t{1} << 22;

inline kernel::Keys keys_of(std::uint64_t seed, std::uint64_t step, std::uint32_t stream) {
  const auto words =
      core::philox4x32({static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32), stream, 0x7261696E},
                       {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  return {words[0], words[1]};
}

class Permutation {
 public:
  /// Of [0, n), 1 <= n < 2^31.
  Permutation(std::uint64_t n, std::uint64_t seed, std::uint64_t epoch);
  std::uint64_t size() const noexcept { return n_; }

  /// What stands at places [first, first + count).
  void at(std::uint32_t first, std::size_t count, std::uint32_t* out) const {
    kernel::permute(cells_, first, count, out);
    for (std::size_t k = 0; k < count; ++k)
      while (out[k] >= n_) kernel::permute(cells_, out[k], 1, out + k);
  }
  std::uint32_t operator()(std::uint32_t place) const {
    at(place, 1, &place);
    return place;
  }

 private:
  std::uint64_t n_;
  kernel::Cells cells_{};
};

}  // namespace trigloop::train
