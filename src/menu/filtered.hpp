#pragma once
// The leading pts of the objects behind filters, for a block of 64 events; made only for the events that are asked for.
#include <array>
#include <cstdint>
#include <vector>

#include "menu/leading.hpp"
#include "menu/leg_tests.hpp"

namespace trigloop::menu {

class Filtered {
 public:
  /// `columns` must outlive this, and take each window before its blocks begin.
  Filtered(const Filters& filters, const std::array<ObjectColumns, kinds>& columns);

  /// A block of events from `first` on begins, which `leading` has.
  void start(std::size_t first, const Leading& leading);
  /// Those of `events` (bit i: event first + i) that reach the bound, which is not on a plain row.
  std::uint64_t reaching(const Bound& bound, std::uint64_t events);

 private:
  struct Rows {
    explicit Rows(const Leg& filter) : tests(filter) {}
    LegTests tests;
    std::uint64_t filled = 0;
    std::array<std::array<std::int16_t, 64>, ranks> pts{};
  };
  void fill(Rows& rows, std::uint64_t events);
  void fill_descending(Rows& rows, const ObjectColumns& columns, std::uint64_t events) const;
  void fill_any(Rows& rows, const ObjectColumns& columns, std::uint64_t events);

  const std::array<ObjectColumns, kinds>& columns_;
  std::vector<Rows> rows_;  ///< of filter kinds + i
  std::size_t first_ = 0;
  const Leading* leading_ = nullptr;
  Objects objects_;
};

}  // namespace trigloop::menu
