#pragma once
// The columns of a window as objects: where the items of an event begin, and one event's items decoded.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "event/columns.hpp"
#include "menu/bind.hpp"
#include "menu/distance.hpp"

namespace trigloop::menu {

/// Objects of a kind that an event may have; the uGT takes 12.
inline constexpr std::uint32_t max_objects = 32;

/// One event's objects of one kind. Attributes that no column tells are unset.
struct Objects {
  std::uint32_t count = 0;
  std::array<std::array<std::int32_t, max_objects>, attributes> values;
  bool placed = false;  ///< points are set
  std::array<Point, max_objects> points;

  std::int32_t operator()(Attribute attribute, std::uint32_t item) const noexcept {
    return values[static_cast<std::size_t>(attribute)][item];
  }
};

/// The largest pts that it was given, descending; 0 where there are fewer. Saturated to int16.
template <std::size_t N>
class LargestPts {
 public:
  void take(std::int32_t code) noexcept {
    auto value = static_cast<std::int16_t>(std::clamp<std::int32_t>(code, INT16_MIN, INT16_MAX));
    for (std::int16_t& one : pts_) {
      const std::int16_t larger = std::max(one, value);
      value = std::min(one, value);
      one = larger;
    }
  }
  std::int16_t operator[](std::size_t rank) const noexcept { return pts_[rank]; }

 private:
  std::array<std::int16_t, N> pts_{};
};

/// The objects of one kind in a window.
class ObjectColumns {
 public:
  ObjectColumns() = default;
  ObjectColumns(const Menu& menu, Kind kind, const ObjectSource& source, std::span<const std::int32_t> positions);

  /// Takes the next window's views. Error: damaged, if they contradict each other.
  void take(const event::Columns& window, const std::vector<std::string>& names);

  bool present() const noexcept { return positions_[0] != no_column; }
  bool dense() const noexcept { return source_.dense; }
  /// Whether objects are jagged lists of int16, as in scouting files: `values` then point to their items.
  bool plain() const noexcept { return plain_; }
  const std::int16_t* values(Attribute attribute) const noexcept {
    return reinterpret_cast<const std::int16_t*>(views_[static_cast<std::size_t>(attribute)]->data);
  }
  /// How many items an event has. Error: limit, if they are more than max_objects.
  std::uint32_t count(std::size_t entry) const;
  /// Of jagged objects: item numbers, entries + 1 of them, and all pts; else a null pointer.
  const std::uint32_t* offsets() const noexcept { return views_[0]->jagged ? views_[0]->offsets.data() : nullptr; }
  const event::ColumnView& pt() const noexcept { return *views_[0]; }

  /// Decodes one event. Error: limit, if it has more than max_objects.
  void decode(std::size_t entry, Objects& out) const;
  /// Sets the points of decoded objects.
  void place(Objects& out) const noexcept;
  /// The point of one object; columns must be plain.
  Point point(std::size_t entry, std::uint32_t object) const noexcept;
  /// Whether the lists of sums of events [first, first + n) are all alike: int32, and the sum of type i is number i.
  bool usual_sums(std::size_t first, std::size_t n) const noexcept;
  /// The place of this sum in such a list; and the first list's pts.
  std::size_t sum_place() const noexcept { return static_cast<std::size_t>(sum_type_); }
  const std::int32_t* sums(std::size_t first) const noexcept {
    return reinterpret_cast<const std::int32_t*>(pt().data) + pt().offsets[first];
  }
  /// pt codes of events [first, first + n) of a sum; 0 where there is none. Saturated to int16.
  void sum_pts(std::size_t first, std::size_t n, std::int16_t* out) const;
  /// The four largest pts of each event; rows that are not wanted are null.
  void leading_pts(std::size_t first, std::size_t n, std::int16_t* const* out) const;

 private:
  struct Range {
    std::size_t begin = 0, count = 0;
  };
  Range items(std::size_t entry) const noexcept;
  std::uint32_t checked(std::size_t items, std::size_t entry) const;
  /// Which item of an event's list is this sum: by type, or by place.
  std::size_t find_sum(const Range& range) const noexcept;
  /// `value(attribute)` is the object's.
  template <class Value>
  Point place(Value&& value) const noexcept;
  bool has(Attribute attribute) const noexcept { return views_[static_cast<std::size_t>(attribute)] != nullptr; }
  void read(Attribute attribute, const Range& range, std::int32_t* out) const noexcept;
  const event::ColumnView* narrowed(std::size_t attribute, const event::ColumnView& view);

  /// A column of int32 as int16.
  struct Narrowed {
    core::AlignedBuffer<std::int16_t> values;
    event::ColumnView view;
  };
  Kind kind_ = Kind::mu;
  ObjectSource source_;
  std::int32_t sum_type_ = 0, pt_offset_ = 0;
  std::array<std::int32_t, attributes> positions_{no_column, no_column, no_column, no_column,
                                                  no_column, no_column, no_column};
  std::array<const event::ColumnView*, attributes> views_{};
  std::array<Narrowed, attributes> narrowed_;
  std::uint64_t first_entry_ = 0;
  bool plain_ = false;
};

}  // namespace trigloop::menu
