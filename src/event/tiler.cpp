#include "event/tiler.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "core/isa.hpp"
#include "event/convert.hpp"
#include "event/tile_kernels.hpp"

namespace trigloop::event {
namespace {

// Booleans are bytes; reading a byte as bool is only defined for 0 and 1, so they are read as numbers.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

template <class T>
const T* values_of(const ColumnView& column) noexcept {
  return reinterpret_cast<const T*>(column.data);
}

/// Calls f(Out{}, In{}) for the element type of tiles and the type of a column.
template <class F>
void visit_types(Type element, Type column, F&& f) {
  visit(column, [&](auto in) {
    using In = Stored<decltype(in)>;
    if (element == Type::int16) {
      f(std::int16_t{}, In{});
    } else {
      f(float{}, In{});
    }
  });
}

[[noreturn]] void fail_column(const TilePlan& plan, const Columns& window, std::int32_t column, std::string reason) {
  throw core::Error(core::ErrorCode::damaged, std::move(reason))
      .in("column '" + plan.columns[static_cast<std::size_t>(column)] + "', entries from " +
          std::to_string(window.first_entry))
      .remedy("The columns belong to different collections, or the file is corrupted");
}

bool same_counts(const ColumnView& a, const ColumnView& b) {
  if (a.jagged != b.jagged) return false;
  if (!a.jagged) return a.inner == b.inner;
  return a.offsets.data() == b.offsets.data() || std::ranges::equal(a.offsets, b.offsets);
}

/// What the loops below rely on, so that no source can lead them out of a column.
void check_window(const TilePlan& plan, const Columns& window) {
  for (std::size_t c = 0; c < window.columns.size(); ++c) {
    const ColumnView& column = window.columns[c];
    const bool fits = column.jagged
                          ? column.offsets.size() == window.entries + 1 && column.offsets.back() <= column.values
                          : window.entries * column.inner <= column.values;
    if (!fits) fail_column(plan, window, static_cast<std::int32_t>(c), "holds fewer values than entries need");
  }
  for (const auto& collection : plan.collections) {
    for (const std::int32_t c : collection) {
      if (same_counts(window.columns[static_cast<std::size_t>(c)],
                      window.columns[static_cast<std::size_t>(collection[0])])) {
        continue;
      }
      fail_column(
          plan, window, c,
          "holds other numbers of items than column '" + plan.columns[static_cast<std::size_t>(collection[0])] + "'");
    }
  }
}

/// A column of int32 whose values all fit int16 becomes one of these, which go into tiles by vectors. Where one does
/// not fit, the column stays as it is: what is saturated is counted item by item.
void narrow(ColumnView& column, core::AlignedBuffer<std::int16_t>& memory) {
  if (column.type != Type::int32) return;
  memory.resize_discard(column.values);
  if (!narrow_values(values_of<std::int32_t>(column), column.values, memory.data())) return;
  column.type = Type::int16;
  column.data = reinterpret_cast<const std::byte*>(memory.data());
}

}  // namespace

Tiler::Tiler(const TilePlan& plan, std::uint32_t lanes) : plan_(plan), scalar_(core::scalar_is_forced()) {
  lanes = std::max(lanes + 63, 64u) / 64 * 64;
  const std::size_t size = size_of(plan.element);
  tile_.element = plan.element;
  tile_.features = plan.features;
  tile_.lanes = lanes;
  // One cache line more than the lanes need: it takes what a vector store writes beyond the last lane, and rows an odd
  // number of lines apart spread over all sets of a cache.
  tile_.stride = lanes + static_cast<std::uint32_t>(64 / size);
  rows_.resize(std::size_t{tile_.features} * tile_.stride * size);
  std::ranges::fill(rows_.span(), std::byte{0});
  keys_.resize(4 * std::size_t{lanes});
  std::ranges::fill(keys_.span(), 0u);
  tile_.data = rows_.data();
  tile_.run = keys_.data();
  tile_.block = keys_.data() + lanes;
  tile_.orbit = keys_.data() + 2 * std::size_t{lanes};
  tile_.crossing = keys_.data() + 3 * std::size_t{lanes};
  if (plan.key == KeyKind::time || plan.key == KeyKind::period) {
    time_.resize(lanes);
    tile_.time = time_.data();
  }
  for (auto* one : {&start_, &count_, &position_, &kept_}) one->resize(lanes + lane_padding);
  for (const auto& block : plan.blocks) {
    const auto* objects = std::get_if<PlanObjects>(&block);
    if (objects == nullptr || tile_.element != Type::int16 || scalar_) continue;
    for (const PlanField& field : objects->fields) {
      if (field.column == no_column || field.scaled()) continue;
      narrowed_.emplace_back(field.column, std::make_unique<core::AlignedBuffer<std::int16_t>>());
    }
  }
}

void Tiler::feed(const Columns& window) {
  assert(window_ == nullptr || used_ == window_->entries);
  assert(returned_ || window.first_entry == tile_.first_entry + tile_.size);
  assert(window.columns.size() == plan_.columns.size());
  window_ = &window;
  used_ = 0;
  check_window(plan_, window);
  columns_ = window.columns;
  for (const auto& [number, values] : narrowed_) narrow(columns_[static_cast<std::size_t>(number)], *values);
}

const Tile* Tiler::next() { return window_ == nullptr ? nullptr : fill_until(window_->entries); }

const Tile* Tiler::next_until(std::size_t stop) {
  assert(window_ != nullptr && stop <= window_->entries);
  const Tile* full = fill_until(stop);
  return full != nullptr ? full : end_tile();
}

const Tile* Tiler::fill_until(std::size_t stop) {
  while (used_ < stop) {
    if (returned_) begin_tile();
    const std::size_t left = stop - used_;
    const auto n = static_cast<std::uint32_t>(std::min<std::size_t>(left, tile_.lanes - tile_.size));
    fill(used_, n);
    used_ += n;
    tile_.size += n;
    if (tile_.size == tile_.lanes) {
      returned_ = true;
      return &tile_;
    }
  }
  return nullptr;
}

const Tile* Tiler::rest() {
  assert(window_ == nullptr || used_ == window_->entries);
  window_ = nullptr;
  return end_tile();
}

/// Hands out what there is of a tile.
const Tile* Tiler::end_tile() {
  if (returned_) return nullptr;
  returned_ = true;
  const std::size_t size = size_of(tile_.element);
  for (std::uint32_t f = 0; f < tile_.features; ++f) {
    std::byte* line = rows_.data() + std::size_t{f} * tile_.stride * size;
    std::fill(line + tile_.size * size, line + tile_.stride * size, std::byte{0});
  }
  return &tile_;
}

void Tiler::begin_tile() {
  tile_.size = 0;
  tile_.first_entry = window_->first_entry + used_;
  tile_.counts = {};
  returned_ = false;
}

void Tiler::fill(std::size_t first, std::uint32_t n) {
  std::uint32_t feature = 0;
  for (const auto& block : plan_.blocks) {
    std::visit([&](const auto& one) { fill_block(one, feature, first, n); }, block);
    feature += std::visit([](const auto& one) { return width_of(one); }, block);
  }
  fill_keys(first, n);
}

void Tiler::zero_row(std::uint32_t feature, std::uint32_t n) {
  const std::size_t size = size_of(tile_.element);
  std::byte* at = rows_.data() + (std::size_t{feature} * tile_.stride + tile_.size) * size;
  std::fill(at, at + n * size, std::byte{0});
}

/// Items of each entry: from offsets, or the same number for all.
void Tiler::locate(const ColumnView& column, std::size_t first, std::uint32_t n) {
  if (column.jagged) {
    const std::uint32_t* offset = column.offsets.data() + first;
    for (std::uint32_t i = 0; i < n; ++i) {
      start_[i] = offset[i];
      count_[i] = offset[i + 1] - offset[i];
    }
  } else {
    for (std::uint32_t i = 0; i < n; ++i) {
      start_[i] = static_cast<std::uint32_t>(first + i) * column.inner;
      count_[i] = column.inner;
    }
  }
  // The vector kernels work on whole vectors: events behind the last have no items.
  std::fill_n(count_.data() + n, lane_padding, 0u);
}

void Tiler::fill_block(const PlanObjects& block, std::uint32_t feature, std::size_t first, std::uint32_t n) {
  const auto step = static_cast<std::uint32_t>(block.fields.size());
  bool located = false, fast = false;
  for (std::uint32_t f = 0; f < step; ++f) {
    const PlanField& field = block.fields[f];
    if (field.column == no_column) {
      for (std::uint32_t j = 0; j < block.count; ++j) zero_row(feature + j * step + f, n);
      continue;
    }
    if (!located) locate(view_of(field.column), first, n);
    located = true;
    if (is_fast(field)) {
      fast = true;
    } else {
      convert_objects(field, feature + f, step, block.count, n);
    }
  }
  if (!fast) return;
  if (tile_.element == Type::int16) {
    gather_objects<std::int16_t>(block, feature, n);
  } else {
    gather_objects<float>(block, feature, n);
  }
}

/// Values that go into tiles as they are go by vectors.
bool Tiler::is_fast(const PlanField& field) const noexcept {
  if (field.column == no_column || field.scaled() || scalar_) return false;
  const ColumnView& column = view_of(field.column);
  return column.type == tile_.element && column.values > 0;
}

/// One field of the first `count` items; item j goes to row feature + j * step.
void Tiler::convert_objects(const PlanField& field, std::uint32_t feature, std::uint32_t step, std::uint32_t count,
                            std::uint32_t n) {
  const ColumnView& column = view_of(field.column);
  visit_types(tile_.element, column.type, [&](auto out, auto in) {
    using Out = decltype(out);
    const auto* data = values_of<decltype(in)>(column);
    const Convert<Out, decltype(in)> convert(field.scale, field.offset, tile_.counts);
    for (std::uint32_t j = 0; j < count; ++j) {
      Out* to = row<Out>(feature + j * step);
      for (std::uint32_t i = 0; i < n; ++i) to[i] = j < count_[i] ? convert(data[start_[i] + j]) : Out{0};
    }
  });
}

/// The fast fields of a block, four items at a time.
template <class T>
void Tiler::gather_objects(const PlanObjects& block, std::uint32_t feature, std::uint32_t n) {
  const auto step = static_cast<std::uint32_t>(block.fields.size());
  const std::size_t padded = (n + lane_padding - 1) / lane_padding * lane_padding;
  for (std::uint32_t j = 0; j < block.count; j += 4) {
    place_items(start_.data(), count_.data(), padded, j, position_.data(), kept_.data());
    for (std::uint32_t f = 0; f < step; ++f) {
      const PlanField& field = block.fields[f];
      if (!is_fast(field)) continue;
      T* rows[4];
      for (std::uint32_t r = 0; r < 4; ++r) {
        rows[r] = j + r < block.count ? row<T>(feature + (j + r) * step + f) : nullptr;
      }
      gather_rows(values_of<T>(view_of(field.column)), position_.data(), kept_.data(), padded, rows);
    }
  }
}

/// After locate: position_[i] is the item, kept_[i] whether there is one.
void Tiler::find_items(const PlanItem& block, std::uint32_t n) {
  if (block.where == no_column) {
    for (std::uint32_t i = 0; i < n; ++i) {
      kept_[i] = count_[i] > block.else_index;
      position_[i] = start_[i] + block.else_index;
    }
    return;
  }
  const ColumnView& column = view_of(block.where);
  visit(column.type, [&](auto in) {
    using In = Stored<decltype(in)>;
    const auto* data = values_of<In>(column);
    for (std::uint32_t i = 0; i < n; ++i) {
      std::uint32_t at = start_[i];
      const std::uint32_t end = at + count_[i];
      while (at < end && static_cast<std::int64_t>(data[at]) != block.value) ++at;
      kept_[i] = at < end;
      position_[i] = at;
    }
  });
}

void Tiler::fill_block(const PlanItem& block, std::uint32_t feature, std::size_t first, std::uint32_t n) {
  std::int32_t lead = block.where;
  for (const PlanField& field : block.fields) lead = std::max(lead, field.column);
  if (lead == no_column) return;
  locate(view_of(lead), first, n);
  find_items(block, n);
  for (std::uint32_t i = 0; i < n; ++i) tile_.counts.missing_items += kept_[i] == 0;
  for (const PlanField& field : block.fields) {
    if (field.column == no_column) {
      zero_row(feature++, n);
      continue;
    }
    const ColumnView& column = view_of(field.column);
    visit_types(tile_.element, column.type, [&](auto out, auto in) {
      using Out = decltype(out);
      const auto* data = values_of<decltype(in)>(column);
      const Convert<Out, decltype(in)> convert(field.scale, field.offset, tile_.counts);
      Out* to = row<Out>(feature);
      for (std::uint32_t i = 0; i < n; ++i) to[i] = kept_[i] != 0 ? convert(data[position_[i]]) : Out{0};
    });
    ++feature;
  }
}

void Tiler::fill_block(const PlanValues& block, std::uint32_t feature, std::size_t first, std::uint32_t n) {
  const ColumnView& column = view_of(block.field.column);
  visit_types(tile_.element, column.type, [&](auto out, auto in) {
    using Out = decltype(out);
    const auto* data = values_of<decltype(in)>(column) + first * block.length;
    const Convert<Out, decltype(in)> convert(block.field.scale, block.field.offset, tile_.counts);
    for (std::uint32_t f = 0; f < block.length; ++f) {
      Out* to = row<Out>(feature + f);
      for (std::uint32_t i = 0; i < n; ++i) to[i] = convert(data[std::size_t{i} * block.length + f]);
    }
  });
}

void Tiler::fill_keys(std::size_t first, std::uint32_t n) {
  for (int which = 0; which < 4; ++which) {
    if (plan_.key_columns[static_cast<std::size_t>(which)] != no_column) fill_key(which, first, n);
  }
  if (tile_.time != nullptr) fill_time(first, n);
}

void Tiler::fill_key(int which, std::size_t first, std::uint32_t n) {
  const auto number = static_cast<std::size_t>(plan_.key_columns[static_cast<std::size_t>(which)]);
  const ColumnView& column = columns_[number];
  std::uint32_t* to = keys_.data() + static_cast<std::size_t>(which) * tile_.lanes + tile_.size;
  bool fits = true;
  visit(column.type, [&](auto in) {
    using In = Stored<decltype(in)>;
    const In* from = values_of<In>(column) + first;
    for (std::uint32_t i = 0; i < n; ++i) {
      to[i] =
          static_cast<std::uint32_t>(from[i]);  // NOLINT(bugprone-signed-char-misuse): what does not fit is seen below
      if constexpr (!std::is_same_v<In, std::uint32_t>) fits &= static_cast<In>(to[i]) == from[i] && !(from[i] < In{0});
    }
  });
  if (fits) return;
  throw core::Error(core::ErrorCode::mismatch, "holds a key that is negative or beyond 32 bits")
      .in("column '" + plan_.columns[number] + "', entries from " + std::to_string(window_->first_entry + first))
      .remedy("Check the layout's `key`");
}

void Tiler::fill_time(std::size_t first, std::uint32_t n) {
  double* to = time_.data() + tile_.size;
  if (plan_.key == KeyKind::period) {
    const auto entry = static_cast<double>(window_->first_entry + first);
    for (std::uint32_t i = 0; i < n; ++i) to[i] = plan_.start + (entry + i) * plan_.period;
  } else {
    const ColumnView& column = view_of(plan_.time.column);
    visit(column.type, [&](auto in) {
      const auto* from = values_of<Stored<decltype(in)>>(column) + first;
      for (std::uint32_t i = 0; i < n; ++i) to[i] = static_cast<double>(from[i]) * plan_.time.scale + plan_.time.offset;
    });
  }
  std::uint32_t* block = keys_.data() + tile_.lanes + tile_.size;
  for (std::uint32_t i = 0; i < n; ++i) {
    const double number = (to[i] - plan_.start) / plan_.window;
    if (!(number >= 0 && number < 4294967296.0)) {  // NaN, too
      throw core::Error(core::ErrorCode::mismatch,
                        "time " + std::to_string(to[i]) + " s lies before the start or beyond 2^32 windows")
          .in("entry " + std::to_string(window_->first_entry + first + i))
          .remedy("Set the `start` of the layout's `key`");
    }
    block[i] = static_cast<std::uint32_t>(number);
  }
}

}  // namespace trigloop::event
