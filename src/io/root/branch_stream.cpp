#include "io/root/branch_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/root/byteswap.hpp"
#include "io/root/damaged.hpp"

namespace trigloop::io::root {
namespace {

/// A stream with this much waiting decodes no further basket, unless it has no entry to give.
constexpr std::size_t enough_waiting = 64u << 20;

/// What a lane will probably hold: a basket behind the rest of a cluster. Memory that is not touched costs nothing, so
/// this is generous; it is no more than the bytes in the file make likely.
std::size_t likely_bytes(const BranchInfo& branch, std::size_t cluster_entries) {
  constexpr std::uint64_t most = 4u << 20, largest_ratio = 16;
  if (branch.baskets.empty() || branch.entries == 0) return 0;
  const std::uint64_t raw = std::min(branch.raw_bytes, branch.stored_bytes * largest_ratio);
  const std::uint64_t entries = std::min<std::uint64_t>(cluster_entries, branch.entries);
  const auto cluster = static_cast<std::uint64_t>(static_cast<double>(raw) / static_cast<double>(branch.entries) *
                                                  static_cast<double>(entries));
  return std::min(most, 3 * (raw / branch.baskets.size()) + 2 * cluster);
}

}  // namespace

std::size_t BranchStream::lane_of(const Column& column) {
  const auto found = std::ranges::find(lanes_, &column, &ColumnLane::column);
  if (found != lanes_.end()) return static_cast<std::size_t>(found - lanes_.begin());
  lanes_.emplace_back().column = &column;
  return lanes_.size() - 1;
}

std::size_t BranchStream::basket_of(std::uint64_t entry) const {
  const auto& baskets = branch_->baskets;
  const auto after = std::ranges::upper_bound(baskets, entry, {}, &Basket::first_entry);
  if (after == baskets.begin()) return baskets.size();
  // Empty baskets share their first entry with the one that follows.
  const auto number = static_cast<std::size_t>(after - baskets.begin()) - 1;
  return entry < baskets[number].first_entry + baskets[number].entries ? number : baskets.size();
}

void BranchStream::start(std::uint64_t entry, std::uint64_t end, std::size_t cluster_entries,
                         std::vector<Record>& plan) {
  first_basket_ = next_basket_ = basket_of(entry);
  first_record_ = plan.size();
  forget_read();
  range_begin_ = entry;
  range_end_ = end;
  const auto& baskets = branch_->baskets;
  entry_begin_ = entry_end_ = next_basket_ < baskets.size() ? baskets[next_basket_].first_entry : entry;
  for (std::size_t i = first_basket_; i < baskets.size() && baskets[i].first_entry < end; ++i) {
    plan.push_back({baskets[i].seek, baskets[i].nbytes});
  }
  for (ColumnLane& lane : lanes_) {
    lane.values.clear();
    // Of whole objects a lane holds one member, and what that takes is not known.
    if (lane.column->path == nullptr) lane.values.reserve(likely_bytes(*branch_, cluster_entries));
    lane.counts.clear();
    lane.borders.clear();
    lane.checks.clear();
    lane.decoded_items = lane.taken_items = 0;
  }
}

bool BranchStream::needs(std::uint64_t target) const noexcept {
  return entry_end_ < target && next_basket_ < branch_->baskets.size() && waiting_bytes() < enough_waiting;
}

std::optional<Decompressor::Prefix> BranchStream::prefix(std::uint64_t target, StreamTools& tools) {
  if (!needs(target) || !in_place()) return {};
  const Basket& basket = branch_->baskets[next_basket_];
  if (basket.is_embedded()) return {};
  try {
    read(basket, tools);
  } catch (const core::Error&) {
    return {};  // when its entries are needed, it comes again
  }
  if (!values_fit(basket, *read_)) return {};
  const bool leaves = may_leave_to_checksum(basket, *read_, tools);
  if (!leaves && !may_decompress_whole(*read_, tools)) return {};
  const std::size_t slack = leaves ? 0 : Decompressor::whole_slack;
  std::byte* const out = lanes_[0].values.room(read_->objlen + slack);
  return Decompressor::Prefix{read_->stored, {out, read_->objlen}, leaves ? read_->border : read_->objlen, slack};
}

void BranchStream::take_prefix(const Decompressor::Prefix& answered, StreamTools& tools) {
  checksum_ = answered.checksum;
  if (checksum_) decode_next(tools);
}

void BranchStream::fill(std::uint64_t target, std::uint64_t least, StreamTools& tools) {
  while (entry_end_ < target && (entry_end_ < least || waiting_bytes() < enough_waiting)) decode_next(tools);
}

void BranchStream::decode_next(StreamTools& tools) {
  if (next_basket_ >= branch_->baskets.size()) {
    throw core::Error(core::ErrorCode::damaged, "entry " + std::to_string(entry_end_) + " of " +
                                                    std::to_string(branch_->entries) + " is in no basket")
        .in("branch '" + core::escaped(branch_->path) + "'")
        .remedy("Its writer did not finish: recover it with ROOT, or read fewer entries");
  }
  const Basket& basket = branch_->baskets[next_basket_];
  try {
    decode(basket, tools);
  } catch (core::Error& e) {
    if (!basket.is_embedded()) e.offset(basket.seek);
    e.in("branch '" + core::escaped(branch_->path) + "', basket " + std::to_string(next_basket_));
    throw;
  }
  entry_end_ = basket.first_entry + basket.entries;
  for (ColumnLane& lane : lanes_) {
    if (lane.column->layout == Layout::counted) lane.borders.push_back({entry_end_, lane.decoded_items, next_basket_});
  }
  ++next_basket_;
}

const BasketRecord& BranchStream::read(const Basket& basket, StreamTools& tools) {
  if (!read_) {
    std::span<const std::byte> bytes;
    if (!basket.is_embedded()) bytes = tools.records.get(record_of_next());
    read_ = parse_basket(basket, bytes, tools.options.max_unit_bytes);
  }
  return *read_;
}

void BranchStream::decode(const Basket& basket, StreamTools& tools) {
  const BasketRecord& record = read(basket, tools);
  if (in_place()) {
    decode_in_place(basket, record, tools);
  } else {
    decode_apart(basket, record, tools);
  }
  forget_read();
  if (!basket.is_embedded()) tools.records.release(record_of_next());
}

/// The values are as many as the tree says, as far as it says so.
bool BranchStream::values_fit(const Basket& basket, const BasketRecord& record) const noexcept {
  const Column& column = *lanes_[0].column;
  if (column.layout == Layout::fixed) return record.border == basket.entries * column.stride;
  return record.border % column.item_bytes() == 0;
}

/// The fast path: the values are decompressed where they will stay, and turned there.
void BranchStream::decode_in_place(const Basket& basket, const BasketRecord& record, StreamTools& tools) {
  ColumnLane& lane = lanes_[0];
  const Column& column = *lane.column;
  if (!values_fit(basket, record)) {
    throw damaged("its " + std::to_string(record.border) + " bytes do not fit " + std::to_string(basket.entries) +
                  " entries with items of " + std::to_string(column.item_bytes()) + " bytes");
  }
  std::byte* out = lane.values.room(record.objlen);
  const std::span<std::byte> values(out, record.border);
  const bool plain = record.compressed && record.border == record.objlen;
  if (!plain || !constant_.repeat(record.stored, values)) {
    const std::byte* from = record.stored.data();
    if (record.compressed) {
      const bool whole = checksum_ && !may_leave_to_checksum(basket, record, tools);
      if (!whole && !decode_without_offsets(basket, record, {out, record.objlen}, tools)) {
        unpack_basket(record, tools.decompressor, {out, record.objlen}, record.border);
      }
      from = out;
    }
    to_native(from, out, record.border / column.stored_bytes, column.stored_bytes);
    if (plain) constant_.remember(record.stored, values, column.stored_bytes);
  }
  lane.values.commit(record.border);
  lane.decoded_items += record.border / column.item_bytes();
}

/// The counters tell all entry offsets of the basket: these need not be decompressed.
bool BranchStream::may_leave_offsets(const Basket& basket, const BasketRecord& record) const noexcept {
  return lanes_[0].column->layout == Layout::counted && offsets_fit_ &&
         record.objlen - record.border == OffsetCheck::bytes(basket.entries);
}

bool BranchStream::may_leave_to_checksum(const Basket& basket, const BasketRecord& record,
                                         const StreamTools& tools) const noexcept {
  return record.compressed && may_leave_offsets(basket, record) && tools.options.verify &&
         basket.first_entry >= range_begin_ && basket.first_entry + basket.entries <= range_end_;
}

/// As unpack_basket would, which need not go to the end where no checksum is asked for.
bool BranchStream::may_decompress_whole(const BasketRecord& record, const StreamTools& tools) const noexcept {
  const bool plain = record.border == record.objlen;
  return record.compressed && (plain ? !constant_.knows(record.stored, record.objlen) : tools.options.verify);
}

bool BranchStream::decode_without_offsets(const Basket& basket, const BasketRecord& record, std::span<std::byte> out,
                                          StreamTools& tools) {
  if (!may_leave_offsets(basket, record)) return false;
  return leave_to_checksum(basket, record, out, tools) || stop_behind_values(basket, record, out, tools);
}

/// Where a checksum covers the offsets, they are compared with it once the counters have told all of them.
bool BranchStream::leave_to_checksum(const Basket& basket, const BasketRecord& record, std::span<std::byte> out,
                                     StreamTools& tools) {
  if (!may_leave_to_checksum(basket, record, tools)) return false;
  ColumnLane& lane = lanes_[0];
  const auto expected = checksum_ ? checksum_ : tools.decompressor.prefix(record.stored, out, record.border);
  if (!expected) return false;
  lane.checks.emplace_back(next_basket_, basket.first_entry, basket.first_entry + basket.entries, lane.decoded_items,
                           static_cast<std::uint32_t>(record.keylen), lane.column->item_bytes(),
                           adler32(1, out.first(record.border)), *expected);
  return true;
}

/// Where there is no checksum, decoding to the end proves that the sizes of all matches were right. The first numbers
/// behind the values (how many offsets there are, and where the first entry is) prove it as well. Columns whose offsets
/// are literals of the block's last sequence gain nothing: there it is not tried for long.
bool BranchStream::stop_behind_values(const Basket& basket, const BasketRecord& record, std::span<std::byte> out,
                                      StreamTools& tools) {
  if (stops_worth_trying_ == 0) return false;
  const std::array<std::uint32_t, 2> known = {core::byte_swapped(static_cast<std::uint32_t>(basket.entries + 1)),
                                              core::byte_swapped(static_cast<std::uint32_t>(record.keylen))};
  if (!tools.decompressor.part(record.stored, out, record.border + sizeof known)) {
    --stops_worth_trying_;
    return false;
  }
  offsets_fit_ = std::memcmp(out.data() + record.border, known.data(), sizeof known) == 0;
  return offsets_fit_;
}

void BranchStream::verify_whole(std::size_t number, StreamTools& tools) {
  offsets_fit_ = false;
  const Basket& basket = branch_->baskets[number];
  try {
    const std::vector<std::byte> bytes = tools.records.fetch({basket.seek, basket.nbytes});
    const BasketRecord record = parse_basket(basket, bytes, tools.options.max_unit_bytes);
    tools.scratch.basket.resize_discard(record.objlen);
    unpack_basket(record, tools.decompressor, tools.scratch.basket.span(), record.objlen);
  } catch (core::Error& e) {
    e.offset(basket.seek);
    e.in("branch '" + core::escaped(branch_->path) + "', basket " + std::to_string(number));
    throw;
  }
}

/// Of an object that fills its basket, a member near its beginning (the offsets of an orbit file's products) needs the
/// beginning alone: where objects are stored whole, this is what opening an orbit file reads. Not where checksums are
/// asked for and the codec has some; what is behind is checked by whoever reads it.
bool BranchStream::decode_beginning(const Basket& basket, const BasketRecord& record, StreamTools& tools) {
  constexpr std::size_t bytes = 16u << 10;
  const bool of_object = lanes_.size() == 1 && lanes_[0].column->layout == Layout::object_items;
  if (!of_object || !beginning_fits_ || basket.entries != 1 || !record.compressed || record.border < 4 * bytes)
    return false;
  tools.scratch.basket.resize_discard(bytes);
  if (!tools.decompressor.beginning(record.stored, tools.scratch.basket.span())) return false;
  const std::array<std::uint32_t, 2> offsets = {core::byte_swapped(1u),
                                                core::byte_swapped(static_cast<std::uint32_t>(record.keylen))};
  const BasketBytes unpacked{tools.scratch.basket.span(), std::as_bytes(std::span(offsets)), 1, record.keylen};
  try {
    lanes_[0].decoded_items +=
        decode_basket(*lanes_[0].column, unpacked, tools.scratch, lanes_[0].values, lanes_[0].counts);
  } catch (const core::Error&) {
    return beginning_fits_ = false;  // it stands further behind, or is damaged: read all of it
  }
  return true;
}

/// Values that change their size or place are unpacked to the side first.
void BranchStream::decode_apart(const Basket& basket, const BasketRecord& record, StreamTools& tools) {
  if (decode_beginning(basket, record, tools)) return;
  const bool offsets = std::ranges::any_of(lanes_, [](const auto& l) { return l.column->needs_entry_offsets(); });
  std::span<const std::byte> bytes = record.stored;
  if (record.compressed) {
    tools.scratch.basket.resize_discard(record.objlen);
    unpack_basket(record, tools.decompressor, tools.scratch.basket.span(), offsets ? record.objlen : record.border);
    bytes = tools.scratch.basket.span();
  }
  const BasketBytes unpacked{bytes.first(record.border), bytes.subspan(record.border), basket.entries, record.keylen};
  for (ColumnLane& lane : lanes_) {
    lane.decoded_items += decode_basket(*lane.column, unpacked, tools.scratch, lane.values, lane.counts);
  }
}

std::size_t BranchStream::waiting_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const ColumnLane& lane : lanes_) bytes += lane.values.available() + lane.counts.available();
  return bytes;
}

}  // namespace trigloop::io::root
