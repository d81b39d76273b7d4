#pragma once
// Events in memory while they train: a row an event, a column a feature, in blocks of 128 events.
//
// Rows are padded with zeros to 16 floats, so that vectors of any machine cover them, and they stand end to end, so
// that what works number by number needs no loop over rows. Vectors run along features; nothing is ever summed across a
// vector. Every sum over events is made event by event within a block, and block by block after that: so a result does
// not depend on how wide the machine's vectors are, nor on how many threads share the blocks.
#include <algorithm>
#include <cstddef>

#include "core/buffer.hpp"

namespace trigloop::train {

/// Events of a block. Part of the numerics: sums are made block by block.
inline constexpr std::size_t block_events = 128;

/// Floats from one row to the next.
constexpr std::size_t padded(std::size_t features) { return (features + 15) / 16 * 16; }

using Floats = core::AlignedBuffer<float>;

/// `count` zeros.
inline void make_zeros(Floats& buffer, std::size_t count) {
  buffer.resize_discard(count);
  std::fill_n(buffer.data(), count, 0.0f);
}

}  // namespace trigloop::train
