#include "io/root/decompress.hpp"

#include <libdeflate.h>
#include <lz4.h>
#include <xxhash.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <string_view>
#include <vector>

#include "core/buffer.hpp"
#include "core/bytes.hpp"
#include "core/error.hpp"
#include "io/root/damaged.hpp"
#include "io/root/inflate.hpp"
#include "io/root/xz.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::size_t header_bytes = 9, zlib_header = 2, checksum_bytes = 4;

/// Sizes that a block header declares.
struct BlockSizes {
  std::size_t compressed, uncompressed;
};

std::size_t load_le24(const std::byte* at) {
  return std::to_integer<std::size_t>(at[0]) | std::to_integer<std::size_t>(at[1]) << 8 |
         std::to_integer<std::size_t>(at[2]) << 16;
}

BlockSizes sizes_of(std::span<const std::byte> stored) {
  if (stored.size() < header_bytes) throw damaged("the header of a compressed block is cut short");
  const BlockSizes sizes{load_le24(&stored[3]), load_le24(&stored[6])};
  if (sizes.compressed > stored.size() - header_bytes) {
    throw damaged("a compressed block of " + std::to_string(sizes.compressed) + " bytes does not fit in the " +
                  std::to_string(stored.size() - header_bytes) + " that are left");
  }
  return sizes;
}

std::string_view letters_of(std::span<const std::byte> header) {
  return {reinterpret_cast<const char*>(header.data()), 2};
}

void expect_size(std::string_view codec, std::size_t got, std::size_t declared) {
  if (got != declared) {
    throw damaged(std::string(codec) + " gave " + std::to_string(got) + " bytes where the block declares " +
                  std::to_string(declared));
  }
}

/// The longest match of deflate; and how far libdeflate's word-wise copies may overshoot what it has decoded.
constexpr std::size_t longest_match = 258, overshoot = 64;

}  // namespace

struct Decompressor::Codecs {
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> deflate{libdeflate_alloc_decompressor(),
                                                                                       libdeflate_free_decompressor};
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> zstd{ZSTD_createDCtx(), ZSTD_freeDCtx};
  Lzma2Decoder lzma2;
  core::ByteBuffer room;  ///< of zstandard_prefix
  std::optional<Inflater> inflater;
  std::vector<Inflater::Job> inflations;
  std::vector<Prefix*> inflating;

  void zlib(std::span<const std::byte> in, std::span<std::byte> out) {
    std::size_t got = 0;
    const auto result = libdeflate_zlib_decompress(deflate.get(), in.data(), in.size(), out.data(), out.size(), &got);
    if (result != LIBDEFLATE_SUCCESS) throw damaged("the bytes of a ZLIB block are corrupted");
    expect_size("ZLIB", got, out.size());
  }

  void raw_deflate(std::span<const std::byte> in, std::span<std::byte> out) {
    std::size_t got = 0;
    const auto result =
        libdeflate_deflate_decompress(deflate.get(), in.data(), in.size(), out.data(), out.size(), &got);
    if (result != LIBDEFLATE_SUCCESS) throw damaged("the bytes of an old ZLIB block are corrupted");
    expect_size("old ZLIB", got, out.size());
  }

  /// Decodes until at least `wanted` bytes are there, if it can be proved that they are; false otherwise.
  ///
  /// libdeflate stops with INSUFFICIENT_SPACE when the next match does not fit, which is at most 257 bytes before the
  /// limit. A stored (incompressible) run that does not fit also stops it, anywhere before the limit. A mark behind
  /// the wanted bytes tells the two apart: it is only overwritten when decoding got there.
  bool zlib_prefix(std::span<const std::byte> in, std::span<std::byte> out, std::size_t wanted) {
    const std::size_t mark_at = wanted + overshoot, limit = mark_at + sizeof(std::uint64_t) + longest_match;
    if (limit >= out.size() || in.size() <= zlib_header) return false;
    const std::uint64_t mark = 0x9E3779B97F4A7C15u ^ reinterpret_cast<std::uintptr_t>(in.data());
    std::memcpy(out.data() + mark_at, &mark, sizeof mark);
    std::size_t got = 0;
    const auto result = libdeflate_deflate_decompress(deflate.get(), in.data() + zlib_header, in.size() - zlib_header,
                                                      out.data(), limit, &got);
    std::uint64_t found;
    std::memcpy(&found, out.data() + mark_at, sizeof found);
    return result == LIBDEFLATE_INSUFFICIENT_SPACE && found != mark;
  }

