#pragma once
// Ranges of an input as batches, on many threads.
#include <cstdint>
#include <functional>
#include <vector>

#include "curate/cuts.hpp"
#include "curate/input.hpp"

namespace trigloop::curate {

/// Entries that are read together, by one thread.
struct Stretch {
  std::size_t part = 0;               ///< the caller's number of what they belong to
  const EventInput* input = nullptr;  ///< none: nothing is read, `take` alone is called, with an empty piece
  io::EntryRange range;
};

/// A range in stretches of some thousand entries.
std::vector<Stretch> stretches_of(std::size_t part, const EventInput& input, io::EntryRange range);

/// A batch, and what the workers made of it.
struct Piece {
  Batch batch;
  CutCounts counts;
  core::ByteBuffer data;  ///< whatever else they make
};

/// `worker` is from 0 to `threads`, and never the same for two calls at a time.
using Make = std::function<void(unsigned worker, const Stretch& stretch, Piece& piece)>;
using Take = std::function<void(const Stretch& stretch, Piece& piece)>;

/// Reads stretches in batches: `make` gets each on one of `threads` threads (at least 1), in any order; `take` then
/// gets them in order on the calling thread. Memory is bounded whatever the length. Errors: those of the readers and of
/// both functions; interrupted.
void stream(const std::vector<Stretch>& stretches, unsigned threads, const Make& make, const Take& take);

}  // namespace trigloop::curate
