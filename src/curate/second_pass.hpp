#pragma once
// The second pass: events become the groups of the packed file.
//
// All groups go through one stream, so that one is read while another is written. Events that the first pass kept cost
// writing alone, others mostly reading: the stream takes them in turn, which keeps all cores at work.
#include <cstdint>
#include <functional>
#include <vector>

#include "curate/curate.hpp"
#include "curate/input.hpp"
#include "curate/pack.hpp"

namespace trigloop::curate {

/// What becomes one group.
struct Group {
  Part part;                          ///< its counts are filled by the pass, unless events are kept
  std::size_t table = 0;              ///< of the writer
  const EventInput* input = nullptr;  ///< where its events are from
  io::EntryRange range;               ///< that are read
  std::uint64_t most = 0;             ///< entries of the range that are written, at most
  const Batch* kept = nullptr;        ///< all its events after the cuts; then nothing is read
  std::uint64_t content = 0;          ///< filled by the pass: the sum of its batches' content
};

/// Cuts, scales and writes the events of all groups, on `threads` threads. Errors: those of the inputs; output;
/// interrupted.
void write_groups(io::hdf5::Writer& writer, std::vector<Group>& groups, const Settings& settings, const Scaler& scaler,
                  unsigned threads, const Advance& advance);

}  // namespace trigloop::curate
