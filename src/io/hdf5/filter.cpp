#include "io/hdf5/filter.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "core/bytes.hpp"

namespace trigloop::io::hdf5 {
namespace {

enum Id : std::uint16_t { deflate = 1, shuffle = 2, checksum = 3 };

using core::Error;
using core::ErrorCode;

[[noreturn]] void fail_chunk(const std::string& reason) {
  throw Error(ErrorCode::damaged, reason).remedy("The file is cut short or corrupted: copy it again from its source");
}

std::string name_of(const Filter& filter) {
  struct Known {
    std::uint16_t id;
    const char* name;
  };
  constexpr Known known[] = {{1, "gzip"},           {2, "shuffle"}, {3, "fletcher32"}, {4, "szip"},      {5, "nbit"},
                             {6, "scaleoffset"},    {307, "bzip2"}, {32000, "lzf"},    {32001, "blosc"}, {32004, "lz4"},
                             {32008, "bitshuffle"}, {32013, "zfp"}, {32015, "zstd"},   {32026, "blosc2"}};
  for (const Known& k : known) {
    if (k.id == filter.id) return k.name;
  }
  return "filter " + std::to_string(filter.id);
}

/// Values of N bytes, gathered by a loop that compilers turn into vector unpacking.
template <class T>
void unshuffle_as(const std::byte* in, std::size_t n, std::byte* out) {
  const auto* planes = reinterpret_cast<const unsigned char*>(in);
  for (std::size_t i = 0; i < n; ++i) {
    T value = 0;
    for (std::size_t j = 0; j < sizeof(T); ++j)
      value = static_cast<T>(value | static_cast<T>(planes[j * n + i]) << (8 * j));
    if constexpr (std::endian::native == std::endian::big) value = core::byte_swapped(value);
    std::memcpy(out + i * sizeof(T), &value, sizeof(T));
  }
}

}  // namespace

void check_filters(const std::vector<Filter>& filters) {
  int deflates = 0;
  for (const Filter& filter : filters) {
    if (filter.id == deflate) ++deflates;
    if (filter.id < deflate || filter.id > checksum) {
      throw Error(ErrorCode::unsupported, "its chunks go through " + name_of(filter) +
                                              ", which is not read (gzip, shuffle and fletcher32 are)");
    }
  }
  if (deflates > 1) throw Error(ErrorCode::unsupported, "its chunks are compressed twice");
}

std::string describe(const std::vector<Filter>& filters) {
  std::string text, codec;
  for (const Filter& filter : filters) {
    std::string& part = filter.id == deflate ? codec : text;
    if (filter.id != deflate) part += "+";
    part += name_of(filter);
    if (filter.id == deflate && !filter.values.empty()) part += "-" + std::to_string(filter.values[0]);
  }
  if (codec.empty()) return text.empty() ? "none" : "none" + text;
  return codec + text;
}

Unfilter::Unfilter(std::vector<Filter> filters, bool verify)
    : filters_(std::move(filters)),
      verify_(verify),
      inflater_(::libdeflate_alloc_decompressor(), &::libdeflate_free_decompressor) {
  if (!inflater_) throw std::bad_alloc();
}

Unfilter::~Unfilter() = default;

void Unfilter::inflate(std::span<const std::byte> in, std::span<std::byte> to) {
  // No place for the actual size: it must be exactly that of `to`.
  const auto result =
      ::libdeflate_zlib_decompress(inflater_.get(), in.data(), in.size(), to.data(), to.size(), nullptr);
  if (result != LIBDEFLATE_SUCCESS) fail_chunk("is no deflate stream of " + std::to_string(to.size()) + " bytes");
}

std::span<const std::byte> Unfilter::drop_checksum(std::span<const std::byte> in) const {
  if (in.size() < 4) fail_chunk("is too short for its checksum");
  const auto values = in.first(in.size() - 4);
  if (verify_) {
    const auto stored = core::load_le<std::uint32_t>(in.data() + values.size()), sum = fletcher32(values);
    // HDF5 before 1.6.3 wrote the sum with the bytes of each half swapped.
    const std::uint32_t old = (sum & 0x00FF00FFu) << 8 | (sum & 0xFF00FF00u) >> 8;
    if (stored != sum && stored != old) fail_chunk("its Fletcher-32 checksum is wrong");
  }
  return values;
}

void Unfilter::operator()(std::span<const std::byte> stored, std::uint32_t mask, std::span<std::byte> out) {
  const auto used = [&](std::size_t i) { return i >= 32 || (mask >> i & 1) == 0; };
  std::size_t last = 0;
  while (last < filters_.size() && !used(last)) ++last;
  std::span<const std::byte> bytes = stored;
  int side = 0;
  // The last step writes where the values are to lie, the others into scratch memory in turn.
  const auto target = [&](std::size_t step, std::size_t size) -> std::span<std::byte> {
    if (step == last && size == out.size()) return out;
    core::ByteBuffer& scratch = scratch_[side];
    side ^= 1;
    scratch.resize_discard(size);
    return scratch.span();
  };
  for (std::size_t i = filters_.size(); i-- > 0;) {
    if (!used(i)) continue;
    if (filters_[i].id == checksum) {
      bytes = drop_checksum(bytes);
      continue;
    }
    std::size_t size = bytes.size();
    if (filters_[i].id == deflate) {
      // Checksums in front of the deflate add four bytes each to what comes out.
      size = out.size();
      for (std::size_t k = 0; k < i; ++k) size += filters_[k].id == checksum && used(k) ? 4 : 0;
    }
    const std::span<std::byte> to = target(i, size);
    if (filters_[i].id == deflate) {
      inflate(bytes, to);
    } else {
      unshuffle(bytes, filters_[i].values.empty() ? 1 : filters_[i].values[0], to);
    }
    bytes = to;
  }
  if (bytes.size() != out.size()) {
    fail_chunk("holds " + std::to_string(bytes.size()) + " bytes instead of " + std::to_string(out.size()));
  }
  if (bytes.data() != out.data()) std::memcpy(out.data(), bytes.data(), out.size());
}

void unshuffle(std::span<const std::byte> in, std::size_t value_bytes, std::span<std::byte> out) {
  if (value_bytes < 2 || in.size() < value_bytes) {
    if (!in.empty()) std::memcpy(out.data(), in.data(), in.size());
    return;
  }
  const std::size_t n = in.size() / value_bytes;
  if (value_bytes == 2) {
    unshuffle_as<std::uint16_t>(in.data(), n, out.data());
  } else if (value_bytes == 4) {
    unshuffle_as<std::uint32_t>(in.data(), n, out.data());
  } else if (value_bytes == 8) {
    unshuffle_as<std::uint64_t>(in.data(), n, out.data());
  } else {
    for (std::size_t j = 0; j < value_bytes; ++j) {
      for (std::size_t i = 0; i < n; ++i) out[i * value_bytes + j] = in[j * n + i];
    }
  }
  // What fills no value stands at the end, as it was.
  const std::size_t whole = n * value_bytes;
  if (whole < in.size()) std::memcpy(out.data() + whole, in.data() + whole, in.size() - whole);
}

std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  const auto fold = [](std::uint32_t sum) { return (sum & 0xFFFF) + (sum >> 16); };
  std::uint32_t low = 0, high = 0;
  std::size_t words = bytes.size() / 2, at = 0;
  while (words > 0) {
    // After 360 words the sums may overflow if they are not folded.
    const std::size_t block = std::min<std::size_t>(words, 360);
    for (std::size_t i = 0; i < block; ++i, at += 2) {
      low += std::to_integer<std::uint32_t>(bytes[at]) << 8 | std::to_integer<std::uint32_t>(bytes[at + 1]);
      high += low;
    }
    low = fold(low);
    high = fold(high);
    words -= block;
  }
  if (bytes.size() % 2 == 1) {
    low += std::to_integer<std::uint32_t>(bytes[at]) << 8;
    high += low;
    low = fold(low);
    high = fold(high);
  }
  return fold(high) << 16 | fold(low);
}

}  // namespace trigloop::io::hdf5
