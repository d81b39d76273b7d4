#pragma once
// The random numbers of one event.
//
// Philox turns (seed, purpose, number) into a start and an odd step; SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA'14; Stafford's mixer 13) walks from there. So a block of Philox is paid once
// an event, each further draw costs a few cycles, and any thread can make any event: the bytes never depend on who did.
#include <bit>
#include <cstdint>

#include "core/random.hpp"

namespace trigloop::simulate {

/// What a stream of numbers is for; streams of different purposes share nothing.
enum class Purpose : std::uint32_t { event = 1, orbit = 2, drift = 3 };

class EventRandom {
 public:
  EventRandom(std::uint64_t seed, Purpose purpose, std::uint64_t number) noexcept {
    const auto block = core::philox4x32({static_cast<std::uint32_t>(number), static_cast<std::uint32_t>(number >> 32),
                                         static_cast<std::uint32_t>(purpose), 0x7472696Cu},
                                        {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
    state_ = block[0] | std::uint64_t{block[1]} << 32;
    step_ = block[2] | std::uint64_t{block[3]} << 32 | 1;
    // A step with long runs of equal bits mixes badly (SplittableRandom's rule).
    if (std::popcount(step_ ^ step_ >> 1) < 24) step_ ^= 0xAAAAAAAAAAAAAAAAull;
  }

  /// 64 random bits.
  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += step_;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return z ^ z >> 31;
  }
  /// 32 random bits.
  std::uint32_t word() noexcept { return static_cast<std::uint32_t>(next() >> 32); }

 private:
  std::uint64_t state_, step_;
};

/// 64 random bits, taken apart from below.
struct Bits {
  explicit Bits(std::uint64_t all) noexcept : rest(all) {}
  /// The next `n` bits (n <= 32).
  std::uint32_t take(unsigned n) noexcept {
    const auto low = static_cast<std::uint32_t>(rest & ((std::uint64_t{1} << n) - 1));
    rest >>= n;
    return low;
  }
  /// The next `n` bits as the leading bits of a 32-bit word, the rest being a half step: the level of a quantile draw.
  std::uint32_t level(unsigned n) noexcept { return take(n) << (32 - n) | 1u << (31 - n); }
  /// Uniform in [0, below), from 16 bits.
  std::uint32_t below(std::uint32_t below) noexcept { return take(16) * below >> 16; }

  std::uint64_t rest;
};

}  // namespace trigloop::simulate
