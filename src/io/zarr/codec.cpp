#include "io/zarr/codec.hpp"

#include <blosc.h>
#include <libdeflate.h>
#include <lz4.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <memory>
#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"

namespace trigloop::io::zarr {
namespace {

using core::Error;
using core::ErrorCode;
using Kind = Compressor::Kind;

[[noreturn]] void fail_damaged(const std::string& reason) {
  throw Error(ErrorCode::damaged, reason).remedy("The chunk is cut short or corrupted: copy it again from its source");
}

void check_size(std::uint64_t claimed, std::uint64_t wanted) {
  if (claimed == wanted) return;
  fail_damaged("claims to hold " + std::to_string(claimed) + " bytes, its array's chunks have " +
               std::to_string(wanted));
}

void decode_blosc(std::span<const std::byte> stored, std::span<std::byte> out) {
  if (stored.size() < BLOSC_MIN_HEADER_LENGTH) fail_damaged("is too short for a Blosc header");
  // Header: version, codec version, flags, type size, then three 32-bit sizes: raw, block, compressed.
  check_size(core::load_le<std::uint32_t>(stored.data() + 4), out.size());
  const auto packed = core::load_le<std::uint32_t>(stored.data() + 12);
  if (packed != stored.size()) {
    fail_damaged("its Blosc header claims " + std::to_string(packed) + " compressed bytes, the file has " +
                 std::to_string(stored.size()));
  }
  std::size_t raw = 0;
  if (::blosc_cbuffer_validate(stored.data(), stored.size(), &raw) != 0 || raw != out.size()) {
    fail_damaged("has a Blosc header that contradicts itself");
  }
  const int got = ::blosc_decompress_ctx(stored.data(), out.data(), out.size(), 1);
  if (got < 0 || static_cast<std::size_t>(got) != out.size()) fail_damaged("is no valid Blosc stream");
}

void decode_zstd(std::span<const std::byte> stored, std::span<std::byte> out) {
  const auto claimed = ::ZSTD_getFrameContentSize(stored.data(), stored.size());
  if (claimed == ZSTD_CONTENTSIZE_ERROR) fail_damaged("is no zstd frame");
  if (claimed != ZSTD_CONTENTSIZE_UNKNOWN) check_size(claimed, out.size());
  const std::size_t got = ::ZSTD_decompress(out.data(), out.size(), stored.data(), stored.size());
  if (::ZSTD_isError(got) != 0) fail_damaged(std::string("is no valid zstd frame: ") + ::ZSTD_getErrorName(got));
  check_size(got, out.size());
}

void decode_lz4(std::span<const std::byte> stored, std::span<std::byte> out) {
  // numcodecs' framing: the raw size in four bytes, then one LZ4 block.
  if (stored.size() < 4) fail_damaged("is too short for an LZ4 block");
  check_size(core::load_le<std::uint32_t>(stored.data()), out.size());
  if (stored.size() > INT_MAX || out.size() > INT_MAX) fail_damaged("is larger than an LZ4 block can be");
  const int got =
      ::LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data()) + 4, reinterpret_cast<char*>(out.data()),
                            static_cast<int>(stored.size() - 4), static_cast<int>(out.size()));
  if (got < 0 || static_cast<std::size_t>(got) != out.size()) fail_damaged("is no valid LZ4 block");
}

using Decompressor = std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)>;
using Deflater = std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)>;

