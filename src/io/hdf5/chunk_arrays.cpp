#include "io/hdf5/chunk_arrays.hpp"

#include <algorithm>
#include <bit>

namespace trigloop::io::hdf5 {
namespace {

/// Reads elements of an array: an address each, and for filtered chunks size and mask.
class Elements {
 public:
  Elements(const Image& image, const ChunkForm& form) : image_(image), form_(form) {}

  std::size_t bytes() const { return image_.address_bytes() + (form_.filtered ? form_.size_bytes + 4 : 0); }

  void take(Record& record, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i, ++next_) {
      ChunkPlace place{next_, record.address(image_.address_bytes()), form_.chunk_bytes, 0};
      if (form_.filtered) {
        place.bytes = record.number(form_.size_bytes);
        place.mask = record.u32();
      }
      if (place.address != undefined) places_.push_back(place);
    }
  }
  void skip(std::uint64_t count) { next_ += count; }

  /// A header's statement of the same, which must agree.
  void check(unsigned client, unsigned element_bytes, std::uint64_t position) const {
    if (client != (form_.filtered ? 1u : 0u) || element_bytes != bytes()) {
      fail("a chunk index holds elements of another kind", position);
    }
  }

  std::vector<ChunkPlace> places() { return std::move(places_); }

 private:
  const Image& image_;
  ChunkForm form_;
  std::uint64_t next_ = 0;
  std::vector<ChunkPlace> places_;
};

/// Which pages of an array were ever written: bit 0 is the highest of the first byte.
bool written(std::span<const std::byte> map, std::uint64_t page) {
  return map.empty() || (std::to_integer<unsigned>(map[page / 8]) & (0x80u >> (page % 8))) != 0;
}

/// One page of elements, with its own checksum behind it.
Record read_page(const Image& image, const Elements& elements, std::uint64_t address, std::uint64_t count) {
  return image.read_checked(address, count * elements.bytes() + 4);
}

/// Geometry of an extensible array: super block u has 2^(u/2) data blocks of 2^((u+1)/2) times the smallest size.
class ExtensibleArray {
 public:
  ExtensibleArray(const Image& image, Elements& elements, std::uint64_t address) : image_(image), elements_(elements) {
    const std::size_t a = image.address_bytes(), l = image.length_bytes();
    Record head = image.read_checked(address, 12 + 6 * l + a + 4);
    head.expect("EAHD");
    head.skip(1);
    const unsigned client = head.u8(), element = head.u8();
    elements.check(client, element, head.position());
    bits_ = head.u8();
    in_index_ = head.u8();
    smallest_ = head.u8();
    pointers_ = head.u8();
    page_bits_ = head.u8();
    head.skip(4 * l);
    count_ = head.number(l);  // one more than the highest index that was set
    head.skip(l);
    index_ = head.address(a);
    const bool powers = std::has_single_bit(smallest_) && std::has_single_bit(pointers_);
    if (!powers || bits_ > 64 || bits_ < log2_floor(smallest_) || page_bits_ > 32) {
      fail("an extensible array's sizes make no sense", head.position());
    }
  }

  void read() {
    if (index_ == undefined) return;
    const std::size_t a = image_.address_bytes();
    const unsigned supers = 1 + bits_ - log2_floor(smallest_), direct = 2 * log2_floor(pointers_);
    const std::uint64_t blocks = 2 * (pointers_ - 1), others = supers > direct ? supers - direct : 0;
    Record index = image_.read_checked(index_, 6 + a + in_index_ * elements_.bytes() + (blocks + others) * a + 4);
    index.expect("EAIB");
    index.skip(2 + a);
    take_from(index, in_index_);
    for (unsigned u = 0; u < direct && left() > 0; ++u) {
      for (std::uint64_t i = 0; i < (std::uint64_t{1} << (u / 2)); ++i) data_block(index.address(a), size_of(u), {}, 0);
    }
    for (unsigned u = direct; u < supers && left() > 0; ++u) super_block(index.address(a), u);
  }

 private:
  std::uint64_t left() const { return count_ - done_; }
  std::uint64_t size_of(unsigned super) const { return smallest_ << ((super + 1) / 2); }
  std::size_t offset_bytes() const { return (bits_ + 7) / 8; }
  std::uint64_t page() const { return std::uint64_t{1} << page_bits_; }

  void take_from(Record& record, std::uint64_t n) {
    elements_.take(record, std::min(n, left()));
    done_ += std::min(n, left());
  }
  void skip(std::uint64_t n) {
    n = std::min(n, left());
    elements_.skip(n);
    done_ += n;
  }

