#pragma once
// Of the 2^18 orbits of a lumisection: which were seen, with how many events, and a hash of these that does not depend
// on their order. So duplicates, gaps, split and contradicting orbits are exact set operations, whatever the files are
// called and wherever they were cut.
#include <cstdint>
#include <span>
#include <vector>

#include "core/units.hpp"

namespace trigloop::event {

/// What was seen of an orbit. `hash` is the sum, modulo 2^64, of the hashes of its events.
struct OrbitEntry {
  std::uint32_t orbit = 0;   ///< as the data number it: from the start of the run
  std::uint32_t events = 0;  ///< at least 1
  std::uint16_t first_crossing = 0, last_crossing = 0;
  std::uint64_t hash = 0;
  bool operator==(const OrbitEntry&) const = default;
};

/// How the orbits of one set stand to those of another.
struct OrbitComparison {
  std::vector<std::uint32_t> fresh;          ///< not in the other
  std::vector<std::uint32_t> split;          ///< in both, with disjoint ranges of crossings: pieces of one orbit
  std::vector<std::uint32_t> duplicate;      ///< in both, with the same events
  std::vector<std::uint32_t> contradicting;  ///< in both, with other events
};

/// A set of orbits of one lumisection, ascending, each once.
class OrbitSet {
 public:
  /// Makes the set of one source from stretches: runs of consecutive entries of an orbit with ascending crossings, in
  /// any order. Stretches of an orbit with disjoint crossings are joined. Orbits with overlapping stretches (a source
  /// that holds an orbit twice) are joined too, and named in `doubtful`, ascending.
  static OrbitSet collect(std::vector<OrbitEntry> stretches, std::vector<std::uint32_t>& doubtful);

  std::span<const OrbitEntry> entries() const noexcept { return entries_; }
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  bool contains(std::uint32_t orbit) const noexcept { return find(orbit) != nullptr; }
  const OrbitEntry* find(std::uint32_t orbit) const noexcept;
  std::uint64_t events() const noexcept;

  OrbitComparison compare(const OrbitSet& committed) const;

  /// Joins a set with this one; of orbits that are in both, the two must have different events.
  void join(const OrbitSet& other);

  bool operator==(const OrbitSet&) const = default;

 private:
  std::vector<OrbitEntry> entries_;
};

/// The place of an orbit in the 2^18 of its lumisection; lumisections begin at orbit n x 2^18 + 1.
constexpr std::uint32_t orbit_bit(std::uint32_t orbit) noexcept { return (orbit - 1) % core::orbits_per_lumisection; }

}  // namespace trigloop::event
