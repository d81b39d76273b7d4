#pragma once
// Ranges of an input as batches, on many threads.
#include <cstdint>
#include <functional>

#include "curate/cuts.hpp"
#include "curate/input.hpp"

namespace trigloop::curate {

/// What the workers make of a batch, beside the batch itself.
struct Piece {
  Batch batch;
  CutCounts counts;
  core::ByteBuffer data;  ///< DATA as it is to be written
};

using Make = std::function<void(unsigned worker, Piece& piece)>;
using Take = std::function<void(Piece& piece)>;

/// Reads `range` in batches: `make` gets each on one of `threads` threads (at least 1), in any order; `take` then gets
/// them in order on the calling thread. Memory is bounded whatever the length. Errors: those of the reader and of both
/// functions; interrupted.
void stream(const EventInput& input, io::EntryRange range, unsigned threads, const Make& make, const Take& take);

}  // namespace trigloop::curate
