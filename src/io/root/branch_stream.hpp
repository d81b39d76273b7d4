#pragma once
// Decodes one branch's baskets, one after the other, into the lanes of the columns that are read from it.
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "io/root/basket.hpp"
#include "io/root/column.hpp"
#include "io/root/constant_basket.hpp"
#include "io/root/decode.hpp"
#include "io/root/lane.hpp"
#include "io/root/offset_check.hpp"
#include "io/root/record_reader.hpp"
#include "io/source.hpp"

namespace trigloop::io::root {

/// The decoded values of one column that wait to be handed out.
struct ColumnLane {
  const Column* column = nullptr;
  Lane values;
  Lane counts;                                       ///< uint32 per entry, for columns that count themselves
  std::uint64_t decoded_items = 0, taken_items = 0;  ///< since the start of the stream

  /// Where a basket of a counted column ends: the counters must lead to the same number of items.
  struct Border {
    std::uint64_t entry, items;
    std::size_t basket;
  };
  std::deque<Border> borders;
  std::deque<OffsetCheck> checks;  ///< of baskets whose entry offsets are not decompressed

  bool self_counted() const noexcept { return column->self_counted(); }
  std::size_t value_bytes() const noexcept { return event::size_of(column->type) * column->inner; }
  std::uint64_t available_items() const noexcept { return values.available() / value_bytes(); }
  void take(std::uint64_t items, std::uint64_t entries) noexcept {
    values.take(items * value_bytes());
    if (self_counted()) counts.take(entries * sizeof(std::uint32_t));
    taken_items += items;
  }
};

/// What the streams of a reader share.
struct StreamTools {
  RecordReader records;
  Decompressor decompressor;
  DecodeScratch scratch;
  ReadOptions options;
};

class BranchStream {
 public:
  BranchStream(const BranchInfo& branch, std::size_t number) : branch_(&branch), number_(number) {}

  /// The branch's number in its tree.
  std::size_t number() const noexcept { return number_; }
  const BranchInfo& branch() const noexcept { return *branch_; }

  /// The lane of `column`, made if need be; its number stays.
  std::size_t lane_of(const Column& column);
  ColumnLane& lane(std::size_t i) noexcept { return lanes_[i]; }
  std::size_t lanes() const noexcept { return lanes_.size(); }

  /// Number of the basket that holds `entry`; the number of baskets if none does.
  std::size_t basket_of(std::uint64_t entry) const;
  /// Starts over at `entry`'s basket. Appends the records up to `end` to `plan`.
  void start(std::uint64_t entry, std::uint64_t end, std::size_t cluster_entries, std::vector<Record>& plan);
  /// First entry of the first basket.
  std::uint64_t entry_begin() const noexcept { return entry_begin_; }
  /// Entries below this are decoded.
  std::uint64_t entry_end() const noexcept { return entry_end_; }

  /// Decodes baskets until `target` entries are there, or enough bytes wait already; at least up to `least`.
  void fill(std::uint64_t target, std::uint64_t least, StreamTools& tools);

  /// Some entry below `target` is not decoded, and `fill` would decode a basket for it.
  bool needs(std::uint64_t target) const noexcept;
  /// What `fill` would decompress of the next basket, for asking it of several branches at once
  /// (Decompressor::prefixes); nothing where that gains nothing, or an error waits. Then comes take_prefix.
  std::optional<Decompressor::Prefix> prefix(std::uint64_t target, StreamTools& tools);
  /// Decodes that basket, if there is an answer.
  void take_prefix(const Decompressor::Prefix& answered, StreamTools& tools);

  /// After the checksum of a basket did not fit its counters: decompresses it whole, offsets too, and from now on all.
  /// Error: damaged, if it is.
  void verify_whole(std::size_t basket, StreamTools& tools);

 private:
  bool decode_without_offsets(const Basket& basket, const BasketRecord& record, std::span<std::byte> out,
                              StreamTools& tools);
  bool values_fit(const Basket& basket, const BasketRecord& record) const noexcept;
  bool may_leave_offsets(const Basket& basket, const BasketRecord& record) const noexcept;
  bool may_leave_to_checksum(const Basket& basket, const BasketRecord& record, const StreamTools& tools) const noexcept;
  bool may_decompress_whole(const BasketRecord& record, const StreamTools& tools) const noexcept;
  bool leave_to_checksum(const Basket& basket, const BasketRecord& record, std::span<std::byte> out,
                         StreamTools& tools);
  bool stop_behind_values(const Basket& basket, const BasketRecord& record, std::span<std::byte> out,
                          StreamTools& tools);
  std::size_t record_of_next() const noexcept { return first_record_ + (next_basket_ - first_basket_); }
  const BasketRecord& read(const Basket& basket, StreamTools& tools);
  void forget_read() noexcept { read_.reset(), checksum_.reset(); }
  void decode_next(StreamTools& tools);
  void decode(const Basket& basket, StreamTools& tools);
  bool in_place() const noexcept { return lanes_.size() == 1 && lanes_[0].column->in_place(); }
  void decode_in_place(const Basket& basket, const BasketRecord& record, StreamTools& tools);
  void decode_apart(const Basket& basket, const BasketRecord& record, StreamTools& tools);
  bool decode_beginning(const Basket& basket, const BasketRecord& record, StreamTools& tools);
  std::size_t waiting_bytes() const noexcept;

  const BranchInfo* branch_;
  std::size_t number_;
  std::vector<ColumnLane> lanes_;
  ConstantBasket constant_;
  std::size_t next_basket_ = 0, first_basket_ = 0, first_record_ = 0;
  std::optional<BasketRecord> read_;       ///< the next basket, if it is read already
  std::optional<std::uint32_t> checksum_;  ///< and its values are decompressed
  std::uint64_t entry_begin_ = 0, entry_end_ = 0;
  std::uint64_t range_begin_ = 0, range_end_ = 0;
  int stops_worth_trying_ = 4;  ///< fewer after each that failed; at 0 blocks are decoded to their end
  bool offsets_fit_ = true;     ///< so far the entry offsets were what the counters make of them
  bool beginning_fits_ = true;  ///< so far what is wanted of objects stood at their beginning
};

}  // namespace trigloop::io::root