  void lz4(std::span<const std::byte> in, std::span<std::byte> out, bool verify) {
    constexpr std::size_t checksum = 8;
    if (in.size() < checksum) throw damaged("an LZ4 block is too short for its checksum");
    const auto payload = in.subspan(checksum);
    if (verify && XXH64(payload.data(), payload.size(), 0) != core::load_be<std::uint64_t>(in.data())) {
      throw damaged("the checksum of an LZ4 block does not fit its bytes");
    }
    const auto* source = reinterpret_cast<const char*>(payload.data());
    auto* target = reinterpret_cast<char*>(out.data());
    const int size = static_cast<int>(payload.size()), capacity = static_cast<int>(out.size());
    // Always whole: LZ4_decompress_safe_partial leaves out the fast copies and is five times slower.
    const int got = LZ4_decompress_safe(source, target, size, capacity);
    if (got < 0) throw damaged("the bytes of an LZ4 block are corrupted");
    expect_size("LZ4", static_cast<std::size_t>(got), out.size());
  }

  void zstandard(std::span<const std::byte> in, std::span<std::byte> out) {
    const std::size_t got = ZSTD_decompressDCtx(zstd.get(), out.data(), out.size(), in.data(), in.size());
    if (ZSTD_isError(got))
      throw damaged(std::string("the bytes of a ZSTD block are corrupted (") + ZSTD_getErrorName(got) + ")");
    expect_size("ZSTD", got, out.size());
  }

  bool zstandard_beginning(std::span<const std::byte> in, std::span<std::byte> out) {
    return zstandard_prefix(in, out) || zstandard_stream(in, out);
  }

  /// From this size of the room on, zstd may keep literals in the room itself, where they look like output.
  static constexpr std::size_t literals_aside = 64u << 10;

  /// A stream decodes blocks of 128 kB whole. Into less room, zstd decodes the literals of the first block, then copies
  /// sequence by sequence until one does not fit: with a mark behind the `wanted` bytes, as in zlib_prefix, that is
  /// proof of what stands before it. The room must hold as many bytes as there are literals, or nothing is decoded,
  /// which is soon told.
  bool zstandard_into(std::span<std::byte> little_room, std::span<const std::byte> in, std::size_t wanted) {
    const std::size_t mark_at = wanted + overshoot;
    if (mark_at + sizeof(std::uint64_t) > little_room.size() || little_room.size() > literals_aside) return false;
    const std::uint64_t mark = 0x9E3779B97F4A7C15u ^ reinterpret_cast<std::uintptr_t>(in.data());
    std::memcpy(little_room.data() + mark_at, &mark, sizeof mark);
    const std::size_t got =
        ZSTD_decompressDCtx(zstd.get(), little_room.data(), little_room.size(), in.data(), in.size());
    std::uint64_t found;
    std::memcpy(&found, little_room.data() + mark_at, sizeof found);
    return ZSTD_getErrorCode(got) == ZSTD_error_dstSize_tooSmall && found != mark;
  }

  bool zstandard_prefix(std::span<const std::byte> in, std::span<std::byte> out) {
    constexpr std::size_t least_room = 1u << 10;
    for (std::size_t size = std::max(least_room, out.size() + out.size() / 8); size <= literals_aside;
         size += size / 4) {
      room.resize_discard(size);
      if (!zstandard_into(room.span(), in, out.size())) continue;
      std::memcpy(out.data(), room.data(), out.size());
      return true;
    }
    return false;
  }

  bool zstandard_stream(std::span<const std::byte> in, std::span<std::byte> out) {
    ZSTD_DCtx_reset(zstd.get(), ZSTD_reset_session_only);
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    while (to.pos < to.size) {
      const std::size_t left = ZSTD_decompressStream(zstd.get(), &to, &from);
      if (ZSTD_isError(left) || (from.pos == from.size && to.pos < to.size)) break;
    }
    ZSTD_DCtx_reset(zstd.get(), ZSTD_reset_session_only);
    return to.pos == to.size;
  }
};

