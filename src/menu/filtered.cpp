#include "menu/filtered.hpp"

#include <algorithm>
#include <bit>

#include "menu/compare.hpp"

namespace trigloop::menu {

Filtered::Filtered(const Filters& filters, const std::array<ObjectColumns, kinds>& columns) : columns_(columns) {
  for (std::size_t i = kinds; i < filters.size(); ++i) rows_.emplace_back(filters[i]);
}

void Filtered::start(std::size_t first, const Leading& leading) {
  first_ = first;
  leading_ = &leading;
  for (Rows& rows : rows_) rows.filled = 0;
}

std::uint64_t Filtered::reaching(const Bound& bound, std::uint64_t events) {
  Rows& rows = rows_[bound.row / ranks - kinds];
  if ((events & ~rows.filled) != 0) fill(rows, events & ~rows.filled);
  const auto& pts = rows.pts[bound.row % ranks];
  if (events == 1) return pts[0] >= bound.least ? 1 : 0;  // an event alone
  return events & at_least(pts.data(), bound.least);
}

void Filtered::fill(Rows& rows, std::uint64_t events) {
  const ObjectColumns& columns = columns_[static_cast<std::size_t>(rows.tests.kind())];
  if (leading_->descends(rows.tests.kind()) && columns.plain()) {
    fill_descending(rows, columns, events);
  } else {
    fill_any(rows, columns, events);
  }
  rows.filled |= events;
}

void Filtered::fill_descending(Rows& rows, const ObjectColumns& columns, std::uint64_t events) const {
  for (; events != 0; events &= events - 1) {
    const auto e = static_cast<std::size_t>(std::countr_zero(events));
    const std::int16_t* pts = columns.values(Attribute::pt) + columns.offsets()[first_ + e];
    std::uint32_t left = rows.tests.passing(columns, first_ + e);
    for (std::size_t r = 0; r < ranks; ++r) {  // without a branch: none would be foreseen
      const std::int16_t next = pts[std::countr_zero(left | 1u << (max_objects - 1))];
      rows.pts[r][e] = static_cast<std::int16_t>(next & -std::int32_t{left != 0});
      left &= left - 1;
    }
  }
}

void Filtered::fill_any(Rows& rows, const ObjectColumns& columns, std::uint64_t events) {
  for (; events != 0; events &= events - 1) {
    const auto e = static_cast<std::size_t>(std::countr_zero(events));
    columns.decode(first_ + e, objects_);
    LargestPts<ranks> largest;
    for (std::uint32_t left = rows.tests.passing(objects_); left != 0; left &= left - 1)
      largest.take(objects_(Attribute::pt, static_cast<std::uint32_t>(std::countr_zero(left))));
    for (std::size_t r = 0; r < ranks; ++r) rows.pts[r][e] = largest[r];
  }
}

}  // namespace trigloop::menu
