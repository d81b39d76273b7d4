#include "io/root/compress.hpp"

#include <libdeflate.h>
#include <lz4.h>
#include <lz4hc.h>
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::size_t header_bytes = 9;
constexpr std::size_t checksum_bytes = 8;  // of LZ4: xxh64 of the compressed bytes, big-endian
constexpr std::size_t max_block = 0xFFFFFF;

void put_size(std::byte* at, std::size_t n) {
  for (int i = 0; i < 3; ++i) at[i] = static_cast<std::byte>(n >> (8 * i));
}

void put_header(std::byte* at, const char* letters, unsigned char method, std::size_t packed, std::size_t raw) {
  at[0] = static_cast<std::byte>(letters[0]);
  at[1] = static_cast<std::byte>(letters[1]);
  at[2] = static_cast<std::byte>(method);
  put_size(at + 3, packed);
  put_size(at + 6, raw);
}

struct FreeDeflate {
  void operator()(libdeflate_compressor* c) const noexcept { libdeflate_free_compressor(c); }
};
struct FreeZstd {
  void operator()(ZSTD_CCtx* c) const noexcept { ZSTD_freeCCtx(c); }
};

}  // namespace

int compression_setting(Codec codec, int level) noexcept {
  switch (codec) {
    case Codec::zlib:
      return 100 + level;
    case Codec::lz4:
      return 400 + level;
    case Codec::zstd:
      return 500 + level;
    default:
      return 0;
  }
}

struct Compressor::State {
  Codec codec;
  int level;
  std::unique_ptr<libdeflate_compressor, FreeDeflate> deflate;
  std::unique_ptr<ZSTD_CCtx, FreeZstd> zstd;
  std::vector<char> lz4;

  /// Compresses one block behind its header; returns the bytes used, or 0 if they do not fit into `room`.
  std::size_t zlib_block(std::span<const std::byte> raw, std::byte* out, std::size_t room) {
    const std::size_t n =
        libdeflate_zlib_compress(deflate.get(), raw.data(), raw.size(), out + header_bytes, room - header_bytes);
    put_header(out, "ZL", 8, n, raw.size());  // 8: deflate
    return n == 0 ? 0 : n + header_bytes;
  }

  std::size_t zstd_block(std::span<const std::byte> raw, std::byte* out, std::size_t room) {
    // ROOT doubles the level, so that its 1..9 spans more of zstd's 1..19.
    const std::size_t n =
        ZSTD_compressCCtx(zstd.get(), out + header_bytes, room - header_bytes, raw.data(), raw.size(), 2 * level);
    if (ZSTD_isError(n) != 0) return 0;
    put_header(out, "ZS", 1, n, raw.size());
    return n + header_bytes;
  }

  std::size_t lz4_block(std::span<const std::byte> raw, std::byte* out, std::size_t room) {
    std::byte* const body = out + header_bytes + checksum_bytes;
    const auto* source = reinterpret_cast<const char*>(raw.data());
    auto* target = reinterpret_cast<char*>(body);
    const int bytes = static_cast<int>(raw.size());
    const int most = static_cast<int>(std::min<std::size_t>(room - header_bytes - checksum_bytes, LZ4_MAX_INPUT_SIZE));
    const int n = level >= 4 ? LZ4_compress_HC_extStateHC(lz4.data(), source, target, bytes, most, level)
                             : LZ4_compress_fast_extState(lz4.data(), source, target, bytes, most, 1);
    if (n <= 0) return 0;
    const std::size_t packed = static_cast<std::size_t>(n);
    put_header(out, "L4", LZ4_VERSION_MAJOR, packed + checksum_bytes, raw.size());
    XXH64_canonical_t sum;
    XXH64_canonicalFromHash(&sum, XXH64(body, packed, 0));
    std::memcpy(out + header_bytes, &sum, checksum_bytes);
    return packed + header_bytes + checksum_bytes;
  }

  std::size_t block(std::span<const std::byte> raw, std::byte* out, std::size_t room) {
    if (codec == Codec::zlib) return zlib_block(raw, out, room);
    if (codec == Codec::zstd) return zstd_block(raw, out, room);
    return lz4_block(raw, out, room);
  }
};

Compressor::Compressor(Codec codec, int level) : state_(std::make_unique<State>()) {
  if (codec != Codec::none && (level < 1 || level > 9)) {
    throw core::Error(core::ErrorCode::usage, "the compression level is " + std::to_string(level))
        .remedy("Choose a level from 1 (fast) to 9 (small)");
  }
  state_->codec = codec;
  state_->level = level;
  if (codec == Codec::zlib) state_->deflate.reset(libdeflate_alloc_compressor(level));
  if (codec == Codec::zstd) state_->zstd.reset(ZSTD_createCCtx());
  if (codec == Codec::lz4)
    state_->lz4.resize(static_cast<std::size_t>(level >= 4 ? LZ4_sizeofStateHC() : LZ4_sizeofState()));
  if ((codec == Codec::zlib && !state_->deflate) || (codec == Codec::zstd && !state_->zstd)) throw std::bad_alloc();
}

Compressor::~Compressor() = default;
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;

std::size_t Compressor::bound(std::size_t raw_bytes) const noexcept {
  // zstd and libdeflate expand by less than 1/128, lz4 by 1/255; so does a header per block.
  return raw_bytes + raw_bytes / 128 + 512;
}

std::size_t Compressor::operator()(std::span<const std::byte> raw, std::byte* out) {
  if (state_->codec == Codec::none) return 0;
  const std::size_t room = bound(raw.size());
  std::size_t used = 0;
  for (std::size_t at = 0; at < raw.size(); at += max_block) {
    const auto part = raw.subspan(at, std::min(max_block, raw.size() - at));
    const std::size_t n =
        used + header_bytes + checksum_bytes < room ? state_->block(part, out + used, room - used) : 0;
    if (n == 0) return 0;
    used += n;
  }
  return used < raw.size() ? used : 0;
}

}  // namespace trigloop::io::root
