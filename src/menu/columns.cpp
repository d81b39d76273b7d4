#include "menu/columns.hpp"

#include <cmath>

#include "core/error.hpp"
#include "event/tile_kernels.hpp"
#include "menu/lists.hpp"

namespace trigloop::menu {
namespace {

using event::ColumnView;

// Booleans are bytes; reading a byte as bool is only defined for 0 and 1, so they are read as numbers.
template <class T>
using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;

template <class T>
std::int32_t to_code(T value, double scale) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    const double code = std::nearbyint(static_cast<double>(value) * scale);
    return code >= 2147483647.0 ? INT32_MAX : code > -2147483648.0 ? static_cast<std::int32_t>(code) : 0;  // NaN: 0
  } else if constexpr (sizeof(T) < 4) {
    return static_cast<std::int32_t>(value) * static_cast<std::int32_t>(scale);
  } else {
    using Wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    Wide wide = std::min<Wide>(static_cast<Wide>(value), INT32_MAX);
    if constexpr (std::is_signed_v<T>) wide = std::max<Wide>(wide, INT32_MIN);
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(
        static_cast<std::int64_t>(wide) * static_cast<std::int64_t>(scale), INT32_MIN, INT32_MAX));
  }
}

/// Calls f with a function from value number to code.
template <class F>
decltype(auto) with_codes(const ColumnView& view, double scale, F&& f) {
  return event::visit(view.type, [&](auto zero) -> decltype(auto) {
    const auto* values = reinterpret_cast<const Stored<decltype(zero)>*>(view.data);
    return f([values, scale](std::size_t i) noexcept { return to_code(values[i], scale); });
  });
}

std::int16_t narrow(std::int32_t code) noexcept {
  return static_cast<std::int16_t>(std::clamp<std::int32_t>(code, INT16_MIN, INT16_MAX));
}

bool same_counts(const ColumnView& a, const ColumnView& b) {
  if (a.jagged != b.jagged) return false;
  if (!a.jagged) return a.inner == b.inner;
  return a.offsets.data() == b.offsets.data() || std::ranges::equal(a.offsets, b.offsets);
}

bool holds(const ColumnView& view, std::size_t entries) {
  if (view.jagged) return view.offsets.size() == entries + 1 && view.offsets.back() <= view.values;
  return view.inner != 0 && entries <= view.values / view.inner;
}

}  // namespace

ObjectColumns::ObjectColumns(const Menu& menu, Kind kind, const ObjectSource& source,
                             std::span<const std::int32_t> positions)
    : kind_(kind),
      source_(source),
      sum_type_(menu.sum_types[static_cast<std::size_t>(kind)]),
      pt_offset_(kind == Kind::mu ? menu.muon_pt_offset : 0) {
  for (std::size_t a = 0; a < attributes; ++a) {
    if (source.columns[a] != no_column) positions_[a] = positions[static_cast<std::size_t>(source.columns[a])];
  }
}

void ObjectColumns::take(const event::Columns& window, const std::vector<std::string>& names) {
  first_entry_ = window.first_entry;
  plain_ = !source_.dense && !is_sum(kind_);
  for (std::size_t a = 0; a < attributes; ++a) {
    if (positions_[a] == no_column) continue;
    const ColumnView& view = window.columns[static_cast<std::size_t>(positions_[a])];
    const bool slots = !source_.dense || view.inner >= 3 * (source_.first + source_.count);
    if (slots && holds(view, window.entries) && (a == 0 || same_counts(*views_[0], view))) {
      views_[a] = narrowed(a, view);
      plain_ = plain_ && views_[a]->jagged && views_[a]->type == event::Type::int16 && view.values > 0;
      continue;
    }
    throw core::Error(core::ErrorCode::damaged, "has other numbers of items than its entries or its collection")
        .in("column '" + names[static_cast<std::size_t>(source_.columns[a])] + "', entries from " +
            std::to_string(window.first_entry));
  }
}

/// Orbit files have objects as int32: where all values fit, they go the fast ways of the int16 of ntuples.
const ColumnView* ObjectColumns::narrowed(std::size_t attribute, const ColumnView& view) {
  const bool objects = !source_.dense && !is_sum(kind_) && source_.scale == 1 && view.jagged;
  if (!objects || view.type != event::Type::int32 || view.values == 0) return &view;
  Narrowed& own = narrowed_[attribute];
  own.values.resize_discard(view.values);
  if (!event::narrow_values(view.as<std::int32_t>().data(), view.values, own.values.data())) return &view;
  own.view = view;
  own.view.type = event::Type::int16;
  own.view.data = reinterpret_cast<const std::byte*>(own.values.data());
  return &own.view;
}

ObjectColumns::Range ObjectColumns::items(std::size_t entry) const noexcept {
  const ColumnView& pts = *views_[0];
  if (source_.dense) return {entry * pts.inner + std::size_t{3} * source_.first, source_.count};
  if (!pts.jagged) return {entry * pts.inner, pts.inner};
  return {pts.offsets[entry], pts.offsets[entry + 1] - pts.offsets[entry]};
}

std::size_t ObjectColumns::find_sum(const Range& range) const noexcept {
  if (source_.dense || (!pt().jagged && pt().inner == 1)) return 0;
  const auto place = static_cast<std::size_t>(sum_type_);
  if (!has(Attribute::type)) return place;
  return with_codes(*views_[static_cast<std::size_t>(Attribute::type)], 1, [&](auto code) {
    if (place < range.count && code(range.begin + place) == sum_type_) return place;  // the usual order
    std::size_t i = 0;
    while (i < range.count && code(range.begin + i) != sum_type_) ++i;
    return i;
  });
}

