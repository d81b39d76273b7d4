#include "io/orbits/reader.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace trigloop::io::orbits {
namespace {

constexpr std::size_t key_columns = 3;  ///< run, lumisection, orbit; the offsets of the products follow
constexpr std::size_t sums_of_crossing = 8;

/// So many orbits that their crossings are about a cluster.
std::size_t orbits_a_cluster(const Index& index, std::size_t rows) {
  const std::uint64_t mean = std::max<std::uint64_t>(1, index.rows() / std::max<std::uint64_t>(1, index.orbits()));
  return std::clamp<std::size_t>(rows / mean, 1, 256);
}

const std::string& stored_name(const OpenOrbits& open, const Origin& origin) {
  const Product& product = open.products.products[origin.product];
  return origin.kind == Origin::sum_azimuth ? product.azimuths[origin.member_number]
                                            : product.members[origin.member_number].stored;
}

}  // namespace

Selection stored_selection(const OpenOrbits& open, const std::vector<Origin>& origins) {
  const OrbitKey& key = open.products.key;
  Selection selection{open.tree->name, open.tree->cycle, {key.run, key.lumisection, key.orbit}};
  for (const Product& product : open.products.products) selection.columns.push_back(product.offsets);
  const auto add = [&](const std::string& name) {
    if (name.empty() || std::ranges::find(selection.columns, name) != selection.columns.end()) return;
    selection.columns.push_back(name);
  };
  for (const Origin& origin : origins) {
    const Product& product = open.products.products[origin.product];
    if (origin.kind == Origin::member) add(stored_name(open, origin));
    if (origin.kind == Origin::sum_amount)
      for (const Member& member : product.members) add(member.stored);
    if (origin.kind == Origin::sum_azimuth)
      for (const std::string& azimuth : product.azimuths) add(azimuth);
  }
  return selection;
}

CrossingReader::CrossingReader(std::shared_ptr<const OpenOrbits> open, std::vector<Origin> origins,
                               const ReadOptions& options)
    : open_(std::move(open)),
      outputs_(std::move(origins)),
      selection_(stored_selection(*open_, outputs_)),
      crossings_(open_->products.products.size(), open_->products.empty_too),
      products_(open_->products.products.size()),
      sums_(outputs_.size()) {
  ReadOptions stored_options = options;
  stored_options.cluster_entries = orbits_a_cluster(open_->index, options.cluster_entries);
  reader_ = open_->stored->read(selection_, stored_options);
  for (std::size_t p = 0; p < products_.size(); ++p) {
    products_[p].any_member = none_read;
    for (const Member& member : open_->products.products[p].members)
      if (const std::size_t at = position_of(member.stored); at != none_read) products_[p].any_member = at;
  }
  rewind({0, open_->index.rows()});
}

std::size_t CrossingReader::position_of(const std::string& stored) const {
  const auto found = std::ranges::find(selection_.columns, stored);
  return found == selection_.columns.end() ? none_read : static_cast<std::size_t>(found - selection_.columns.begin());
}

void CrossingReader::rewind(EntryRange range) {
  const Index& index = open_->index;
  if (range.begin > range.end || range.end > index.rows()) {
    throw core::Error(core::ErrorCode::usage, "the entries [" + std::to_string(range.begin) + ", " +
                                                  std::to_string(range.end) + ") are not within its " +
                                                  std::to_string(index.rows()))
        .file(open_->info.path.native());
  }
  range_ = range;
  const bool empty = range.begin == range.end;
  reader_->rewind(empty ? EntryRange{0, 0}
                        : EntryRange{index.orbit_of(range.begin), index.orbit_of(range.end - 1) + 1});
}

bool CrossingReader::next(event::Columns& out) {
  out.columns.clear();
  out.entries = 0;
  try {
    do {
      if (range_.begin == range_.end || !reader_->next(stored_)) return false;
      expand();
    } while (rows_ == 0);
  } catch (core::Error& e) {
    e.file(open_->info.path.native());
    throw;
  }
  out.first_entry = range_.begin;
  out.entries = rows_;
  range_.begin += rows_;
  for (std::size_t i = 0; i < outputs_.size(); ++i) out.columns.push_back(view(i));
  return true;
}

