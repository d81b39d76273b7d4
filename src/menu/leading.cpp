#include "menu/leading.hpp"

#include <algorithm>

#include "event/tile_kernels.hpp"
#include "menu/lists.hpp"

namespace trigloop::menu {

Leading::Leading(const std::vector<Alternative>& alternatives, const Filters& filters) {
  for (const Alternative& one : alternatives) {
    want(one.plain, filters);
    want(one.filtered, filters);
  }
  position_.resize(chunk_events + event::lane_padding);
  kept_ = position_;
}

void Leading::want(const std::vector<Bound>& bounds, const Filters& filters) {
  for (const Bound& bound : bounds) {
    const bool plain = bound.row < plain_rows;
    const std::size_t last = plain ? bound.row : row_of(static_cast<std::size_t>(filters[bound.row / ranks].kind));
    for (std::size_t row = last / ranks * ranks; row <= last; ++row) {  // a rank brings those before it
      memory_[row].resize(chunk_events + event::lane_padding);
      rows_[row] = memory_[row].data();
    }
  }
}

void Leading::fill(const std::array<ObjectColumns, kinds>& columns, std::size_t first, std::size_t n) {
  for (std::size_t k = 0; k < object_kinds; ++k) {
    std::int16_t* const* out = rows_.data() + row_of(k);
    if (out[0] == nullptr) continue;
    descends_[k] = fill_descending(columns[k], out, first, n);
    if (!descends_[k]) columns[k].leading_pts(first, n, out);
  }
  fill_sums(columns, first, n);
}

/// All sums of the scouting stream stand in the same lists.
void Leading::fill_sums(const std::array<ObjectColumns, kinds>& columns, std::size_t first, std::size_t n) {
  std::array<std::int16_t*, kinds - object_kinds> listed{};
  const ObjectColumns* lists = nullptr;
  bool usual = false, asked = false;
  for (std::size_t k = object_kinds; k < kinds; ++k) {
    std::int16_t* const out = rows_[row_of(k)];
    if (out == nullptr) continue;
    if (!asked) usual = columns[k].usual_sums(first, n);
    asked = true;
    const std::size_t place = columns[k].sum_place();
    if (!usual || place >= listed.size() || listed[place] != nullptr) {
      columns[k].sum_pts(first, n, out);
    } else {
      listed[place] = out;
      lists = &columns[k];
    }
  }
  if (lists != nullptr) narrow_lists(lists->sums(first), n, listed.data());
}

bool Leading::fill_descending(const ObjectColumns& columns, std::int16_t* const* out, std::size_t first,
                              std::size_t n) {
  // Where nothing is, there may be no memory to read from either.
  const bool plain = columns.offsets() != nullptr && columns.pt().type == event::Type::int16 && columns.pt().values > 0;
  if (!plain) return false;
  const auto* pts = reinterpret_cast<const std::int16_t*>(columns.pt().data);
  const std::uint32_t* offsets = columns.offsets() + first;
  if (!events_descend(pts, offsets, n, starts_)) return false;
  // The leading objects are the first ones.
  for (std::size_t e = 0; e < n; ++e) {
    position_[e] = offsets[e];
    kept_[e] = std::min<std::uint32_t>(offsets[e + 1] - offsets[e], ranks);
  }
  std::fill_n(position_.begin() + static_cast<std::ptrdiff_t>(n), event::lane_padding, 0);
  event::gather_rows(pts, position_.data(), kept_.data(), n, out);
  return true;
}

}  // namespace trigloop::menu
