#pragma once
// Memory that decoders write into: 64-byte aligned, reused from call to call, never initialised, and followed by bytes
// that may be read (and written) past the end, so that a vector load or store at the last value needs no special case.
#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace trigloop::core {

template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr std::size_t alignment = 64;
  static constexpr std::size_t padding = 128;  ///< bytes behind the last element that may be touched
  static constexpr std::size_t huge_page = std::size_t{2} << 20;

  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t n) { resize(n); }

  /// Makes room for n elements; the first min(n, size()) keep their values. Grows geometrically, never shrinks.
  void resize(std::size_t n) {
    if (n > capacity_) grow(n);
    size_ = n;
  }
  /// As resize, but the old values may be lost: cheaper when the buffer grows.
  void resize_discard(std::size_t n) {
    if (n > capacity_) {
      size_ = 0;
      grow(n);
    }
    size_ = n;
  }

  T* data() noexcept { return memory_.get(); }
  const T* data() const noexcept { return memory_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  T& operator[](std::size_t i) noexcept { return memory_.get()[i]; }
  const T& operator[](std::size_t i) const noexcept { return memory_.get()[i]; }
  std::span<T> span() noexcept { return {data(), size_}; }
  std::span<const T> span() const noexcept { return {data(), size_}; }

 private:
  struct Free {
    void operator()(T* p) const noexcept { std::free(p); }
  };

  void grow(std::size_t n) {
    const std::size_t wanted = n > capacity_ * 2 ? n : capacity_ * 2;
    const std::size_t unit = wanted * sizeof(T) >= huge_page ? huge_page : alignment;
    const std::size_t bytes = (wanted * sizeof(T) + padding + unit - 1) / unit * unit;
    auto* fresh = static_cast<T*>(std::aligned_alloc(unit, bytes));
    if (fresh == nullptr) throw std::bad_alloc();
    // A page fault costs 1-2 us, as much as decompressing a kilobyte: large buffers take pages of 2 MiB where they can.
    if (unit == huge_page) ::madvise(fresh, bytes, MADV_HUGEPAGE);
    if (size_ > 0) std::memcpy(static_cast<void*>(fresh), memory_.get(), size_ * sizeof(T));
    // The padding is read by vector loads: give it a value once, for reproducible lanes and quiet checkers.
    std::memset(reinterpret_cast<std::byte*>(fresh) + wanted * sizeof(T), 0, bytes - wanted * sizeof(T));
    memory_.reset(fresh);
    capacity_ = wanted;
  }

  std::unique_ptr<T[], Free> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

using ByteBuffer = AlignedBuffer<std::byte>;

}  // namespace trigloop::core
