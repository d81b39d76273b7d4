#pragma once
// Identity of an event's content: by it a repeated event is told from a contradicting one.
//
//     words    w[p] = x[2p] + 2^16 x[2p + 1], features as unsigned 16-bit numbers (an odd last one stands alone);
//              the crossing is the word behind the last
//     sum      s = sum over p of c[p] w[p], modulo 2^64
//     hash     s ^= s >> 32; s *= 0xD6E8FEB86659FD93; s ^= s >> 32; s *= 0xD6E8FEB86659FD93; s ^= s >> 32
//     c[p]     output p + 1 of splitmix64 with seed 0, last bit set
//
// A sum of odd constants times words cannot hide a change of one word, and hides several with a probability of at most
// 2^-48. Multiplication by a constant is two 32-bit products a lane, so a vector does 4 to 16 events at a time. The
// hash is part of the format of records: it is the same on every machine, and may never change.
#include <cstdint>
#include <span>

#include "event/tile.hpp"

namespace trigloop::scout {

/// Hashes of the tile's events, one each; the tile must be of int16.
void hash_events(const event::Tile& tile, std::span<std::uint64_t> hashes);

/// The same by plain loops, written for reading.
void hash_events_plain(const event::Tile& tile, std::span<std::uint64_t> hashes);

}  // namespace trigloop::scout
