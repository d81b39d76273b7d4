#pragma once
// Which rows an orbit's crossings are, and which orbits a lumisection has.
#include <cstdint>
#include <vector>

#include "core/error.hpp"
#include "event/lumi.hpp"
#include "io/orbits/occupancy.hpp"
#include "io/orbits/products.hpp"
#include "io/source.hpp"

namespace trigloop::io::orbits {

struct Index {
  std::vector<std::uint64_t> first_row;  ///< of each orbit, and behind the last one
  struct Lumi {
    event::LumiKey key;
    std::uint32_t orbits = 0;
    std::vector<std::uint32_t> dropped;  ///< sums of Products::dropped
  };
  std::vector<Lumi> lumis;  ///< in the order of the file
  Occupancy occupancy;

  std::uint64_t rows() const noexcept { return first_row.back(); }
  std::uint64_t orbits() const noexcept { return first_row.size() - 1; }
  /// The orbit that row `row` is of; orbits(), if there is no such row.
  std::uint64_t orbit_of(std::uint64_t row) const noexcept;
};

/// Errors: those of reading; damaged.
Index make_index(const Source& source, const TableInfo& tree, const Products& products);

/// The error of an orbit whose offsets cannot be.
core::Error bad_orbit(std::uint64_t orbit, const Product& product, const std::string& fault);

}  // namespace trigloop::io::orbits
