#include "io/root/writer_branch.hpp"

#include <algorithm>
#include <cstring>

#include "io/root/byteswap.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::size_t basket_members = 19;  // behind the key: version, four numbers, a flag
constexpr std::size_t seek_in_key = 18;     // where a key holds its own offset
constexpr std::int32_t least_buffer = 32000;

/// The last entry such that the basket [first, last) has at most `target` bytes; at least one entry.
std::size_t basket_end(const ItemOffsets& offsets, std::size_t first, std::size_t item_bytes, std::size_t target) {
  const auto bytes = [&](std::size_t last) {
    return (offsets[last] - offsets[first]) * item_bytes + (last - first + 2) * sizeof(std::int32_t);
  };
  std::size_t fits = first + 1, too_many = offsets.size();
  while (too_many - fits > 1) {
    const std::size_t middle = fits + (too_many - fits) / 2;
    (bytes(middle) <= target ? fits : too_many) = middle;
  }
  return fits;
}

void fail_large_entry(std::size_t bytes) {
  throw core::Error(core::ErrorCode::limit, "an entry has " + std::to_string(bytes) +
                                                " bytes; a basket of ROOT holds at most " +
                                                std::to_string(Branch::max_basket))
      .remedy("Spread the items over several entries or columns");
}

}  // namespace

Branch::Branch(ColumnSpec spec) : spec_(std::move(spec)) {
  for (const std::uint64_t n : spec_.shape) inner_ *= static_cast<std::uint32_t>(n);
}

void Branch::fill(const event::ColumnView& column, std::size_t first, std::size_t last) {
  const std::size_t size = event::size_of(spec_.type), values = (last - first) * inner_;
  const std::size_t before = values_.size();
  values_.resize(before + values * size);
  // Turning to native order and from it is the same.
  if (values > 0) to_native(column.data + first * item_bytes(), values_.data() + before, values, size);
}

void Branch::split(std::size_t number, std::size_t entries, const ItemOffsets* offsets, std::size_t target,
                   std::vector<BasketSpan>& out) const {
  for (std::size_t first = 0; first < entries;) {
    const std::size_t last = offsets != nullptr
                                 ? basket_end(*offsets, first, item_bytes(), target)
                                 : std::min(entries, first + std::max<std::size_t>(1, target / item_bytes()));
    const std::size_t bytes = (offsets != nullptr ? (*offsets)[last] - (*offsets)[first] : last - first) * item_bytes();
    if (bytes > max_basket) fail_large_entry(bytes);
    out.push_back({number, first, last});
    first = last;
  }
}

std::span<const std::byte> Branch::content(const BasketSpan& span, const ItemOffsets* offsets, std::size_t key_bytes,
                                           core::ByteBuffer& scratch) const {
  if (offsets == nullptr) {
    return values_.span().subspan(span.first * item_bytes(), (span.last - span.first) * item_bytes());
  }
  const std::uint64_t base = (*offsets)[span.first];
  const std::size_t border = ((*offsets)[span.last] - base) * item_bytes(), entries = span.last - span.first;
  scratch.resize_discard(border + (entries + 2) * sizeof(std::int32_t));
  std::byte* at = scratch.data();
  if (border > 0) std::memcpy(at, values_.data() + base * item_bytes(), border);
  at += border;
  const auto put = [&at](std::size_t value) {
    const auto big = core::byte_swapped(static_cast<std::uint32_t>(value));
    std::memcpy(at, &big, sizeof(big));
    at += sizeof(big);
  };
  put(entries + 1);
  for (std::size_t i = span.first; i < span.last; ++i) put(key_bytes + ((*offsets)[i] - base) * item_bytes());
  put(0);
  return scratch.span();
}

void Branch::pack(const BasketSpan& span, const ItemOffsets* offsets, RecordKey key, Compressor& compressor,
                  core::ByteBuffer& scratch, PackedBasket& out) const {
  key.class_name = "TBasket";
  key.big = true;  // ROOT's baskets always have 64-bit offsets, so that a key's length does not depend on its place
  const std::size_t head = key_bytes(key) + basket_members;
  const auto raw = content(span, offsets, head, scratch);
  out.bytes.resize_discard(head + compressor.bound(raw.size()));
  std::size_t stored = compressor(raw, out.bytes.data() + head);
  if (stored == 0) {
    stored = raw.size();
    if (stored > 0) std::memcpy(out.bytes.data() + head, raw.data(), stored);
  }
  key.object_bytes = static_cast<std::uint32_t>(raw.size());
  key.stored_bytes = static_cast<std::uint32_t>(stored);

  const auto entries = static_cast<std::int32_t>(span.last - span.first);
  const std::size_t tail = offsets != nullptr ? (span.last - span.first + 2) * sizeof(std::int32_t) : 0;
  const auto last = static_cast<std::int32_t>(head + raw.size() - tail);
  ByteWriter front;
  put_key(front, key, basket_members);
  // fNevBufSize: the room of the offset array, or the bytes of an entry where there is none.
  const std::int32_t room = offsets != nullptr ? entries + 1 : static_cast<std::int32_t>(item_bytes());
  front.put_all(std::uint16_t{3}, std::max(least_buffer, last), room, entries, last, std::uint8_t{0});
  std::memcpy(out.bytes.data(), front.bytes().data(), head);
  out.bytes.resize(head + stored);
  out.raw_bytes = static_cast<std::int64_t>(head + raw.size());
}

void Branch::write(PackedBasket& basket, std::uint64_t first_entry, FileWriter& file) {
  const std::uint64_t seek = file.position(), big_endian = core::byte_swapped(seek);
  std::memcpy(basket.bytes.data() + seek_in_key, &big_endian, sizeof(big_endian));
  file.append(basket.bytes.span());
  const auto stored = static_cast<std::int32_t>(basket.bytes.size());
  index_.bytes.push_back(stored);
  index_.first_entry.push_back(static_cast<std::int64_t>(first_entry));
  index_.seek.push_back(static_cast<std::int64_t>(seek));
  index_.raw_bytes += basket.raw_bytes;
  index_.stored_bytes += stored;
}

}  // namespace trigloop::io::root
