#pragma once
// ROOT's compressed blocks.
//
// An object or basket is stored as consecutive blocks of at most 16 MiB - 1 uncompressed bytes each, with a 9-byte
// header: two letters for the algorithm, one byte for its method, and the compressed and uncompressed sizes as 3-byte
// little-endian numbers.
//
//   ZL  zlib stream (RFC 1950), checked by its adler32       CS  raw deflate stream of ROOT before 2002, unchecked
//   XZ  xz container, checked by its CRC                      L4  8-byte big-endian xxh64 of the payload, then LZ4
//   ZS  zstd frame, unchecked unless its writer asked for it
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace trigloop::io::root {

/// Decompresses blocks; keeps the codecs' states between calls. Each thread has one of its own.
class Decompressor {
 public:
  /// `verify`: check the checksums of ZL and L4 blocks. Without it, `run` may stop as soon as it has what is wanted.
  explicit Decompressor(bool verify = true);
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;

  /// Decompresses `stored` so that out[0, wanted) holds the first `wanted` of the `out.size()` uncompressed bytes that
  /// are declared; the bytes behind may hold anything. Errors: damaged, if sizes or checksums do not fit; unsupported,
  /// if the algorithm is unknown. Throws before it writes past `out`.
  void run(std::span<const std::byte> stored, std::span<std::byte> out, std::size_t wanted);
  void run(std::span<const std::byte> stored, std::span<std::byte> out) { run(stored, out, out.size()); }

  /// Decompresses the first out.size() of the bytes that `stored` holds, if it is a ZS or XZ block that need not be
  /// decompressed whole for that. What is behind is neither read nor checked. Errors: damaged.
  bool beginning(std::span<const std::byte> stored, std::span<std::byte> out);

  /// Decompresses the first `wanted` bytes alone, and gives the checksum (adler32) of all of `out.size()`, if `stored`
  /// is one ZL block of so many bytes, of which enough is behind `wanted` to stop there; nothing otherwise, and `out`
  /// may be scribbled on.
  std::optional<std::uint32_t> prefix(std::span<const std::byte> stored, std::span<std::byte> out, std::size_t wanted);

  /// What `prefix` is asked, and its answer.
  struct Prefix {
    std::span<const std::byte> stored;
    std::span<std::byte> out;
    std::size_t wanted = 0;
    std::size_t slack = 0;  ///< bytes behind `out` that may be scribbled on
    std::optional<std::uint32_t> checksum = {};
  };
  /// As `prefix` for each, but faster for several at once (inflate.hpp). Those that want all of `out` and have
  /// `whole_slack` are answered as well where that is faster: then the checksum is that of the bytes in `out`.
  void prefixes(std::span<Prefix> all);
  static constexpr std::size_t whole_slack = 320;  ///< a vector, and the longest match

  /// Decompresses the first `wanted` of the out.size() bytes alone, if `stored` is one ZS block without a checksum, and
  /// enough is behind `wanted` to stop there; false otherwise, and `out` may be scribbled on. What is behind is neither
  /// read nor checked: whoever asks for a few known bytes more sees whether the block was decoded rightly.
  bool part(std::span<const std::byte> stored, std::span<std::byte> out, std::size_t wanted);

 private:
  struct Codecs;
  void block(std::span<const std::byte> header, std::span<const std::byte> payload, std::span<std::byte> out,
             std::size_t wanted);

  std::unique_ptr<Codecs> codecs_;
  bool verify_;
};

/// RFC 1950's checksum of bytes that follow those whose checksum is `sum`; of none it is 1.
std::uint32_t adler32(std::uint32_t sum, std::span<const std::byte> bytes) noexcept;

/// Uncompressed bytes that the block headers in `stored` declare. Error: damaged, if they do not fill it exactly.
std::uint64_t declared_bytes(std::span<const std::byte> stored);

/// "ZLIB", "ZSTD", ... of the first block; "" if it is none.
std::string algorithm_of(std::span<const std::byte> stored);

/// ROOT's compression setting (100 x algorithm + level) as text: "ZLIB-9", "none".
std::string describe_compression(std::int64_t setting);

}  // namespace trigloop::io::root
