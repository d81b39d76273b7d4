#pragma once
// A block of events for a model.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include "event/type.hpp"

namespace trigloop::event {

/// What happened to values on their way into tiles; sums are exact, whatever the order.
struct TileCounts {
  std::uint64_t saturated = 0;      ///< values set to the nearest one that the element type holds
  std::uint64_t not_a_number = 0;   ///< NaN set to 0 in int16 tiles
  std::uint64_t missing_items = 0;  ///< events without the item of an `item_of` block (MET): its features are 0

  TileCounts& operator+=(const TileCounts& other) noexcept {
    saturated += other.saturated;
    not_a_number += other.not_a_number;
    missing_items += other.missing_items;
    return *this;
  }
  bool operator==(const TileCounts&) const = default;
};

/// A view of `size` events in `lanes` lanes, feature-major: the value of feature f of event i is row<T>(f)[i]. Rows
/// start at multiples of 64 bytes; the lanes from `size` on are zero. The keys lie beside the rows, one value an event.
struct Tile {
  Type element = Type::int16;  ///< int16 or float32
  std::uint32_t features = 0;
  std::uint32_t lanes = 0;        ///< a multiple of 64
  std::uint32_t stride = 0;       ///< elements from row to row, more than `lanes`
  std::uint32_t size = 0;         ///< events, 1..lanes
  std::uint64_t first_entry = 0;  ///< entry of lane 0 in its table; the others follow it
  const std::byte* data = nullptr;
  const std::uint32_t* run = nullptr;
  const std::uint32_t* block = nullptr;     ///< lumisection, luminosity block, or number of the time window
  const std::uint32_t* orbit = nullptr;     ///< 0 where there is no such thing
  const std::uint32_t* crossing = nullptr;  ///< bunch crossing or BCID; 0 where there is no such thing
  const double* time = nullptr;             ///< seconds; null unless the key is a time window
  TileCounts counts;                        ///< of these events

  template <class T>
  std::span<const T> row(std::uint32_t feature) const noexcept {
    assert(type_of<T>() == element && feature < features);
    return {reinterpret_cast<const T*>(data) + std::size_t{feature} * stride, size};
  }
};

}  // namespace trigloop::event
