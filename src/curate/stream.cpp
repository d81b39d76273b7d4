#include "curate/stream.hpp"

#include <algorithm>
#include <cstring>
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

/// Puts `more` behind what `into` holds.
void append(Batch& into, const Batch& more) {
  const auto join = [](auto& buffer, const auto& other) {
    const std::size_t at = buffer.size();
    buffer.resize(at + other.size());
    if (other.size() > 0) std::memcpy(buffer.data() + at, other.data(), other.size() * sizeof(*other.data()));
  };
  join(into.values, more.values);
  for (std::size_t side = 0; side < side_count; ++side) join(into.sides[side], more.sides[side]);
  into.events += more.events;
  into.content += more.content;
}

/// All events of a range as one batch.
void read_range(EventReader& reader, io::EntryRange range, Batch& batch, Batch& scratch) {
  reader.rewind(range);
  batch.events = 0;
  bool first = true;
  while (reader.next(first ? batch : scratch)) {
    if (!first) append(batch, scratch);
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