void decode_deflate(bool gzip, std::span<const std::byte> stored, std::span<std::byte> out) {
  const Decompressor d(::libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
  if (!d) throw std::bad_alloc();
  const auto decompress = gzip ? &libdeflate_gzip_decompress : &libdeflate_zlib_decompress;
  // No place to put the actual size means that it must be exactly out.size().
  const auto result = decompress(d.get(), stored.data(), stored.size(), out.data(), out.size(), nullptr);
  if (result != LIBDEFLATE_SUCCESS) fail_damaged(gzip ? "is no valid gzip stream" : "is no valid zlib stream");
}

std::size_t encode_deflate(const Compressor& c, std::span<const std::byte> raw, core::ByteBuffer& out) {
  const Deflater d(::libdeflate_alloc_compressor(std::clamp(c.level, 0, 9)), &libdeflate_free_compressor);
  if (!d) throw std::bad_alloc();
  const bool gzip = c.kind == Kind::gzip;
  const auto bound = gzip ? &libdeflate_gzip_compress_bound : &libdeflate_zlib_compress_bound;
  const auto compress = gzip ? &libdeflate_gzip_compress : &libdeflate_zlib_compress;
  out.resize_discard(bound(d.get(), raw.size()));
  return compress(d.get(), raw.data(), raw.size(), out.data(), out.size());
}

int shuffle_of(const Compressor& c, std::size_t typesize) {
  if (c.shuffle >= 0) return c.shuffle;
  return typesize == 1 ? BLOSC_BITSHUFFLE : BLOSC_SHUFFLE;
}

std::size_t encode_blosc(const Compressor& c, std::size_t typesize, std::span<const std::byte> raw,
                         core::ByteBuffer& out) {
  if (raw.size() > BLOSC_MAX_BUFFERSIZE) throw Error(ErrorCode::limit, "a Blosc chunk holds at most 2 GB");
  out.resize_discard(raw.size() + BLOSC_MAX_OVERHEAD);
  const int got = ::blosc_compress_ctx(c.level, shuffle_of(c, typesize), typesize, raw.size(), raw.data(), out.data(),
                                       out.size(), c.cname.c_str(), c.blocksize, 1);
  if (got <= 0) throw Error(ErrorCode::internal, "Blosc cannot compress a chunk");
  return static_cast<std::size_t>(got);
}

std::size_t encode_lz4(const Compressor& c, std::span<const std::byte> raw, core::ByteBuffer& out) {
  if (raw.size() > LZ4_MAX_INPUT_SIZE) throw Error(ErrorCode::limit, "an LZ4 chunk holds at most 2 GB");
  const int n = static_cast<int>(raw.size()), bound = ::LZ4_compressBound(n);
  out.resize_discard(static_cast<std::size_t>(bound) + 4);
  for (int i = 0; i < 4; ++i) out[static_cast<std::size_t>(i)] = static_cast<std::byte>(raw.size() >> (8 * i));
  const int got = ::LZ4_compress_fast(reinterpret_cast<const char*>(raw.data()),
                                      reinterpret_cast<char*>(out.data()) + 4, n, bound, c.level);
  return static_cast<std::size_t>(got) + 4;
}

std::size_t encode_zstd(const Compressor& c, std::span<const std::byte> raw, core::ByteBuffer& out) {
  out.resize_discard(::ZSTD_compressBound(raw.size()));
  const std::size_t got = ::ZSTD_compress(out.data(), out.size(), raw.data(), raw.size(), c.level);
  if (::ZSTD_isError(got) != 0) throw Error(ErrorCode::internal, "zstd cannot compress a chunk");
  return got;
}

constexpr std::string_view kind_names[] = {"none", "blosc", "zstd", "zlib", "gzip", "lz4"};

}  // namespace

std::string Compressor::name() const {
  std::string text(kind_names[static_cast<std::size_t>(kind)]);
  if (kind == Kind::none) return text;
  if (kind == Kind::blosc) text.append("-").append(cname);
  return text + "-" + std::to_string(level);
}

void check(const Compressor& c) {
  const auto fail = [&](const std::string& reason) { throw Error(ErrorCode::unsupported, c.name() + ": " + reason); };
  if (c.kind == Kind::blosc) {
    if (::blosc_compname_to_compcode(c.cname.c_str()) < 0) fail("this build's Blosc lacks the compressor");
    if (c.level < 0 || c.level > 9 || c.shuffle < -1 || c.shuffle > 2) fail("has settings that Blosc does not have");
  } else if ((c.kind == Kind::zlib || c.kind == Kind::gzip) && (c.level < -1 || c.level > 9)) {
    fail("levels go from 0 to 9");
  }
}

void Codec::decode(std::span<const std::byte> stored, std::span<std::byte> out) const {
  switch (compressor_.kind) {
    case Kind::none:
      check_size(stored.size(), out.size());
      std::memcpy(out.data(), stored.data(), out.size());
      return;
    case Kind::blosc:
      return decode_blosc(stored, out);
    case Kind::zstd:
      return decode_zstd(stored, out);
    case Kind::lz4:
      return decode_lz4(stored, out);
    default:
      return decode_deflate(compressor_.kind == Kind::gzip, stored, out);
  }
}

std::span<const std::byte> Codec::encode(std::span<const std::byte> raw, std::size_t typesize) {
  std::size_t bytes = 0;
  switch (compressor_.kind) {
    case Kind::none:
      return raw;
    case Kind::blosc:
      bytes = encode_blosc(compressor_, typesize, raw, packed_);
      break;
    case Kind::zstd:
      bytes = encode_zstd(compressor_, raw, packed_);
      break;
    case Kind::lz4:
      bytes = encode_lz4(compressor_, raw, packed_);
      break;
    default:
      bytes = encode_deflate(compressor_, raw, packed_);
  }
  return packed_.span().first(bytes);
}

}  // namespace trigloop::io::zarr
