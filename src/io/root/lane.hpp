#pragma once
// A contiguous queue of decoded values: baskets are appended behind, clusters are taken from the front.
//
// A basket is decompressed right at the end of the queue, into room for its entry offsets too; only its values are then
// kept, so that the next basket overwrites the offsets. The values of a cluster thus always lie in one piece, whatever
// baskets they came from.
#include <cassert>
#include <cstring>

#include "core/buffer.hpp"

namespace trigloop::io::root {

class Lane {
 public:
  /// Makes room for `bytes` in all at once, before the first: growing step by step would touch fresh memory each time.
  void reserve(std::size_t bytes) {
    if (buffer_.capacity() < bytes) buffer_.resize(bytes);
  }
  /// Room for `bytes` behind the values. Moves the values; what was taken before is gone.
  std::byte* room(std::size_t bytes) {
    if (begin_ > 0) {
      if (end_ > begin_) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    buffer_.resize(end_);
    buffer_.resize(end_ + bytes);
    return buffer_.data() + end_;
  }
  /// The first `bytes` of the room have become values.
  void commit(std::size_t bytes) noexcept { end_ += bytes; }
  const std::byte* data() const noexcept { return buffer_.data() + begin_; }
  std::size_t available() const noexcept { return end_ - begin_; }
  /// Forgets the first `bytes`; their memory stays as it is until the next `room`.
  void take(std::size_t bytes) noexcept {
    assert(bytes <= available());
    begin_ += bytes;
  }
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  core::ByteBuffer buffer_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace trigloop::io::root
