#include "scout/pass/hash.hpp"

#include <algorithm>
#include <cassert>

#include "core/isa.hpp"

// Compiled once per instruction set; see Highway's documentation of foreach_target.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "scout/pass/hash.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef TRIGLOOP_SCOUT_HASH_ONCE
#define TRIGLOOP_SCOUT_HASH_ONCE
namespace trigloop::scout {
namespace {

/// Output p + 1 of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA'14).
inline std::uint64_t constant(std::uint64_t p) noexcept {
  std::uint64_t z = (p + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (z ^ (z >> 31)) | 1;
}

inline std::uint64_t mixed(std::uint64_t sum) noexcept {
  constexpr std::uint64_t factor = 0xD6E8FEB86659FD93u;
  sum = (sum ^ (sum >> 32)) * factor;
  sum = (sum ^ (sum >> 32)) * factor;
  return sum ^ (sum >> 32);
}

constexpr std::size_t most_lanes = 16;

}  // namespace
}  // namespace trigloop::scout
#endif

HWY_BEFORE_NAMESPACE();
namespace trigloop::scout::HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR
namespace hn = hwy::HWY_NAMESPACE;

// Even and odd lanes of words have sums of their own: a product of 32 bits needs 64.
using Words = hn::CappedTag<std::uint32_t, most_lanes>;
using Sums = hn::Repartition<std::uint64_t, Words>;
using Halves = hn::Rebind<std::uint16_t, Words>;

/// Adds the products of 32-bit words with a 64-bit constant; the upper half of the constant has a sum of its own, which
/// is shifted at the end.
struct Accumulator {
  hn::Vec<Sums> low, high;

  HWY_ATTR void add(hn::Vec<Words> words, hn::Vec<Words> constant_low, hn::Vec<Words> constant_high) {
    low = hn::Add(low, hn::MulEven(words, constant_low));
    high = hn::Add(high, hn::MulEven(words, constant_high));
  }
  HWY_ATTR hn::Vec<Sums> sum() const { return hn::Add(low, hn::ShiftLeft<32>(high)); }
};

/// Sums of Lanes(Words) events from lane `first` on.
HWY_ATTR void add_words(const event::Tile& tile, std::size_t first, std::uint64_t* sums) {
  const Words words;
  const Sums wide;
  const Halves halves;
  const auto zero = hn::Zero(wide);
  Accumulator even{zero, zero}, odd{zero, zero};
  const auto add = [&](hn::Vec<Words> word, std::uint64_t p) HWY_ATTR {
    const std::uint64_t c = constant(p);
    const auto low = hn::Set(words, static_cast<std::uint32_t>(c));
    const auto high = hn::Set(words, static_cast<std::uint32_t>(c >> 32));
    even.add(word, low, high);
    odd.add(hn::BitCast(words, hn::ShiftRight<32>(hn::BitCast(wide, word))), low, high);
  };
  const auto* row = reinterpret_cast<const std::uint16_t*>(tile.data) + first;
  const auto feature = [&](std::size_t f)
                           HWY_ATTR { return hn::PromoteTo(words, hn::LoadU(halves, row + f * tile.stride)); };
  const std::size_t pairs = tile.features / 2;
  for (std::size_t p = 0; p < pairs; ++p) {
    add(hn::Or(feature(2 * p), hn::ShiftLeft<16>(feature(2 * p + 1))), p);
  }
  if (tile.features % 2 != 0) add(feature(2 * pairs), pairs);
  add(hn::LoadU(words, tile.crossing + first), (tile.features + 1) / 2);
  hn::StoreInterleaved2(even.sum(), odd.sum(), wide, sums);
}

void hash(const event::Tile& tile, std::uint64_t* hashes) {
  const std::size_t step = hn::Lanes(Words());
  // The lanes behind the last event are zeros and may be read, but their hashes have no place.
  for (std::size_t first = 0; first < tile.size; first += step) {
    std::uint64_t sums[most_lanes];
    add_words(tile, first, sums);
    const std::size_t n = std::min<std::size_t>(step, tile.size - first);
    for (std::size_t i = 0; i < n; ++i) hashes[first + i] = mixed(sums[i]);
  }
}
#else
void hash(const event::Tile& tile, std::uint64_t* hashes) { hash_events_plain(tile, {hashes, tile.size}); }
#endif
}  // namespace trigloop::scout::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::scout {

HWY_EXPORT(hash);

void hash_events(const event::Tile& tile, std::span<std::uint64_t> hashes) {
  assert(tile.element == event::Type::int16 && hashes.size() >= tile.size);
  if (core::scalar_is_forced()) return hash_events_plain(tile, hashes);
  HWY_DYNAMIC_DISPATCH(hash)(tile, hashes.data());
}

void hash_events_plain(const event::Tile& tile, std::span<std::uint64_t> hashes) {
  const auto value = [&](std::size_t f, std::size_t i) {
    return static_cast<std::uint16_t>(tile.row<std::int16_t>(static_cast<std::uint32_t>(f))[i]);
  };
  for (std::size_t i = 0; i < tile.size; ++i) {
    std::uint64_t sum = 0;
    for (std::size_t f = 0; f < tile.features; f += 2) {
      const std::uint32_t second = f + 1 < tile.features ? value(f + 1, i) : 0u;
      sum += constant(f / 2) * (value(f, i) | second << 16);
    }
    hashes[i] = mixed(sum + constant((tile.features + 1) / 2) * tile.crossing[i]);
  }
}

}  // namespace trigloop::scout
#endif
