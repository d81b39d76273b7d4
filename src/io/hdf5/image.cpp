#include "io/hdf5/image.hpp"

#include <bit>
#include <cstring>

namespace trigloop::io::hdf5 {
namespace {

constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
constexpr std::uint64_t max_record_bytes = 64u << 20;

Record read_at(const core::InputFile& file, std::uint64_t offset, std::uint64_t bytes) {
  std::vector<std::byte> buffer(bytes);
  file.read(offset, buffer);
  return {std::move(buffer), offset};
}

struct Mix {
  std::uint32_t a, b, c;

  static std::uint32_t rotate(std::uint32_t x, int k) { return std::rotl(x, k); }
  void step() {
    a = (a - c) ^ rotate(c, 4), c += b;
    b = (b - a) ^ rotate(a, 6), a += c;
    c = (c - b) ^ rotate(b, 8), b += a;
    a = (a - c) ^ rotate(c, 16), c += b;
    b = (b - a) ^ rotate(a, 19), a += c;
    c = (c - b) ^ rotate(b, 4), b += a;
  }
  void finish() {
    c = (c ^ b) - rotate(b, 14);
    a = (a ^ c) - rotate(c, 11);
    b = (b ^ a) - rotate(a, 25);
    c = (c ^ b) - rotate(b, 16);
    a = (a ^ c) - rotate(c, 4);
    b = (b ^ a) - rotate(a, 14);
    c = (c ^ b) - rotate(b, 24);
  }
  void add(std::span<const std::byte> upto12) {
    std::byte padded[12] = {};
    std::memcpy(padded, upto12.data(), upto12.size());
    std::uint32_t words[3];
    for (int w = 0; w < 3; ++w) {
      words[w] = 0;
      for (int i = 3; i >= 0; --i) words[w] = words[w] << 8 | std::to_integer<std::uint32_t>(padded[4 * w + i]);
    }
    a += words[0], b += words[1], c += words[2];
  }
};

}  // namespace

std::uint32_t lookup3(std::span<const std::byte> bytes) {
  const std::uint32_t start = 0xDEADBEEFu + static_cast<std::uint32_t>(bytes.size());
  Mix mix{start, start, start};
  if (bytes.empty()) return mix.c;
  while (bytes.size() > 12) {
    mix.add(bytes.first(12));
    mix.step();
    bytes = bytes.subspan(12);
  }
  mix.add(bytes);
  mix.finish();
  return mix.c;
}

std::optional<std::uint64_t> find_signature(const core::InputFile& file) {
  for (std::uint64_t at = 0; at <= file.size() && file.size() - at >= signature.size(); at = at == 0 ? 512 : at * 2) {
    if (read_at(file, at, signature.size()).text(signature.size()) == signature) return at;
  }
  return std::nullopt;
}

Image::Image(std::shared_ptr<const core::InputFile> file) : file_(std::move(file)) {
  budget_ = 16 * file_->size() + (1u << 20);
  const auto at = find_signature(*file_);
  if (!at) fail("has no HDF5 signature", 0);
  // The longest superblock (version 1) takes 100 bytes.
  Record record = read_at(*file_, *at, std::min<std::uint64_t>(file_->size() - *at, 128));
  record.skip(signature.size());
  version_ = record.u8();
  if (version_ > 3) {
    throw core::Error(core::ErrorCode::unsupported,
                      "HDF5 superblock version " + std::to_string(version_) + " is not known (0 to 3 are)")
        .offset(*at + 8);
  }
  base_ = *at;
  version_ < 2 ? parse_old(record) : parse_new(record, *at);
}

void Image::set_sizes(std::uint64_t address_bytes, std::uint64_t length_bytes) {
  const auto good = [](std::uint64_t n) { return n == 2 || n == 4 || n == 8; };
  if (!good(address_bytes) || !good(length_bytes)) fail("has addresses of an odd size", base_ + 8);
  address_bytes_ = address_bytes;
  length_bytes_ = length_bytes;
}

void Image::check_end(std::uint64_t end) {
  if (end == undefined || end > file_->size() || end < base_) {
    fail("its superblock says that it ends at byte " + std::to_string(end) + ", but it has " +
             std::to_string(file_->size()),
         base_);
  }
}

void Image::parse_old(Record& record) {
  record.skip(4);  // versions of free space and root group, reserved, version of shared headers
  const auto address_bytes = record.u8();
  set_sizes(address_bytes, record.u8());
  record.skip(1 + 2 + 2 + 4);  // reserved, ranks of the group trees, consistency flags
  if (version_ == 1) record.skip(4);
  const std::uint64_t base = record.address(address_bytes_);
  record.address(address_bytes_);  // free space
  const std::uint64_t end = record.address(address_bytes_);
  record.address(address_bytes_);  // driver information
  record.number(address_bytes_);   // the root's name
  root_ = record.address(address_bytes_);
  if (base != base_ && base != 0) fail("its base address is not where its superblock is", base_);
  if (base == 0) base_ = 0;
  check_end(end);
}

void Image::parse_new(Record& record, std::uint64_t at) {
  const auto address_bytes = record.u8();
  set_sizes(address_bytes, record.u8());
  const auto flags = record.u8();
  const std::uint64_t base = record.address(address_bytes_);
  record.address(address_bytes_);  // extension
  const std::uint64_t end = record.address(address_bytes_);
  root_ = record.address(address_bytes_);
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  const std::size_t covered = record.at();
  if (record.u32() != lookup3(record.bytes().first(covered))) fail("the checksum of its superblock is wrong", at);
#endif
  if (base != base_ && base != 0) fail("its base address is not where its superblock is", base_);
  if (base == 0) base_ = 0;
  if (version_ == 3 && (flags & 1) != 0) {
    throw core::Error(core::ErrorCode::damaged, "is still open for writing, or its writer was stopped")
        .offset(at + 11)
        .remedy("Wait until its writer has closed it, or run h5clear -s on it");
  }
  check_end(end);
}

std::uint64_t Image::offset_of(std::uint64_t address, std::uint64_t bytes) const {
  const std::uint64_t room = file_->size() - base_;
  if (address == undefined || address > room || bytes > room - address) {
    fail(std::to_string(bytes) + " bytes at address " + std::to_string(address) + " leave the file",
         address > room ? file_->size() : base_ + address);
  }
  return base_ + address;
}

Record Image::read(std::uint64_t address, std::uint64_t bytes) const {
  const std::uint64_t offset = offset_of(address, bytes);
  if (bytes > max_record_bytes || bytes > budget_) {
    throw core::Error(core::ErrorCode::limit, "its metadata is larger than any sound file of its size has")
        .offset(offset);
  }
  budget_ -= bytes;
  return read_at(*file_, offset, bytes);
}

Record Image::read_checked(std::uint64_t address, std::uint64_t bytes) const {
  if (bytes < 4) fail("a record is too short for its checksum", base_ + address);
  Record record = read(address, bytes);
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION  // a fuzzer would never get past a checksum
  Record sum = record;
  sum.skip(bytes - 4);
  if (sum.u32() != lookup3(record.bytes().first(bytes - 4))) {
    fail("the checksum of a metadata record is wrong", record.position());
  }
#endif
  return record;
}

}  // namespace trigloop::io::hdf5
