#pragma once
// Which events of a lumisection are not examined: what is in from another input already, and what stands twice in this.
#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "event/lumi.hpp"
#include "event/orbit_set.hpp"
#include "io/source.hpp"

namespace trigloop::scout {

/// A set of entries of a table, a bit each.
class EntryBits {
 public:
  EntryBits() = default;
  explicit EntryBits(io::EntryRange range) : begin_(range.begin), bits_(range.end - range.begin) {}

  void set(std::uint64_t entry) { bits_[entry - begin_] = true; }
  bool test(std::uint64_t entry) const noexcept { return entry - begin_ < bits_.size() && bits_[entry - begin_]; }

 private:
  std::uint64_t begin_ = 0;
  std::vector<bool> bits_;
};

struct Filter {
  bool unwanted = false;  ///< all events
  std::vector<std::uint32_t> orbits;
  std::vector<event::OrbitEntry> covered;
  EntryBits repeated;

  bool drops(std::uint32_t orbit, std::uint32_t crossing, std::uint64_t entry) const noexcept {
    return unwanted || repeated.test(entry) || std::ranges::binary_search(orbits, orbit) || is_covered(orbit, crossing);
  }

 private:
  bool is_covered(std::uint32_t orbit, std::uint32_t crossing) const noexcept {
    // The last stretch that begins at or before the crossing.
    const auto after = std::ranges::upper_bound(covered, std::tuple(orbit, crossing), {}, [](const auto& stretch) {
      return std::tuple<std::uint32_t, std::uint32_t>(stretch.orbit, stretch.first_crossing);
    });
    if (after == covered.begin()) return false;
    const event::OrbitEntry& stretch = *(after - 1);
    return stretch.orbit == orbit && crossing <= stretch.last_crossing;
  }
};

using Filters = std::map<event::LumiKey, Filter>;

}  // namespace trigloop::scout