/// Makes rows of the stored cluster.
void CrossingReader::expand() {
  rows_ = 0;
  const std::size_t most = stored_.entries * crossing_slots;
  for (auto* buffer : {&crossing_, &run_, &lumisection_, &orbit_}) buffer->resize_discard(most);
  for (ProductRows& product : products_) product.counts.resize_discard(most);
  for (std::size_t entry = 0; entry < stored_.entries; ++entry) expand_orbit(entry);
  finish_offsets();
}

void CrossingReader::expand_orbit(std::size_t entry) {
  const std::uint64_t orbit = stored_.first_entry + entry, first_row = open_->index.first_row[orbit];
  crossings_.clear();
  for (std::size_t p = 0; p < products_.size(); ++p) {
    const event::ColumnView& column = stored_.columns[key_columns + p];
    const auto offsets =
        column.as<std::uint32_t>().subspan(column.offsets[entry], column.offsets[entry + 1] - column.offsets[entry]);
    if (const auto fault = crossings_.add(p, offsets)) throw bad_orbit(orbit, open_->products.products[p], *fault);
  }
  check_objects(entry, orbit);
  std::uint32_t* crossing = &crossing_[rows_];
  std::size_t rows = crossings_.list(crossing);
  // Of the first and the last orbit some rows may be outside of the range.
  const std::size_t skip = range_.begin > first_row ? std::min<std::size_t>(rows, range_.begin - first_row) : 0;
  if (rows_ == 0) {
    for (std::size_t p = 0; p < products_.size(); ++p) {
      const event::ColumnView* member =
          products_[p].any_member == none_read ? nullptr : &stored_.columns[products_[p].any_member];
      products_[p].first_object = member == nullptr ? 0 : member->offsets[entry];
      for (std::size_t i = 0; i < skip; ++i) products_[p].first_object += crossings_.objects(p, crossing[i]);
    }
  }
  rows = std::min<std::size_t>(rows, range_.end - std::min(range_.end, first_row)) - skip;
  std::copy(crossing + skip, crossing + skip + rows, crossing);
  for (std::size_t p = 0; p < products_.size(); ++p)
    for (std::size_t i = 0; i < rows; ++i) products_[p].counts[rows_ + i] = crossings_.objects(p, crossing[i]);
  std::fill_n(&run_[rows_], rows, stored_.columns[0].as<std::uint32_t>()[entry]);
  std::fill_n(&lumisection_[rows_], rows, stored_.columns[1].as<std::uint32_t>()[entry]);
  std::fill_n(&orbit_[rows_], rows, static_cast<std::uint32_t>(stored_.columns[2].as<std::uint64_t>()[entry]));
  rows_ += rows;
}

/// The offsets must lead to the end of the objects.
void CrossingReader::check_objects(std::size_t entry, std::uint64_t orbit) {
  for (std::size_t p = 0; p < products_.size(); ++p) {
    if (products_[p].any_member == none_read) continue;
    const event::ColumnView &offsets = stored_.columns[key_columns + p],
                            &member = stored_.columns[products_[p].any_member];
    const std::uint32_t last = offsets.as<std::uint32_t>()[offsets.offsets[entry + 1] - 1];
    const std::uint32_t objects = member.offsets[entry + 1] - member.offsets[entry];
    if (last == objects) continue;
    throw bad_orbit(
        orbit, open_->products.products[p],
        "its offsets end at " + std::to_string(last) + ", but it has " + std::to_string(objects) + " objects");
  }
}

void CrossingReader::finish_offsets() {
  for (std::size_t p = 0; p < products_.size(); ++p) {
    ProductRows& product = products_[p];
    product.offsets.resize_discard(rows_ + 1);
    product.offsets[0] = 0;
    for (std::size_t i = 0; i < rows_; ++i) product.offsets[i + 1] = product.offsets[i] + product.counts[i];
    if (!open_->products.products[p].is_sums) continue;
    product.sum_offsets.resize_discard(rows_ + 1);
    for (std::size_t i = 0; i <= rows_; ++i)
      product.sum_offsets[i] = static_cast<std::uint32_t>(product.offsets[i] * sums_of_crossing);
  }
}

