#pragma once
// The branches of a tree that is being written: the values of the open cluster, as ROOT stores them, their division
// into baskets, and the index of the baskets that are in the file.
//
// A basket is a key with a few more members, then the values (big-endian, entry after entry) and, for a jagged branch,
// the place of each entry. ROOT counts those places from the start of the key, and writes one more than there are
// entries, which is always 0.
#include <cstdint>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "event/columns.hpp"
#include "io/root/compress.hpp"
#include "io/root/writer_file.hpp"
#include "io/sink.hpp"

namespace trigloop::io::root {

/// Where the entries of the open cluster begin, in items; shared by all branches of a counter. n entries: n + 1
/// numbers.
using ItemOffsets = std::vector<std::uint64_t>;

/// What is known of the baskets that were written.
struct BasketIndex {
  std::vector<std::int32_t> bytes;        ///< in the file, key included
  std::vector<std::int64_t> first_entry;  ///< in the tree
  std::vector<std::int64_t> seek;
  std::int64_t raw_bytes = 0, stored_bytes = 0;  ///< of all, keys included
};

/// Entries [first, last) of the open cluster.
struct BasketSpan {
  std::size_t branch = 0, first = 0, last = 0;
};

/// A basket ready to be written, but for its place in the file.
struct PackedBasket {
  core::ByteBuffer bytes;  ///< as in the file
  std::int64_t raw_bytes = 0;
};

class Branch {
 public:
  /// The largest basket, uncompressed; ROOT's own buffers end here.
  static constexpr std::size_t max_basket = 1u << 30;

  explicit Branch(ColumnSpec spec);

  const ColumnSpec& spec() const noexcept { return spec_; }
  bool jagged() const noexcept { return !spec_.counter.empty(); }
  std::uint32_t values_per_item() const noexcept { return inner_; }
  /// Bytes of an item; of an entry, if the branch is not jagged.
  std::size_t item_bytes() const noexcept { return inner_ * event::size_of(spec_.type); }
  const BasketIndex& index() const noexcept { return index_; }

  /// Adds the items [first, last) of a column to the open cluster.
  void fill(const event::ColumnView& column, std::size_t first, std::size_t last);
  /// Forgets the open cluster.
  void clear() { values_.resize_discard(0); }

  /// Divides the open cluster of `entries` entries (`offsets`: of a jagged branch) into baskets of about `target`
  /// bytes.
  void split(std::size_t number, std::size_t entries, const ItemOffsets* offsets, std::size_t target,
             std::vector<BasketSpan>& out) const;
  /// Makes the basket. `key` needs name, title, cycle and datime; `scratch` is working memory.
  void pack(const BasketSpan& span, const ItemOffsets* offsets, RecordKey key, Compressor& compressor,
            core::ByteBuffer& scratch, PackedBasket& out) const;
  /// Writes a packed basket, whose first entry has that number in the tree.
  void write(PackedBasket& basket, std::uint64_t first_entry, FileWriter& file);

 private:
  std::span<const std::byte> content(const BasketSpan& span, const ItemOffsets* offsets, std::size_t key_bytes,
                                     core::ByteBuffer& scratch) const;

  ColumnSpec spec_;
  std::uint32_t inner_ = 1;
  core::ByteBuffer values_;
  BasketIndex index_;
};

}  // namespace trigloop::io::root
