#pragma once
// Blocks to the collections that CMSSW's unpackers make of them.
//
// Objects of a crossing are compacted without a branch: each word is stored, and counts if it stays. What is dropped is
// what CMSSW drops: objects of the calorimeter without energy, and muons that are intermediate, without momentum or of
// quality 0 (releases from 14_1 on keep the last). Of the words that stay, any member is made by one loop (fields.hpp).
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/buffer.hpp"
#include "io/orbits/crossings.hpp"
#include "io/raw/blocks.hpp"

namespace trigloop::io::raw {

/// Of one orbit.
struct Dropped {
  std::uint32_t intermediate_muons = 0, muons_without_pt = 0, muons_of_quality_0 = 0, empty_calo_objects = 0;
};

class Unpacker {
 public:
  /// Forgets all orbits.
  void clear() noexcept;
  /// Adds a part of the current orbit, which must stay where it is until the orbit ends. Returns what is wrong with it.
  std::optional<Fault> add(std::uint32_t sds, std::span<const std::byte> part, std::uint32_t orbit);
  void end_orbit();

  /// Orbits since `clear`.
  std::size_t size() const noexcept { return dropped_.size(); }
  const std::vector<Dropped>& dropped() const noexcept { return dropped_; }
  const std::vector<std::uint32_t>& other_orbits() const noexcept { return other_orbits_; }

  /// Offsets of the objects by crossing, orbit after orbit, io::orbits::offsets_of_orbit each.
  std::span<const std::uint32_t> crossing_offsets(Product product) const noexcept {
    return {objects_[product].by_crossing.data(), size() * orbits::offsets_of_orbit};
  }
  /// Where the objects of each orbit begin, and where the last ones end.
  const std::vector<std::uint32_t>& orbit_offsets(Product product) const noexcept { return objects_[product].by_orbit; }
  Words words(Product product) const noexcept;

 private:
  /// The objects of a product that stay.
  struct Objects {
    std::array<core::AlignedBuffer<std::uint32_t>, most_words> words;
    std::size_t n = 0;
    std::vector<std::uint32_t> by_orbit{0};
    core::AlignedBuffer<std::uint32_t> by_crossing;
    std::uint32_t* counts = nullptr;  ///< of the current orbit, [crossing + 1]
  };

  void begin_orbit();
  void make_room(Product product, std::size_t objects);
  void unpack_muons(const Block& block);
  void unpack_calo(const Block& block);
  void unpack_stubs(const Block& block);
  void unpack_objects(Product product, const std::byte* data, std::size_t n, std::uint32_t crossing);
  void unpack_sums(const std::byte* data, std::uint32_t crossing);
  void unpack_list(BlockList& list);

  std::array<Objects, product_count> objects_;
  // Sources are unpacked group by group, so that a product's objects come by crossing: muons, calorimeter, each of its
  // TCP streams, stubs of all sectors.
  static constexpr std::size_t groups = 7;
  std::array<BlockList, groups> lists_;
  std::vector<Block> scratch_;
  std::vector<Dropped> dropped_;
  std::vector<std::uint32_t> other_orbits_;
  Dropped now_;
};

}  // namespace trigloop::io::raw
