#pragma once
// Baskets that hold one number throughout. Run and lumisection numbers fill hundreds of baskets with the same bytes:
// what was decompressed (and checked) once is written again, ten times as fast.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

namespace trigloop::io::root {

/// The last such basket of a branch.
class ConstantBasket {
 public:
  /// A basket of `bytes` is stored as the last one was.
  bool knows(std::span<const std::byte> stored, std::size_t bytes) const noexcept {
    return !stored_.empty() && bytes == bytes_ && std::ranges::equal(stored, stored_);
  }
  /// Writes the numbers of a basket that is known; false, if it is not.
  bool repeat(std::span<const std::byte> stored, std::span<std::byte> out) const noexcept {
    if (!knows(stored, out.size())) return false;
    std::memcpy(out.data(), number_, width_);
    for (std::size_t done = width_; done < bytes_; done *= 2) {
      std::memcpy(out.data() + done, out.data(), std::min(done, bytes_ - done));
    }
    return true;
  }

  /// Remembers a basket, if its decoded numbers of `width` bytes are all equal.
  void remember(std::span<const std::byte> stored, std::span<const std::byte> numbers, std::size_t width) {
    constexpr std::size_t least_ratio = 64;  // others are not worth the look
    if (width > sizeof number_ || numbers.size() < 2 * width || numbers.size() / least_ratio < stored.size()) return;
    if (std::memcmp(numbers.data(), numbers.data() + width, numbers.size() - width) != 0) return;
    stored_.assign(stored.begin(), stored.end());
    bytes_ = numbers.size();
    width_ = width;
    std::memcpy(number_, numbers.data(), width);
  }

 private:
  std::vector<std::byte> stored_;
  std::size_t bytes_ = 0, width_ = 0;
  std::byte number_[8] = {};
};

}  // namespace trigloop::io::root
