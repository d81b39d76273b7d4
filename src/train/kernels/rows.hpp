#pragma once
// Events in memory while they train.
//
// Data stand in rows, an event each, padded with zeros to 16 floats. In training, events are worked on in blocks, which
// are turned: a feature after the other, each with the block's events side by side. So vectors run along events, and
// layers of 4, 10 or 40 features waste no lane. What lies behind a block's last event is anything; whatever sums over
// events leaves it out.
//
// A result may not depend on how wide the machine's vectors are, nor on how many threads share the blocks. So a sum
// over events is always made of 16 sums, of events 0, 16, 32, ..., of events 1, 17, 33, ... and so on, which are added
// up as a fixed tree (lane_sums.hpp); and block by block in order after that.
#include <algorithm>
#include <cstddef>

#include "core/buffer.hpp"

namespace trigloop::train {

/// Events of a block. Part of the numerics: sums are made block by block.
inline constexpr std::size_t block_events = 128;

/// Blocks that one worker takes in turn, and adds up the sums of: a slot. Part of the numerics, too.
inline constexpr std::size_t slot_blocks = 2;

constexpr std::size_t slots_of(std::size_t blocks) { return (blocks + slot_blocks - 1) / slot_blocks; }

/// Floats from a feature to the next in a block. A gap of a cache line, which puts the features of an event into
/// different sets of the first cache, costs more memory than it saves there.
inline constexpr std::size_t feature_stride = block_events;

/// Floats from one row to the next, of data and of weights.
constexpr std::size_t padded(std::size_t features) { return (features + 15) / 16 * 16; }

using Floats = core::AlignedBuffer<float>;

/// `count` zeros.
inline void make_zeros(Floats& buffer, std::size_t count) {
  buffer.resize_discard(count);
  std::fill_n(buffer.data(), count, 0.0f);
}

}  // namespace trigloop::train
