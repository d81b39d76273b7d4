#include "io/orbits/reader.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"

namespace trigloop::io::orbits {
namespace {

constexpr std::size_t key_columns = 3;  ///< run, lumisection, orbit; the offsets of the products follow

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
      selection_(stored_selection(*open_, origins)),
      options_(options),
      crossings_(open_->products.products.size(), open_->products.empty_too),
      products_(open_->products.products.size()) {
  options_.cluster_entries = orbits_a_cluster(open_->index, options.cluster_entries);
  for (std::size_t p = 0; p < products_.size(); ++p)
    for (const Member& member : open_->products.products[p].members)
      if (const std::size_t at = number_of(member.stored); at != none_read) products_[p].any_member = at;
  for (const Origin& origin : origins) outputs_.push_back(make_output(origin));
  rewind({0, open_->index.rows()});
}

/// A stored column by its number among the members that are read.
std::size_t CrossingReader::number_of(const std::string& member) const {
  const auto first = selection_.columns.begin() + static_cast<std::ptrdiff_t>(key_columns + products_.size());
  const auto found = std::find(first, selection_.columns.end(), member);
  return found == selection_.columns.end() ? none_read : static_cast<std::size_t>(found - first);
}

CrossingReader::Output CrossingReader::make_output(const Origin& origin) {
  Output output{origin, {}, {}};
  output.members.fill(none_read);
  lists_crossings_ = lists_crossings_ || origin.kind == Origin::crossing;
  if (origin.kind < Origin::count) return output;
  products_[origin.product].wanted = true;
  const Product& product = open_->products.products[origin.product];
  if (origin.kind == Origin::member) output.members[0] = number_of(product.members[origin.member_number].stored);
  for (std::size_t k = 0; k < sums_of_crossing; ++k) {
    if (origin.kind == Origin::sum_amount) output.members[k] = number_of(product.members[k].stored);
    if (origin.kind == Origin::sum_azimuth) output.members[k] = number_of(product.azimuths[k]);
  }
  return output;
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
  orbits_ = {};
  if (range.begin < range.end) orbits_ = {index.orbit_of(range.begin), index.orbit_of(range.end - 1) + 1};
  read_orbits(orbits_);
}

/// Turns to these orbits: first to those whose crossings are kept, without their offsets; to the others later.
void CrossingReader::read_orbits(EntryRange orbits) {
  const std::uint64_t end_of_kept = open_->index.occupancy.end_of_kept(orbits);
  kept_ = end_of_kept > orbits.begin || orbits.begin == orbits.end;
  members_at_ = key_columns + (kept_ ? 0 : products_.size());
  std::unique_ptr<ColumnReader>& reader = kept_ ? lean_ : full_;
  if (!reader) {
    Selection selection = selection_;
    const auto offsets = selection.columns.begin() + static_cast<std::ptrdiff_t>(key_columns);
    if (kept_) selection.columns.erase(offsets, offsets + static_cast<std::ptrdiff_t>(products_.size()));
    reader = open_->stored->read(selection, options_);
  }
  reader_ = reader.get();
  orbits_ = {kept_ ? end_of_kept : orbits.end, orbits.end};
  reader_->rewind({orbits.begin, orbits_.begin});
}

bool CrossingReader::next(event::Columns& out) {
  out.columns.clear();
  out.entries = 0;
  try {
    do {
      if (range_.begin == range_.end) return false;
      while (!reader_->next(stored_)) {
        if (orbits_.begin == orbits_.end) return false;
        read_orbits(orbits_);
      }
      expand();
    } while (rows_ == 0);
  } catch (core::Error& e) {
    e.file(open_->info.path.native());
    throw;
  }
  out.first_entry = range_.begin;
  out.entries = rows_;
  range_.begin += rows_;
  for (Output& output : outputs_) out.columns.push_back(view(output));
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
  std::size_t rows = kept_ ? take_kept(orbit) : take_decoded(entry, orbit);
  check_objects(entry, orbit, rows);
  // Of the first and the last orbit some rows may be outside of the range.
  const std::size_t skip = range_.begin > first_row ? std::min<std::size_t>(rows, range_.begin - first_row) : 0;
  if (rows_ == 0) skip_rows(entry, skip, rows);
  rows = std::min<std::size_t>(rows, range_.end - std::min(range_.end, first_row)) - skip;
  std::fill_n(&run_[rows_], rows, stored_.columns[0].as<std::uint32_t>()[entry]);
  std::fill_n(&lumisection_[rows_], rows, stored_.columns[1].as<std::uint32_t>()[entry]);
  std::fill_n(&orbit_[rows_], rows, static_cast<std::uint32_t>(stored_.columns[2].as<std::uint64_t>()[entry]));
  rows_ += rows;
}

/// Crossings and counts of an orbit, behind those of the orbits before: from what opening kept. Returns their number.
std::size_t CrossingReader::take_kept(std::uint64_t orbit) {
  const Index& index = open_->index;
  const std::size_t rows = index.first_row[orbit + 1] - index.first_row[orbit];
  if (lists_crossings_) index.occupancy.list(orbit, &crossing_[rows_]);
  for (std::size_t p = 0; p < products_.size(); ++p)
    if (products_[p].wanted) index.occupancy.counts(orbit, p, rows, &products_[p].counts[rows_]);
  return rows;
}

/// The same from its offsets.
std::size_t CrossingReader::take_decoded(std::size_t entry, std::uint64_t orbit) {
  crossings_.clear();
  for (std::size_t p = 0; p < products_.size(); ++p) {
    const event::ColumnView& column = stored_.columns[key_columns + p];
    const auto offsets =
        column.as<std::uint32_t>().subspan(column.offsets[entry], column.offsets[entry + 1] - column.offsets[entry]);
    if (const auto fault = crossings_.add(p, offsets)) throw bad_orbit(orbit, open_->products.products[p], *fault);
  }
  const std::uint32_t* crossing = &crossing_[rows_];
  const std::size_t rows = crossings_.list(&crossing_[rows_]);
  for (std::size_t p = 0; p < products_.size(); ++p)
    for (std::size_t i = 0; i < rows; ++i) products_[p].counts[rows_ + i] = crossings_.objects(p, crossing[i]);
  return rows;
}

/// The offsets must lead to the end of the objects.
void CrossingReader::check_objects(std::size_t entry, std::uint64_t orbit, std::size_t rows) const {
  for (std::size_t p = 0; p < products_.size(); ++p) {
    const ProductRows& product = products_[p];
    if (!product.wanted || product.any_member == none_read) continue;
    const auto& offsets = member(product.any_member).offsets;
    const std::uint32_t objects = offsets[entry + 1] - offsets[entry];
    const std::uint32_t* counts = &product.counts[rows_];
    const std::uint32_t last = std::accumulate(counts, counts + rows, std::uint32_t{0});
    if (last == objects) continue;
    throw bad_orbit(
        orbit, open_->products.products[p],
        "its offsets end at " + std::to_string(last) + ", but it has " + std::to_string(objects) + " objects");
  }
}

/// Drops the first of the `rows` of a cluster's first orbit.
void CrossingReader::skip_rows(std::size_t entry, std::size_t skip, std::size_t rows) {
  for (ProductRows& product : products_) {
    if (!product.wanted) continue;
    std::uint32_t* counts = product.counts.data();
    product.first_object = product.any_member == none_read ? 0 : member(product.any_member).offsets[entry];
    product.first_object += std::accumulate(counts, counts + skip, std::size_t{0});
    std::copy(counts + skip, counts + rows, counts);
  }
  if (lists_crossings_) std::copy(&crossing_[skip], &crossing_[rows], crossing_.data());
}

void CrossingReader::finish_offsets() {
  for (std::size_t p = 0; p < products_.size(); ++p) {
    ProductRows& product = products_[p];
    if (!product.wanted) continue;
    product.offsets.resize_discard(rows_ + 1);
    product.offsets[0] = 0;
    std::uint32_t offset = 0;
    for (std::size_t i = 0; i < rows_; ++i) product.offsets[i + 1] = offset += product.counts[i];
    if (!open_->products.products[p].is_sums) continue;
    product.sum_offsets.resize_discard(rows_ + 1);
    for (std::size_t i = 0; i <= rows_; ++i)
      product.sum_offsets[i] = static_cast<std::uint32_t>(product.offsets[i] * sums_of_crossing);
  }
}

event::ColumnView CrossingReader::view(Output& output) {
  const Origin& origin = output.origin;
  const auto scalars = [&](const auto& values, event::Type type) {
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
    case Origin::count: {
      const ProductRows& product = products_[origin.product];
      if (!open_->products.products[origin.product].is_sums) return scalars(product.counts, event::Type::int32);
      output.values.resize_discard(rows_);
      for (std::size_t i = 0; i < rows_; ++i)
        output.values[i] = static_cast<std::int32_t>(product.counts[i] * sums_of_crossing);
      return scalars(output.values, event::Type::int32);
    }
    case Origin::member:
      return member_view(products_[origin.product], output.members[0]);
    default:
      return sums_view(output);
  }
}

/// The values stay where they were decoded: crossings that are left out have none.
event::ColumnView CrossingReader::member_view(const ProductRows& rows, std::size_t number) const {
  event::ColumnView column = member(number);
  column.data += rows.first_object * event::size_of(column.type);
  column.values = rows.offsets[rows_];
  column.offsets = {rows.offsets.data(), rows_ + 1};
  return column;
}

event::ColumnView CrossingReader::sums_view(Output& output) {
  const ProductRows& rows = products_[output.origin.product];
  const std::size_t n = rows.sum_offsets[rows_];
  if (output.values.size() < n) {  // what is the same in all crossings is written once
    output.values.resize_discard(n);
    for (std::size_t i = 0; i < n; ++i)
      output.values[i] = output.origin.kind == Origin::sum_type ? static_cast<std::int32_t>(i % sums_of_crossing) : 0;
  }
  fill_sums(output, rows.offsets[rows_]);
  return {event::Type::int32,
          true,
          1,
          reinterpret_cast<const std::byte*>(output.values.data()),
          n,
          {rows.sum_offsets.data(), rows_ + 1}};
}

/// From sums of all crossings, sum by sum, to all sums of a crossing, crossing by crossing.
void CrossingReader::fill_sums(Output& output, std::size_t objects) const {
  const std::size_t first_object = products_[output.origin.product].first_object;
  std::array<const std::int32_t*, sums_of_crossing> from{};
  for (std::size_t k = 0; k < sums_of_crossing; ++k)
    if (output.members[k] != none_read) from[k] = member(output.members[k]).as<std::int32_t>().data() + first_object;
  std::int32_t* out = output.values.data();
  if (std::ranges::find(from, nullptr) == from.end()) {
    for (std::size_t i = 0; i < objects; ++i, out += sums_of_crossing)
      for (std::size_t k = 0; k < sums_of_crossing; ++k) out[k] = from[k][i];
    return;
  }
  for (std::size_t k = 0; k < sums_of_crossing; ++k) {
    if (from[k] == nullptr) continue;  // the same in all crossings
    for (std::size_t i = 0; i < objects; ++i) out[i * sums_of_crossing + k] = from[k][i];
  }
}

}  // namespace trigloop::io::orbits
