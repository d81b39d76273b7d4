#pragma once
// The uncompressed bytes of a zip member, from front to back.
//
// zlib, not libdeflate: members may be larger than memory, and only zlib inflates piece by piece.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/file.hpp"
#include "io/npy/zip.hpp"
#include "io/source.hpp"

namespace trigloop::io::npy {

class MemberStream {
 public:
  /// Errors: damaged; unsupported, if the member is encrypted or of another method.
  MemberStream(std::shared_ptr<const core::InputFile> file, const Member& member);
  ~MemberStream();
  MemberStream(const MemberStream&) = delete;
  MemberStream& operator=(const MemberStream&) = delete;

  /// Fills `out` with the bytes at `offset`. Going back starts over; going forward skips. Errors: damaged, if the
  /// stream ends early, is no deflate stream, or, once all of it has been read, its CRC-32 is wrong.
  void read(std::uint64_t offset, std::span<std::byte> out, CodecCost* cost = nullptr);

 private:
  struct Inflater;

  void restart();
  void produce(std::span<std::byte> out, CodecCost* cost);
  void inflate(std::span<std::byte> out, CodecCost* cost);
  void check_end();
  [[noreturn]] void fail(const std::string& reason) const;

  std::shared_ptr<const core::InputFile> file_;
  Member member_;
  std::uint64_t begin_ = 0;     ///< of its bytes in the file
  std::uint64_t taken_ = 0;     ///< stored bytes read so far
  std::uint64_t position_ = 0;  ///< raw bytes produced so far
  std::uint32_t crc_ = 0;       ///< of those, while none was skipped
  bool skipped_ = false;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace trigloop::io::npy