void ObjectColumns::read(Attribute attribute, const Range& range, std::int32_t* out) const noexcept {
  const std::size_t a = static_cast<std::size_t>(attribute);
  if (!source_.dense && views_[a]->type == event::Type::int16) {  // nearly always
    const auto* values = reinterpret_cast<const std::int16_t*>(views_[a]->data) + range.begin;
    for (std::size_t i = 0; i < range.count; ++i) out[i] = values[i];
    return;
  }
  // Rows of (pt, eta, phi) hold all three in one column.
  const std::size_t step = source_.dense ? 3 : 1, shift = source_.dense ? a : 0;
  with_codes(*views_[a], attribute == Attribute::pt ? source_.scale : 1, [&](auto code) {
    for (std::size_t i = 0; i < range.count; ++i) out[i] = code(range.begin + i * step + shift);
  });
}

/// int16 is what a column of codes holds; the bounds keep products of wrong codes in range.
template <class Value>
Point ObjectColumns::place(Value&& value) const noexcept {
  const auto code = [&](Attribute attribute) { return has(attribute) ? value(attribute) : 0; };
  const bool muon = kind_ == Kind::mu;
  const std::int32_t eta = is_sum(kind_) ? 0 : std::clamp(code(Attribute::eta), INT16_MIN, INT16_MAX);
  const std::int64_t phi = code(Attribute::phi);
  Point point;
  point.pt = std::clamp<std::int32_t>(value(Attribute::pt) - pt_offset_, 0, INT16_MAX);
  point.eta = muon ? eta : 4 * eta + 2;
  point.phi = wrap_phi(muon ? phi : 4 * phi + 2);
  point.charge = code(Attribute::charge);
  return point;
}

void ObjectColumns::place(Objects& out) const noexcept {
  for (std::uint32_t i = 0; i < out.count; ++i)
    out.points[i] = place([&](Attribute attribute) { return out(attribute, i); });
  out.placed = true;
}

Point ObjectColumns::point(std::size_t entry, std::uint32_t object) const noexcept {
  const std::size_t at = offsets()[entry] + object;
  return place([&](Attribute attribute) { return std::int32_t{values(attribute)[at]}; });
}

std::uint32_t ObjectColumns::checked(std::size_t items, std::size_t entry) const {
  if (items <= max_objects) return static_cast<std::uint32_t>(items);
  throw core::Error(core::ErrorCode::limit, "has " + std::to_string(items) + " objects of kind " +
                                                std::string(name_of(kind_)) + "; a menu takes up to " +
                                                std::to_string(max_objects))
      .in("entry " + std::to_string(first_entry_ + entry));
}

std::uint32_t ObjectColumns::count(std::size_t entry) const { return checked(items(entry).count, entry); }

void ObjectColumns::decode(std::size_t entry, Objects& out) const {
  Range range = items(entry);
  if (is_sum(kind_)) {
    const std::size_t at = find_sum(range);
    range = at < range.count ? Range{range.begin + at, 1} : Range{range.begin, 0};
  }
  out.count = checked(range.count, entry);
  for (std::size_t a = 0; a < attributes; ++a) {
    const auto attribute = static_cast<Attribute>(a);
    if (has(attribute) && attribute != Attribute::type) read(attribute, range, out.values[a].data());
  }
  out.placed = false;
}

bool ObjectColumns::usual_sums(std::size_t first, std::size_t n) const noexcept {
  constexpr std::uint32_t sums = kinds - object_kinds;
  if (source_.dense || !pt().jagged || pt().type != event::Type::int32) return false;
  const std::uint32_t* offsets = pt().offsets.data() + first;
  std::uint32_t wrong = 0;  // no early exit: such loops become vectors
  for (std::uint32_t e = 0; e < n; ++e) wrong |= offsets[e + 1] ^ (offsets[0] + sums * (e + 1));
  if (wrong != 0 || !has(Attribute::type)) return wrong == 0;
  const ColumnView& types = *views_[static_cast<std::size_t>(Attribute::type)];
  if (types.type != event::Type::int32) return false;
  return lists_count_up(reinterpret_cast<const std::int32_t*>(types.data) + offsets[0], n);
}

void ObjectColumns::sum_pts(std::size_t first, std::size_t n, std::int16_t* out) const {
  with_codes(pt(), source_.scale, [&](auto code) {
    for (std::size_t e = 0; e < n; ++e) {
      const Range range = items(first + e);
      const std::size_t at = find_sum(range);
      out[e] = at < range.count ? narrow(code(range.begin + at)) : std::int16_t{0};
    }
  });
}

void ObjectColumns::leading_pts(std::size_t first, std::size_t n, std::int16_t* const* out) const {
  const std::size_t step = source_.dense ? 3 : 1;
  with_codes(pt(), source_.scale, [&](auto code) {
    for (std::size_t e = 0; e < n; ++e) {
      LargestPts<4> largest;
      const Range range = items(first + e);
      for (std::size_t i = 0; i < range.count; ++i) largest.take(code(range.begin + i * step));
      for (std::size_t r = 0; r < 4; ++r) {
        if (out[r] != nullptr) out[r][e] = largest[r];
      }
    }
  });
}

}  // namespace trigloop::menu