Decompressor::Decompressor(bool verify) : codecs_(std::make_unique<Codecs>()), verify_(verify) {
  if (!codecs_->deflate || !codecs_->zstd) throw std::bad_alloc();
}
Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;

void Decompressor::block(std::span<const std::byte> header, std::span<const std::byte> payload,
                         std::span<std::byte> out, std::size_t wanted) {
  const std::string_view letters = letters_of(header);
  if (letters == "ZL") {
    if (verify_ || wanted == out.size() || !codecs_->zlib_prefix(payload, out, wanted)) codecs_->zlib(payload, out);
  } else if (letters == "ZS") {
    codecs_->zstandard(payload, out);
  } else if (letters == "L4") {
    codecs_->lz4(payload, out, verify_);
  } else if (letters == "XZ") {
    decode_xz(payload, out, codecs_->lzma2);
  } else if (letters == "CS") {
    codecs_->raw_deflate(payload, out);
  } else {
    throw core::Error(core::ErrorCode::unsupported, "unknown compression algorithm '" + core::escaped(letters) + "'")
        .remedy("If ROOT reads this file, write it anew with hadd -ff; otherwise it is corrupted");
  }
}

void Decompressor::run(std::span<const std::byte> stored, std::span<std::byte> out, std::size_t wanted) {
  wanted = std::min(wanted, out.size());
  std::size_t done = 0;
  while (done < wanted) {
    const BlockSizes sizes = sizes_of(stored);
    if (sizes.uncompressed > out.size() - done || sizes.uncompressed == 0) {
      throw damaged("a block declares " + std::to_string(sizes.uncompressed) + " uncompressed bytes where " +
                    std::to_string(out.size() - done) + " are expected");
    }
    const std::size_t part = std::min(sizes.uncompressed, wanted - done);
    block(stored, stored.subspan(header_bytes, sizes.compressed), out.subspan(done, sizes.uncompressed), part);
    done += sizes.uncompressed;
    stored = stored.subspan(header_bytes + sizes.compressed);
  }
}

namespace {

/// The zlib stream of a block that fills `stored` and makes `bytes` of it; nothing, if it is none.
std::span<const std::byte> whole_zlib(std::span<const std::byte> stored, std::size_t bytes) {
  if (stored.size() < header_bytes + zlib_header + checksum_bytes || letters_of(stored) != "ZL") return {};
  const BlockSizes sizes = sizes_of(stored);
  if (sizes.uncompressed != bytes || sizes.compressed != stored.size() - header_bytes) return {};
  return stored.subspan(header_bytes);
}

std::uint32_t checksum_of(std::span<const std::byte> zlib) {
  return core::load_be<std::uint32_t>(zlib.last(checksum_bytes).data());
}

/// Deflate with a window of at most 32 kB and no dictionary.
bool is_zlib_header(std::span<const std::byte> zlib) {
  const auto header = core::load_be<std::uint16_t>(zlib.data());
  constexpr unsigned method = 0x0F00, deflate = 0x0800, largest_window = 0x7FFF, dictionary = 0x20;
  return header % 31 == 0 && (header & method) == deflate && header <= largest_window && (header & dictionary) == 0;
}

Inflater::Job job_of(const Decompressor::Prefix& one) {
  auto stream = whole_zlib(one.stored, one.out.size());
  if (stream.empty()) return {};  // is not done
  const bool whole = one.wanted == one.out.size();
  if (whole && !is_zlib_header(stream)) return {};
  stream = stream.subspan(zlib_header);
  if (whole) stream = stream.first(stream.size() - checksum_bytes);
  return {stream, {one.out.data(), one.out.size() + one.slack}, one.wanted, whole};
}

/// The checksum that `one` asks for after its job; nothing if it is a whole one that has another.
std::optional<std::uint32_t> answer(const Decompressor::Prefix& one, const Inflater::Job& job) {
  const std::uint32_t checksum = checksum_of(one.stored);
  if (job.whole && adler32(1, one.out) != checksum) return {};
  return checksum;
}

}  // namespace