event::ColumnView CrossingReader::view(std::size_t output) {
  const Origin& origin = outputs_[output];
  const ProductRows* product = products_.empty() ? nullptr : &products_[origin.product];
  const auto scalars = [&](const core::AlignedBuffer<std::uint32_t>& values, event::Type type) {
    return event::ColumnView{type, false, 1, reinterpret_cast<const std::byte*>(values.data()), rows_, {}};
  };
  switch (origin.kind) {
    case Origin::run:
      return scalars(run_, event::Type::uint32);
    case Origin::lumisection:
      return scalars(lumisection_, event::Type::uint32);
    case Origin::orbit:
      return scalars(orbit_, event::Type::uint32);
    case Origin::crossing:
      return scalars(crossing_, event::Type::uint32);
    case Origin::count:
      if (!open_->products.products[origin.product].is_sums) return scalars(product->counts, event::Type::int32);
      sums_[output].resize_discard(rows_);
      for (std::size_t i = 0; i < rows_; ++i)
        sums_[output][i] = static_cast<std::int32_t>(product->counts[i] * sums_of_crossing);
      return {event::Type::int32, false, 1, reinterpret_cast<const std::byte*>(sums_[output].data()), rows_, {}};
    case Origin::member:
      return member_view(*product, stored_name(*open_, origin));
    default:
      return sums_view(origin, sums_[output]);
  }
}

/// The values stay where they were decoded: crossings that are left out have none.
event::ColumnView CrossingReader::member_view(const ProductRows& rows, const std::string& stored) const {
  event::ColumnView column = stored_.columns[position_of(stored)];
  column.data += rows.first_object * event::size_of(column.type);
  column.values = rows.offsets[rows_];
  column.offsets = {rows.offsets.data(), rows_ + 1};
  return column;
}

event::ColumnView CrossingReader::sums_view(const Origin& origin, core::AlignedBuffer<std::int32_t>& values) {
  const ProductRows& rows = products_[origin.product];
  const std::size_t n = rows.sum_offsets[rows_];
  values.resize_discard(n);
  fill_sums(origin, values.data());
  return {event::Type::int32,
          true,
          1,
          reinterpret_cast<const std::byte*>(values.data()),
          n,
          {rows.sum_offsets.data(), rows_ + 1}};
}

/// From sums of all crossings, sum by sum, to all sums of a crossing, crossing by crossing; in blocks that stay in the
/// first cache.
void CrossingReader::fill_sums(const Origin& origin, std::int32_t* out) const {
  constexpr std::size_t block = 128;
  const Product& product = open_->products.products[origin.product];
  const ProductRows& rows = products_[origin.product];
  const std::size_t objects = rows.offsets[rows_];
  std::array<const std::int32_t*, sums_of_crossing> from{};  // null: the same for all crossings
  for (std::size_t k = 0; k < sums_of_crossing && origin.kind != Origin::sum_type; ++k) {
    const std::string& stored = origin.kind == Origin::sum_azimuth ? product.azimuths[k] : product.members[k].stored;
    if (!stored.empty()) from[k] = stored_.columns[position_of(stored)].as<std::int32_t>().data() + rows.first_object;
  }
  for (std::size_t first = 0; first < objects; first += block) {
    const std::size_t last = std::min(first + block, objects);
    for (std::size_t k = 0; k < sums_of_crossing; ++k) {
      const auto same = origin.kind == Origin::sum_type ? static_cast<std::int32_t>(k) : 0;
      const std::int32_t* values = from[k];
      for (std::size_t i = first; i < last; ++i) out[i * sums_of_crossing + k] = values == nullptr ? same : values[i];
    }
  }
}

}  // namespace trigloop::io::orbits
