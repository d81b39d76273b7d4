#pragma once
// What a leg asks of an object, as intervals of int16: all objects of an event are compared at once, without a branch
// that depends on them. Most candidates fail here, before the event is decoded.
#include <array>
#include <cstddef>
#include <cstdint>

#include "menu/columns.hpp"

namespace trigloop::menu {

class LegTests {
 public:
  explicit LegTests(const Leg& leg);

  /// Whether intervals say it all: sets of qualities or isolations with gaps do not.
  bool exact() const noexcept { return exact_; }
  /// Bit i: item i of the event passes. `columns` are plain. Error: limit, if the event has more than max_objects.
  std::uint32_t passing(const ObjectColumns& columns, std::size_t entry) const;

 private:
  struct Test {
    Attribute attribute;
    std::int16_t low, high;
    std::uint32_t flip;  ///< all ones: outside of the interval
  };
  void add(Attribute attribute, std::int64_t low, std::int64_t high, bool outside = false);
  void add_set(Attribute attribute, std::uint32_t set);

  std::array<Test, 6> tests_{};
  std::size_t size_ = 0;
  bool exact_ = true;
};

}  // namespace trigloop::menu