std::optional<std::uint32_t> Decompressor::prefix(std::span<const std::byte> stored, std::span<std::byte> out,
                                                  std::size_t wanted) {
  const auto payload = whole_zlib(stored, out.size());
  if (payload.empty() || !codecs_->zlib_prefix(payload, out, wanted)) return {};
  return checksum_of(payload);
}

void Decompressor::prefixes(std::span<Prefix> all) {
  auto& jobs = codecs_->inflations;
  auto& order = codecs_->inflating;
  jobs.clear();
  order.clear();
  for (Prefix& one : all) order.push_back(&one);
  if (all.size() > 1 && Inflater::usable()) {
    // The longest first: the last ones then end at about the same time.
    std::ranges::sort(order, std::greater{}, [](const Prefix* one) { return one->stored.size(); });
    for (const Prefix* one : order) jobs.push_back(job_of(*one));
    if (!codecs_->inflater) codecs_->inflater.emplace();
    codecs_->inflater->run(jobs);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    Prefix& one = *order[i];
    const bool done = !jobs.empty() && jobs[i].done;
    one.checksum = done ? answer(one, jobs[i]) : prefix(one.stored, one.out, one.wanted);
  }
}

bool Decompressor::part(std::span<const std::byte> stored, std::span<std::byte> out, std::size_t wanted) {
  constexpr std::size_t descriptor = 4;  // behind the frame's magic number
  constexpr std::byte has_checksum{4};
  if (stored.size() <= header_bytes + descriptor || letters_of(stored) != "ZS") return false;
  const BlockSizes sizes = sizes_of(stored);
  if (sizes.uncompressed != out.size() || sizes.compressed != stored.size() - header_bytes) return false;
  const auto payload = stored.subspan(header_bytes);
  if ((payload[descriptor] & has_checksum) != std::byte{0} || wanted >= out.size()) return false;
  const std::size_t little_room = wanted + 4 * overshoot;
  return little_room < out.size() && codecs_->zstandard_into(out.first(little_room), payload, wanted);
}

bool Decompressor::beginning(std::span<const std::byte> stored, std::span<std::byte> out) {
  if (stored.size() < header_bytes) return false;
  const BlockSizes sizes = sizes_of(stored);
  if (sizes.uncompressed < out.size()) return false;
  const auto payload = stored.subspan(header_bytes, sizes.compressed);
  if (letters_of(stored) == "ZS") return codecs_->zstandard_beginning(payload, out);
  return letters_of(stored) == "XZ" && decode_xz_beginning(payload, out, codecs_->lzma2);
}

std::uint32_t adler32(std::uint32_t sum, std::span<const std::byte> bytes) noexcept {
  return libdeflate_adler32(sum, bytes.data(), bytes.size());
}

std::uint64_t declared_bytes(std::span<const std::byte> stored) {
  std::uint64_t total = 0;
  while (!stored.empty()) {
    const BlockSizes sizes = sizes_of(stored);
    total += sizes.uncompressed;
    stored = stored.subspan(header_bytes + sizes.compressed);
  }
  return total;
}

std::string algorithm_of(std::span<const std::byte> stored) {
  if (stored.size() < header_bytes) return "";
  const std::string_view letters = letters_of(stored);
  if (letters == "ZL" || letters == "CS") return "ZLIB";
  if (letters == "ZS") return "ZSTD";
  if (letters == "L4") return "LZ4";
  if (letters == "XZ") return "LZMA";
  return "";
}

std::string describe_compression(std::int64_t setting) {
  if (setting < 0 || setting > 999 || setting % 100 == 0) return "none";
  // Algorithm 0 is "the default of its time" and 3 an abandoned variant: both store ZLIB blocks.
  static constexpr std::array<const char*, 6> names = {"ZLIB", "ZLIB", "LZMA", "ZLIB", "LZ4", "ZSTD"};
  const auto algorithm = static_cast<std::size_t>(setting / 100);
  if (algorithm >= names.size()) return "algorithm " + std::to_string(algorithm);
  return std::string(names[algorithm]) + "-" + std::to_string(setting % 100);
}

}  // namespace trigloop::io::root
