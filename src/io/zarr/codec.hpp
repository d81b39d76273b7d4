#pragma once
// The compressors of Zarr v2, as numcodecs names and frames them.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/buffer.hpp"

namespace trigloop::io::zarr {

/// A compressor and its settings; each field as in numcodecs' configuration. The default is zarr-python's.
struct Compressor {
  enum class Kind : std::uint8_t { none, blosc, zstd, zlib, gzip, lz4 };
  Kind kind = Kind::blosc;
  std::string cname =
      "lz4";        ///< blosc: "blosclz", "lz4", "lz4hc", "zlib", "zstd"; "snappy" only where the library has it
  int level = 5;    ///< blosc 0-9, zstd 1-22, zlib and gzip 0-9; lz4: its acceleration
  int shuffle = 1;  ///< blosc: 0 none, 1 bytes, 2 bits, -1 bits for one-byte types and bytes for others
  std::uint64_t blocksize = 0;  ///< blosc: 0 lets it choose

  /// "blosc-lz4-5", "zstd-3", "none".
  std::string name() const;
};

/// Throws usage or unsupported, if a setting is out of range or this build's Blosc lacks the compressor.
void check(const Compressor& compressor);

/// Compresses and decompresses chunks; keeps its output buffer, so one per thread. No global state of Blosc is used.
class Codec {
 public:
  explicit Codec(const Compressor& compressor) : compressor_(compressor) {}

  /// Fills `out` exactly from a stored chunk; sizes in the stream's headers are compared with out.size() first.
  /// Error: damaged.
  void decode(std::span<const std::byte> stored, std::span<std::byte> out) const;

  /// The compressed form of `raw`, values of `typesize` bytes; valid until the next call.
  std::span<const std::byte> encode(std::span<const std::byte> raw, std::size_t typesize);

 private:
  Compressor compressor_;
  core::ByteBuffer packed_;
};

}  // namespace trigloop::io::zarr
