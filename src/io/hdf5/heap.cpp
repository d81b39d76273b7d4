#include "io/hdf5/heap.hpp"

#include <algorithm>
#include <bit>

namespace trigloop::io::hdf5 {
namespace {

constexpr std::size_t max_blocks = 1u << 16;

}  // namespace

FractalHeap::FractalHeap(const Image& image, std::uint64_t address) : image_(image), address_(address) {
  const std::size_t a = image.address_bytes(), l = image.length_bytes();
  const std::uint64_t bytes = 26 + 12 * l + 3 * a;
  Record head = image.read(address, bytes);
  head.expect("FRHP");
  head.skip(1);
  id_bytes_ = head.u16();
  const std::size_t filters = head.u16();
  flags_ = head.u8();
  const std::uint64_t largest = head.u32();
  head.skip(l + a + l + a + 8 * l);  // huge objects, free space, counts of objects
  width_ = head.u16();
  start_bytes_ = head.number(l);
  direct_bytes_ = head.number(l);
  const unsigned heap_bits = head.u16();
  head.skip(2);  // rows at the start
  const std::uint64_t root = head.address(a);
  const std::uint64_t rows = head.u16();
  if (filters != 0) throw core::Error(core::ErrorCode::unsupported, "has a compressed heap").offset(head.position());
  image.read_checked(address, bytes);
  const bool powers = std::has_single_bit(start_bytes_) && std::has_single_bit(direct_bytes_);
  if (!powers || start_bytes_ > direct_bytes_ || direct_bytes_ > (1u << 31) || width_ == 0 || heap_bits > 64 ||
      heap_bits == 0) {
    fail("a heap's block sizes make no sense", head.position());
  }
  offset_bytes_ = (heap_bits + 7) / 8;
  size_bytes_ = std::min<std::size_t>((log2_floor(direct_bytes_) + 7) / 8, bytes_for(largest));
  if (root == undefined) return;
  if (rows == 0) {
    blocks_.push_back({0, start_bytes_, root});
  } else {
    add_blocks(root, 0, rows, 0);
  }
}

/// Rows 0 and 1 have blocks of the starting size; from there each row doubles it.
std::uint64_t FractalHeap::row_bytes(std::uint64_t row) const {
  const std::uint64_t shift = row == 0 ? 0 : row - 1;
  if (shift >= 63 || start_bytes_ > (std::uint64_t{1} << (63 - shift))) fail("a heap has too many rows", address_);
  return start_bytes_ << shift;
}

void FractalHeap::add_blocks(std::uint64_t address, std::uint64_t offset, std::uint64_t rows, unsigned depth) {
  if (depth > 16) fail("a heap nests too deep", address_);
  const std::uint64_t direct_rows =
      std::min<std::uint64_t>(rows, log2_floor(direct_bytes_) - log2_floor(start_bytes_) + 2);
  const std::size_t a = image_.address_bytes();
  Record block = image_.read_checked(address, 5 + a + offset_bytes_ + rows * width_ * a + 4);
  block.expect("FHIB");
  block.skip(1 + a + offset_bytes_);
  for (std::uint64_t row = 0; row < rows; ++row) {
    const std::uint64_t bytes = row_bytes(row);
    for (std::uint64_t i = 0; i < width_; ++i, offset += bytes) {
      const std::uint64_t child = block.address(a);
      if (child == undefined) continue;
      if (row < direct_rows) {
        blocks_.push_back({offset, bytes, child});
        if (blocks_.size() > max_blocks) fail("a heap has too many blocks", address_);
      } else {
        // An indirect block covers what the rows of its own add up to: start * width * 2^(rows - 1).
        const std::uint64_t first = start_bytes_ * width_;
        add_blocks(child, offset, log2_floor(std::max(bytes / first, std::uint64_t{1})) + 1, depth + 1);
      }
    }
  }
}

Record FractalHeap::object(Record& record) const {
  Record id = record.part(id_bytes_);
  const unsigned head = id.u8(), kind = (head >> 4) & 3;
  if (kind == 2) return id.part((head & 15) + 1u);
  if (kind != 0)
    throw core::Error(core::ErrorCode::unsupported, "has a link too long for its heap").offset(id.position());
  const std::uint64_t offset = id.number(offset_bytes_), bytes = id.number(size_bytes_);
  for (const Block& block : blocks_) {
    if (offset < block.offset || offset - block.offset >= block.bytes) continue;
    if (bytes > block.bytes - (offset - block.offset)) break;
    Record head_of = image_.read(block.address, 4);
    head_of.expect("FHDB");
    return image_.read(block.address + (offset - block.offset), bytes);
  }
  fail("an object lies outside its heap", record.position());
}

std::string global_heap_text(const Image& image, std::uint64_t collection, std::uint32_t index, std::uint64_t bytes) {
  const std::size_t l = image.length_bytes();
  Record head = image.read(collection, 8 + l);
  head.expect("GCOL");
  head.skip(4);
  const std::uint64_t total = head.number(l);
  Record objects = image.read(collection, total);
  objects.skip(8 + l);
  while (objects.remaining() >= 8 + l) {
    const auto number = objects.u16();
    objects.skip(6);
    const std::uint64_t size = objects.number(l);
    if (number == 0) break;  // free space
    if (number == index) {
      if (bytes > size) fail("a string is longer than its place in the heap", objects.position());
      return objects.text(bytes);
    }
    if (size > objects.remaining()) break;
    objects.skip(size);
    objects.skip(std::min<std::size_t>((8 - size % 8) % 8, objects.remaining()));
  }
  fail("a string is not in its heap", head.position());
}

}  // namespace trigloop::io::hdf5
