#include "curate/stream.hpp"

#include <algorithm>
#include <vector>

#include "core/in_order.hpp"

namespace trigloop::curate {
namespace {

/// Entries that a thread takes at a time, and how many it may hold at most: an input that cannot be cut so small (one
/// huge chunk, a deflated member of a .npz) is read by one thread, batch by batch.
constexpr std::uint64_t target_entries = 8192, most_entries = 65536;

std::vector<io::EntryRange> pieces_of(const EventInput& input, io::EntryRange all) {
  std::vector<io::EntryRange> pieces;
  for (io::EntryRange one : input.split(target_entries)) {
    one = {std::max(one.begin, all.begin), std::min(one.end, all.end)};
    if (one.begin < one.end) pieces.push_back(one);
  }
  return pieces;
}

/// All events of a range as one batch.
void read_range(EventReader& reader, io::EntryRange range, Batch& batch, Batch& scratch) {
  reader.rewind(range);
  batch.events = 0;
  bool first = true;
  while (reader.next(first ? batch : scratch)) {
    if (!first) batch.append(scratch);
    first = false;
  }
}

}  // namespace

void stream(const EventInput& input, io::EntryRange range, unsigned threads, const Make& make, const Take& take) {
  const std::vector<io::EntryRange> pieces = pieces_of(input, range);
  const bool coarse =
      std::ranges::any_of(pieces, [](const io::EntryRange& one) { return one.end - one.begin > most_entries; });
  if (coarse) {
    const auto reader = input.open();
    reader->rewind(range);
    for (Piece piece; reader->next(piece.batch);) {
      core::stop_if_interrupted();
      make(0, piece);
      take(piece);
    }
    return;
  }
  struct Worker {
    std::unique_ptr<EventReader> reader;
    Batch scratch;
  };
  std::vector<Worker> workers(threads);
  core::run_in_order<Piece>(
      pieces.size(), threads,
      [&](std::uint64_t number, unsigned index, Piece& piece) {
        Worker& worker = workers[index];
        if (!worker.reader) worker.reader = input.open();
        read_range(*worker.reader, pieces[number], piece.batch, worker.scratch);
        make(index, piece);
      },
      [&](std::uint64_t, Piece& piece) { take(piece); });
}

}  // namespace trigloop::curate
