#include "io/root/decode.hpp"

#include <cstring>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/root/byteswap.hpp"
#include "io/root/damaged.hpp"
#include "io/root/object_decode.hpp"

namespace trigloop::io::root {
namespace {

/// Converts stored values that lie one behind the other.
void append_values(const Column& column, std::span<const std::byte> stored, Lane& values) {
  const std::size_t count = stored.size() / column.stored_bytes, width = event::size_of(column.type);
  std::byte* out = values.room(count * width);
  switch (column.encoding) {
    case Encoding::plain:
      to_native(stored.data(), out, count, width);
      break;
    case Encoding::boolean:
      for (std::size_t i = 0; i < count; ++i) out[i] = stored[i] != std::byte{0} ? std::byte{1} : std::byte{0};
      break;
    case Encoding::object_bits:
      break;  // decode_bits has its own way
    case Encoding::packed:
      if (column.type == event::Type::float32) {
        column.packed.decode(stored, reinterpret_cast<float*>(out));
      } else {
        column.packed.decode(stored, reinterpret_cast<double*>(out));
      }
      break;
  }
  values.commit(count * width);
}

std::uint64_t decode_fixed(const Column& column, const BasketBytes& basket, DecodeScratch& scratch, Lane& values) {
  const std::size_t stride = column.stride, item = column.item_bytes();
  if (basket.values.size() != basket.entries * stride) {
    throw damaged("it has " + std::to_string(basket.values.size()) + " bytes for " + std::to_string(basket.entries) +
                  " entries of " + std::to_string(stride));
  }
  if (stride == item) {
    append_values(column, basket.values, values);
    return basket.entries;
  }
  scratch.gathered.resize_discard(basket.entries * item);
  const std::byte* from = basket.values.data() + column.offset;
  std::byte* to = scratch.gathered.data();
  for (std::uint64_t i = 0; i < basket.entries; ++i, from += stride, to += item) std::memcpy(to, from, item);
  append_values(column, scratch.gathered.span(), values);
  return basket.entries;
}

std::uint64_t decode_counted(const Column& column, const BasketBytes& basket, Lane& values) {
  if (basket.values.size() % column.item_bytes() != 0) {
    throw damaged("its " + std::to_string(basket.values.size()) + " bytes are no multiple of an item's " +
                  std::to_string(column.item_bytes()));
  }
  append_values(column, basket.values, values);
  return basket.values.size() / column.item_bytes();
}

/// TObject::fBits of one object an item.
std::uint64_t decode_bits(const BasketBytes& basket, Lane& values) {
  constexpr std::uint32_t is_referenced = 1u << 4;
  const std::size_t size = basket.values.size();
  auto* out = reinterpret_cast<std::uint32_t*>(values.room(size));
  std::uint64_t items = 0;
  for (std::size_t at = 0; at < size; ++items) {
    if (size - at < sizeof(std::uint32_t)) throw damaged("its values end within an object's bits");
    out[items] = core::load_be<std::uint32_t>(&basket.values[at]);
    at += sizeof(std::uint32_t) + ((out[items] & is_referenced) != 0 ? sizeof(std::uint16_t) : 0);
    if (at > size) throw damaged("its values end within an object's bits");
  }
  values.commit(items * sizeof(std::uint32_t));
  return items;
}

/// Collects the items of entries of varying size, and their numbers.
class Gatherer {
 public:
  Gatherer(const BasketBytes& basket, DecodeScratch& scratch, Lane& counts) : basket_(basket), scratch_(scratch) {
    scratch_.gathered.resize_discard(basket.values.size());
    counts_ = reinterpret_cast<std::uint32_t*>(counts.room(basket.entries * sizeof(std::uint32_t)));
    counts.commit(basket.entries * sizeof(std::uint32_t));
  }
  void add(std::size_t entry, std::size_t at, std::size_t bytes, std::size_t items) {
    std::memcpy(scratch_.gathered.data() + bytes_, basket_.values.data() + at, bytes);
    counts_[entry] = static_cast<std::uint32_t>(items);
    bytes_ += bytes;
    items_ += items;
  }
  std::span<const std::byte> stored() const { return {scratch_.gathered.data(), bytes_}; }
  std::uint64_t items() const { return items_; }