  void super_block(std::uint64_t address, unsigned u) {
    const std::uint64_t blocks = std::uint64_t{1} << (u / 2), size = size_of(u);
    if (address == undefined) {
      // More than the array has left either way.
      return skip(u / 2 + (u + 1) / 2 > 50 ? left() : blocks * size);
    }
    if (u / 2 > 30) fail("an extensible array is too long", image_.offset_of(address, 0));
    const std::size_t a = image_.address_bytes();
    const std::uint64_t map = size > page() ? (size / page() + 7) / 8 : 0;
    image_.offset_of(address, blocks * (map + a));
    Record record = image_.read_checked(address, 6 + a + offset_bytes() + blocks * (map + a) + 4);
    record.expect("EASB");
    record.skip(2 + a + offset_bytes());
    const auto maps = record.take(blocks * map);
    for (std::uint64_t i = 0; i < blocks && left() > 0; ++i) {
      data_block(record.address(a), size, maps, i * (size / page()));
    }
  }

  /// A data block of `size` elements; large ones come in pages, the first of which is number `first` in the map.
  void data_block(std::uint64_t address, std::uint64_t size, std::span<const std::byte> map, std::uint64_t first) {
    if (left() == 0) return;
    if (address == undefined) return skip(size);
    const std::size_t head = 6 + image_.address_bytes() + offset_bytes();
    if (size <= page()) {
      image_.offset_of(address, size);
      Record block = image_.read_checked(address, head + size * elements_.bytes() + 4);
      block.expect("EADB");
      block.skip(head - 4);
      return take_from(block, size);
    }
    std::uint64_t at = address + head + 4;
    for (std::uint64_t p = 0; p < size / page() && left() > 0; ++p, at += page() * elements_.bytes() + 4) {
      if (written(map, first + p)) {
        Record record = read_page(image_, elements_, at, page());
        take_from(record, page());
      } else {
        skip(page());
      }
    }
  }

  const Image& image_;
  Elements& elements_;
  unsigned bits_ = 0, page_bits_ = 0;
  std::uint64_t in_index_ = 0, smallest_ = 1, pointers_ = 1, count_ = 0, done_ = 0, index_ = undefined;
};

}  // namespace

ChunkForm chunk_form(const Image& image, const DataLayout& layout, std::uint64_t chunk_bytes, bool filtered) {
  const std::size_t narrow = 1 + (log2_floor(chunk_bytes) + 8) / 8;
  return {chunk_bytes, filtered, layout.wide_sizes ? image.length_bytes() : std::min<std::size_t>(narrow, 8)};
}

std::vector<ChunkPlace> implicit_chunks(const Image& image, std::uint64_t address, std::uint64_t chunks,
                                        std::uint64_t chunk_bytes) {
  std::uint64_t all = 0;
  if (__builtin_mul_overflow(chunks, chunk_bytes, &all)) all = undefined;
  image.offset_of(address, all);
  std::vector<ChunkPlace> places;
  for (std::uint64_t i = 0; i < chunks; ++i) places.push_back({i, address + i * chunk_bytes, chunk_bytes, 0});
  return places;
}

std::vector<ChunkPlace> fixed_array_chunks(const Image& image, std::uint64_t address, const ChunkForm& form) {
  const std::size_t a = image.address_bytes();
  Elements elements(image, form);
  Record head = image.read_checked(address, 8 + image.length_bytes() + a + 4);
  head.expect("FAHD");
  head.skip(1);
  const unsigned client = head.u8(), element = head.u8(), page_bits = head.u8();
  elements.check(client, element, head.position());
  const std::uint64_t count = head.number(image.length_bytes()), data = head.address(a);
  if (data == undefined) return {};
  // Each element takes a byte of the file at least: a larger count is a lie, and its products might overflow.
  image.offset_of(data, count);
  if (page_bits > 32) fail("a fixed array's pages make no sense", head.position());
  const std::uint64_t page = std::uint64_t{1} << page_bits, prefix = 6 + a;
  if (count <= page) {
    Record block = image.read_checked(data, prefix + count * elements.bytes() + 4);
    block.expect("FADB");
    block.skip(prefix - 4);
    elements.take(block, count);
  } else {
    const std::uint64_t map_bytes = ((count + page - 1) / page + 7) / 8;
    Record block = image.read_checked(data, prefix + map_bytes + 4);
    block.expect("FADB");
    block.skip(prefix - 4);
    const auto map = block.take(map_bytes);
    std::uint64_t at = data + prefix + map_bytes + 4;
    for (std::uint64_t done = 0; done < count; done += page, at += page * elements.bytes() + 4) {
      const std::uint64_t n = std::min(page, count - done);
      if (written(map, done / page)) {
        Record record = read_page(image, elements, at, n);
        elements.take(record, n);
      } else {
        elements.skip(n);
      }
    }
  }
  return elements.places();
}

std::vector<ChunkPlace> extensible_array_chunks(const Image& image, std::uint64_t address, const ChunkForm& form) {
  Elements elements(image, form);
  ExtensibleArray(image, elements, address).read();
  return elements.places();
}

}  // namespace trigloop::io::hdf5
