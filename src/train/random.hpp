#pragma once
// Random numbers of training: each use draws two keys from Philox by (seed, step, stream), and hashes counters with
// them (vector_math.hpp). So a number is a function of seed, step, event and feature, whoever computes it.
//
// The order of events in an epoch is a keyed permutation that can be asked for any place: a Feistel network over a grid
// of a x b >= n cells, which are shorter than n by less than a, and walked again where it leads out of [0, n).
#include <cstdint>

#include "core/random.hpp"
#include "train/kernels.hpp"

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
  /// Of [0, n), 1 <= n < 2^32.
  Permutation(std::uint64_t n, std::uint64_t seed, std::uint64_t epoch);
  std::uint64_t size() const noexcept { return n_; }

  std::uint32_t operator()(std::uint32_t position) const noexcept {
    do position = once(position);
    while (position >= n_);
    return position;
  }

 private:
  std::uint32_t once(std::uint32_t x) const noexcept {
    std::uint32_t left = x / b_, right = x % b_;
    for (int round = 0; round < 6; round += 2) {
      left = wrapped(left + share(right, keys_[round], a_), a_);
      right = wrapped(right + share(left, keys_[round + 1], b_), b_);
    }
    return left * b_ + right;
  }
  static std::uint32_t wrapped(std::uint32_t x, std::uint32_t limit) noexcept { return x < limit ? x : x - limit; }
  /// A number in [0, limit) from x.
  static std::uint32_t share(std::uint32_t x, std::uint32_t key, std::uint32_t limit) noexcept {
    x = (x ^ key) * 0x7FEB352Du;
    x = (x ^ (x >> 15)) * 0x846CA68Bu;
    x ^= x >> 16;
    return static_cast<std::uint32_t>((std::uint64_t{x} * limit) >> 32);
  }

  std::uint64_t n_;
  std::uint32_t a_, b_;
  std::uint32_t keys_[6];
};

}  // namespace trigloop::train
