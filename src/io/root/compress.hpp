#pragma once
// ROOT's compressed blocks, writing side.
//
// A record is compressed in blocks of at most 2^24 - 1 bytes. Each begins with nine bytes: the codec's two letters, a
// method byte, and the sizes after and before compression (3 bytes each, little-endian). A record that would not become
// smaller is stored as it is; readers see that from the key, where both sizes are equal then.
#include <cstddef>
#include <memory>
#include <span>

namespace trigloop::io::root {

enum class Codec { none, zlib, zstd, lz4 };

/// ROOT's number for a codec and its level ("fCompress"): algorithm x 100 + level; 0 for none.
int compression_setting(Codec codec, int level) noexcept;

/// One thread's compressor; its working memory is reused from record to record. The same bytes always give the same
/// result, whatever was compressed before.
class Compressor {
 public:
  /// Levels are ROOT's, 1 to 9: ZSTD-5 is zstd's own level 10, LZ4 from 4 on is LZ4HC. Error: usage, for another level.
  Compressor(Codec codec, int level);
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  /// The bytes of room that `operator()` needs for `raw_bytes`.
  std::size_t bound(std::size_t raw_bytes) const noexcept;
  /// Compresses `raw` into `out`, which has `bound(raw.size())` bytes. Returns the bytes used, or 0 if compression does
  /// not make it smaller: store `raw` itself then.
  std::size_t operator()(std::span<const std::byte> raw, std::byte* out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trigloop::io::root
