#include "menu/leading.hpp"

#include "event/tile_kernels.hpp"
#include "menu/screen.hpp"

namespace trigloop::menu {

Leading::Leading(const std::vector<Group>& groups) {
  for (const Group& group : groups) {
    want(group.bounds);
    for (const Group::Member& member : group.members) want(member.bounds);
  }
  for (std::size_t row = 0; row < menu::rows; ++row) {
    if (!wanted_[row]) continue;
    memory_[row].resize(chunk_events + event::lane_padding);
    rows_[row] = memory_[row].data();
  }
  start_.resize(chunk_events + event::lane_padding);
  count_ = position_ = kept_ = start_;
}

/// A rank brings those before it.
void Leading::want(const std::vector<Group::Bound>& bounds) {
  for (const Group::Bound& bound : bounds) {
    const bool object = bound.row < object_kinds * ranks;
    const std::size_t first = object ? bound.row / ranks * ranks : bound.row;
    for (std::size_t row = first; row <= bound.row; ++row) wanted_[row] = true;
  }
}

void Leading::fill(const std::array<ObjectColumns, kinds>& columns, std::size_t first, std::size_t n) {
  for (std::size_t k = 0; k < object_kinds; ++k) {
    if (wanted_[k * ranks]) fill_objects(columns[k], rows_.data() + k * ranks, first, n);
  }
  // All sums of the scouting stream stand in the same lists.
  bool usual = false, asked = false;
  for (std::size_t k = object_kinds; k < kinds; ++k) {
    const std::size_t row = row_of(static_cast<Kind>(k));
    if (!wanted_[row]) continue;
    if (!asked) usual = columns[k].usual_sums(first, n);
    asked = true;
    columns[k].sum_pts(first, n, usual, rows_[row]);
  }
}

void Leading::fill_objects(const ObjectColumns& columns, std::int16_t* const* out, std::size_t first, std::size_t n) {
  std::size_t depth = 1;
  while (depth < ranks && out[depth] != nullptr) ++depth;
  // Where nothing is, there may be no memory to read from either.
  const bool plain = columns.offsets() != nullptr && columns.pt().type == event::Type::int16 && columns.pt().values > 0;
  if (!plain) return columns.leading_pts(first, n, depth, out);
  const auto* pts = reinterpret_cast<const std::int16_t*>(columns.pt().data);
  const std::uint32_t* offsets = columns.offsets() + first;
  if (!events_descend(pts, offsets, n)) return columns.leading_pts(first, n, depth, out);
  // The uGT's lists are sorted: the leading objects are the first ones.
  for (std::size_t e = 0; e < n; ++e) {
    start_[e] = offsets[e];
    count_[e] = offsets[e + 1] - offsets[e];
  }
  event::place_items(start_.data(), count_.data(), n, 0, position_.data(), kept_.data());
  event::gather_rows(pts, position_.data(), kept_.data(), n, out);
}

}  // namespace trigloop::menu
