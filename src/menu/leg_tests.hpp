#pragma once
// What a leg asks of an object, as intervals of int16: all objects of an event are compared at once, without a branch
// that depends on them.
#include <cstdint>
#include <vector>

#include "menu/columns.hpp"
#include "menu/compare.hpp"

namespace trigloop::menu {

class LegTests {
 public:
  explicit LegTests(const Leg& leg);

  Kind kind() const noexcept { return leg_.kind; }
  /// Bit i: item i of the event passes. `columns` are plain. Error: limit, if the event has more than max_objects.
  std::uint32_t passing(const ObjectColumns& columns, std::size_t entry) const;
  /// Of any columns, when an event's objects are decoded.
  std::uint32_t passing(const Objects& objects) const noexcept;

 private:
  struct Test {
    Attribute attribute;
    Interval in;
  };
  void add(Attribute attribute, std::int64_t low, std::int64_t high);
  void add_outside(Attribute attribute, std::int64_t low, std::int64_t high);
  void add_set(Attribute attribute, std::uint32_t set);
  void add_none();

  Leg leg_;
  std::vector<Test> tests_;
};

}  // namespace trigloop::menu
