#include "curate/stream.hpp"

#include <algorithm>
#include <vector>

#include "core/in_order.hpp"

namespace trigloop::curate {
namespace {

/// Entries that a thread takes at a time, and how many it may hold at most: where an input cannot be cut so small (one
/// huge chunk, a deflated member of a .npz), the calling thread reads batch by batch.
constexpr std::uint64_t target_entries = 8192, most_entries = 65536;

bool is_coarse(const Stretch& stretch) {
  return stretch.input != nullptr && stretch.range.end - stretch.range.begin > most_entries;
}

/// One thread's reader of the input that it is at.
class Worker {
 public:
  /// All events of the stretch as one batch.
  void read(const Stretch& stretch, Batch& batch) {
    EventReader& reader = at(stretch);
    batch.events = 0;
    for (bool first = true; reader.next(first ? batch : scratch_); first = false) {
      if (!first) batch.append(scratch_);
    }
  }
  EventReader& at(const Stretch& stretch) {
    if (input_ != stretch.input) reader_ = stretch.input->open();
    input_ = stretch.input;
    reader_->rewind(stretch.range);
    return *reader_;
  }

 private:
  const EventInput* input_ = nullptr;
  std::unique_ptr<EventReader> reader_;
  Batch scratch_;
};

}  // namespace

std::vector<Stretch> stretches_of(std::size_t part, const EventInput& input, io::EntryRange range) {
  std::vector<Stretch> stretches;
  for (io::EntryRange one : input.split(target_entries)) {
    one = {std::max(one.begin, range.begin), std::min(one.end, range.end)};
    if (one.begin < one.end) stretches.push_back({part, &input, one});
  }
  return stretches;
}

void stream(const std::vector<Stretch>& stretches, unsigned threads, const Make& make, const Take& take) {
  std::vector<Worker> workers(threads + 1);
  const auto work = [&](std::uint64_t number, unsigned index, Piece& piece) {
    const Stretch& stretch = stretches[number];
    if (stretch.input == nullptr || is_coarse(stretch)) return;
    workers[index].read(stretch, piece.batch);
    make(index, stretch, piece);
  };
  const auto finish = [&](std::uint64_t number, Piece& piece) {
    const Stretch& stretch = stretches[number];
    if (!is_coarse(stretch)) return take(stretch, piece);
    EventReader& reader = workers[threads].at(stretch);
    while (reader.next(piece.batch)) {
      core::stop_if_interrupted();
      make(threads, stretch, piece);
      take(stretch, piece);
    }
  };
  core::run_in_order<Piece>(stretches.size(), threads, work, finish);
}

}  // namespace trigloop::curate
