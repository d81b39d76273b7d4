#pragma once
// Who reads which entries. Each worker begins with a portion of its own; one that has read all of it takes half of
// what is left of the longest.
//
// At a cut both sides decode the same basket of every column, which costs a millisecond or two, so there are few: one
// between two workers, where the source is cut cheaply, and then one each time that somebody has nothing to do. A
// worker's entries ascend, so it leaves its lumisections one after the other, and these are done early.
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "io/source.hpp"

namespace trigloop::scout {

class Portions {
 public:
  /// Divides `ranges` (ascending, apart) among as many workers. Fewer than `least` entries are not divided.
  Portions(const io::Source& source, const io::Selection& selection, const std::vector<io::EntryRange>& ranges,
           unsigned workers, std::uint64_t least = 1u << 14);

  /// What a worker is to read next; none, if all is taken.
  std::optional<io::EntryRange> next(unsigned worker);
  /// The worker has decoded `window`, the next entries of its range. Returns up to where it is to examine them: less
  /// than all where another worker took the rest, or after `stop`; then it asks for the next range.
  std::uint64_t claim(unsigned worker, io::EntryRange window);
  /// Nothing more is to be read.
  void stop();

 private:
  /// What is left for a worker; of the first range, what was claimed is gone.
  using Portion = std::deque<io::EntryRange>;

  static std::uint64_t size_of(const Portion& portion);
  Portion take_back(Portion& from, std::uint64_t entries) const;
  std::uint64_t cut_near(std::uint64_t entry, io::EntryRange range) const;

  std::uint64_t least_;
  std::vector<std::uint64_t> cheap_cuts_;  ///< ascending
  std::mutex mutex_;
  std::vector<Portion> portions_;
};

}  // namespace trigloop::scout
