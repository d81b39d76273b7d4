#pragma once
// Makes blocks of events on many threads and hands them over in order, while more are being made.
#include <cstdint>
#include <functional>

#include "simulate/batch.hpp"

namespace trigloop::simulate {

/// Fills the batch with a block's events. Called by several threads at a time, for different blocks.
using MakeBlock = std::function<void(std::uint64_t block, Batch& batch)>;
/// Gets each block, in order, on the calling thread.
using TakeBlock = std::function<void(std::uint64_t block, const Batch& batch)>;

/// Runs blocks [0, blocks). With one thread everything happens in turn on the calling one; with more, `threads` threads
/// make blocks, at most twice as many ahead, while the calling thread takes them. The first exception of either side
/// ends all and is thrown here; so does an interrupt (core::Error interrupted).
void run_pipeline(std::uint64_t blocks, unsigned threads, const MakeBlock& make, const TakeBlock& take);

}  // namespace trigloop::simulate