 private:
  const BasketBytes& basket_;
  DecodeScratch& scratch_;
  std::uint32_t* counts_ = nullptr;
  std::size_t bytes_ = 0;
  std::uint64_t items_ = 0;
};

/// Entries of std::vector<number>: byte count (with ROOT's mark), version, number of items, items.
std::uint64_t decode_vectors(const Column& column, const BasketBytes& basket, DecodeScratch& scratch, Lane& values,
                             Lane& counts) {
  constexpr std::size_t header = 10;
  constexpr std::uint32_t mark = 0x40000000;
  const std::size_t item = column.item_bytes(), size = basket.values.size();
  if (basket.entries > size / header) throw damaged("it is too small for its entries");
  Gatherer gatherer(basket, scratch, counts);
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < basket.entries; ++i) {
    if (size - at < header) throw damaged("its values end within entry " + std::to_string(i));
    const auto bytes = core::load_be<std::uint32_t>(&basket.values[at]);
    const std::size_t items = core::load_be<std::uint32_t>(&basket.values[at + 6]);
    if (items > (size - at - header) / item || bytes != (mark | (6 + items * item))) {
      throw damaged("the sizes of the vector in its entry " + std::to_string(i) + " contradict each other");
    }
    gatherer.add(i, at + header, items * item, items);
    at += header + items * item;
  }
  if (at != size) throw damaged("its entries end before its values do");
  append_values(column, gatherer.stored(), values);
  return gatherer.items();
}

/// Entries of a counted pointer: a flag byte (0: null), then the items up to the next entry's offset.
std::uint64_t decode_flagged(const Column& column, const BasketBytes& basket, DecodeScratch& scratch, Lane& values,
                             Lane& counts) {
  const std::size_t item = column.item_bytes();
  const EntryPlaces places(basket);
  Gatherer gatherer(basket, scratch, counts);
  for (std::uint64_t i = 0; i < basket.entries; ++i) {
    const auto [begin, end] = places.of(i);
    if ((end - begin - 1) % item != 0) {
      throw damaged("the offsets of its entry " + std::to_string(i) + " are impossible");
    }
    gatherer.add(i, begin + 1, end - begin - 1, (end - begin - 1) / item);
  }
  append_values(column, gatherer.stored(), values);
  return gatherer.items();
}

/// Entries that are whole objects: the one member that the column holds.
std::uint64_t decode_objects(const Column& column, const BasketBytes& basket, DecodeScratch& scratch, Lane& values,
                             Lane& counts) {
  const std::size_t bytes = basket.entries * sizeof(std::uint32_t);
  auto* numbers = reinterpret_cast<std::uint32_t*>(counts.room(bytes));
  const auto stored = gather_member(*column.path, column.item_bytes(), basket, scratch.gathered, numbers);
  if (column.self_counted()) counts.commit(bytes);
  append_values(column, stored, values);
  return stored.size() / column.item_bytes();
}

/// Four counts at a time: then one addition in four waits for the one before.
template <class T>
bool prefix_sums_of(const std::byte* counts, std::size_t n, std::uint32_t* offsets) noexcept {
  const auto count_at = [&](std::size_t i) {
    T count;
    std::memcpy(&count, counts + i * sizeof(T), sizeof(T));
    return static_cast<std::uint64_t>(count);
  };
  std::uint64_t total = 0, largest = 0;  // a negative count has its highest bits set
  offsets[0] = 0;
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const std::uint64_t a = count_at(i), b = count_at(i + 1), c = count_at(i + 2), d = count_at(i + 3);
    largest |= a | b | c | d;
    offsets[i + 1] = static_cast<std::uint32_t>(total + a);
    offsets[i + 2] = static_cast<std::uint32_t>(total + (a + b));
    offsets[i + 3] = static_cast<std::uint32_t>(total + (a + b + c));
    total += (a + b) + (c + d);
    offsets[i + 4] = static_cast<std::uint32_t>(total);
  }
  for (; i < n; ++i) {
    largest |= count_at(i);
    total += count_at(i);
    offsets[i + 1] = static_cast<std::uint32_t>(total);
  }
  // Of counts below 2^32 no sum of a cluster can overflow 64 bits.
  return largest <= UINT32_MAX && total <= UINT32_MAX;
}

}  // namespace

EntryPlaces::EntryPlaces(const BasketBytes& basket) : basket_(basket) {
  if (basket.offsets.size() / sizeof(std::int32_t) < basket.entries + 1) throw damaged("its entry offsets are missing");
  if (basket.entries > 0 && begin_of(0) != 0) throw damaged("its first entry does not stand at its beginning");
}

std::size_t EntryPlaces::begin_of(std::uint64_t entry) const noexcept {
  if (entry == basket_.entries) return basket_.values.size();
  return core::load_be<std::uint32_t>(&basket_.offsets[(entry + 1) * sizeof(std::int32_t)]) - basket_.keylen;
}

EntryPlaces::Place EntryPlaces::of(std::uint64_t entry) const {
  const Place place{begin_of(entry), begin_of(entry + 1)};
  if (place.end <= place.begin || place.end > basket_.values.size()) {
    throw damaged("the offsets of its entry " + std::to_string(entry) + " are impossible");
  }
  return place;
}

std::uint64_t decode_basket(const Column& column, const BasketBytes& basket, DecodeScratch& scratch, Lane& values,
                            Lane& counts) {
  if (column.encoding == Encoding::object_bits) {
    const std::uint64_t items = decode_bits(basket, values);
    if (column.layout == Layout::fixed && items != basket.entries)
      throw damaged("it has bits for another number of entries");
    return items;
  }
  switch (column.layout) {
    case Layout::fixed:
      return decode_fixed(column, basket, scratch, values);
    case Layout::counted:
      return decode_counted(column, basket, values);
    case Layout::vector:
      return decode_vectors(column, basket, scratch, values, counts);
    case Layout::object_value:
    case Layout::object_items:
      return decode_objects(column, basket, scratch, values, counts);
    default:
      return decode_flagged(column, basket, scratch, values, counts);
  }
}

bool prefix_sums(event::Type type, const std::byte* counts, std::size_t n, std::uint32_t* offsets) noexcept {
  return event::visit(type, [&](auto sample) {
    using T = decltype(sample);
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      return prefix_sums_of<T>(counts, n, offsets);
    } else {
      return false;
    }
  });
}

}  // namespace trigloop::io::root
