#pragma once
// Which crossings of each orbit hold something, and how many objects, as it was found when the file was opened.
//
// Reading needs what opening has decompressed already: it is kept, an orbit as a bit for each crossing and a byte for
// each product of those that hold something. That is about five bytes an event, and no more than `most_bytes` in all;
// offsets of other orbits are decompressed again.
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "io/orbits/crossings.hpp"
#include "io/source.hpp"

namespace trigloop::io::orbits {

class Occupancy {
 public:
  /// So much may be kept of a source: one and a half million events. Many sources may be open at a time.
  static constexpr std::int64_t most_bytes = 8 << 20;

  explicit Occupancy(std::uint64_t orbits = 0) : kept_(orbits) {}

  /// Keeps the `rows` crossings that `list` names, unless there is no room in the bytes that are `left` (what is taken
  /// is subtracted), or a crossing has more than 255 objects. Several threads may keep orbits, each others.
  void keep(std::uint64_t orbit, const Crossings& crossings, const std::uint32_t* list, std::size_t rows,
            std::atomic<std::int64_t>& left);

  /// The first of these orbits that is not kept; orbits.end, if all are.
  std::uint64_t end_of_kept(EntryRange orbits) const noexcept;
  /// The crossings of an orbit that is kept, ascending.
  void list(std::uint64_t orbit, std::uint32_t* out) const noexcept;
  /// How many objects of a product each of its `rows` crossings has.
  void counts(std::uint64_t orbit, std::size_t product, std::size_t rows, std::uint32_t* out) const noexcept;

 private:
  static constexpr std::size_t bits_bytes = (crossing_slots + 63) / 64 * 8;

  std::vector<std::unique_ptr<std::uint8_t[]>> kept_;
};

}  // namespace trigloop::io::orbits
