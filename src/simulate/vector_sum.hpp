#pragma once
// Adds transverse energies given by size and direction, in integers.
#include <cmath>
#include <cstdint>

namespace trigloop::simulate {

/// Directions are calorimeter phi, 144 to the turn.
class VectorSum {
 public:
  VectorSum(int pt, int phi) noexcept { add(pt, phi); }

  void add(int pt, int phi) noexcept {
    x_ += std::int64_t{pt} * cosine(phi);
    y_ += std::int64_t{pt} * cosine(phi + 108);  // sine
  }
  /// The nearest size and direction.
  void store(int& pt, int& phi) const noexcept {
    const double square =
        static_cast<double>(x_) * static_cast<double>(x_) + static_cast<double>(y_) * static_cast<double>(y_);
    const int size = static_cast<int>(std::sqrt(square) / unit + 0.5);
    pt = size < 4095 ? size : 4095;
    std::int64_t best = -1;
    for (int at = 0; at < 144; ++at) {
      const std::int64_t along = x_ * cosine(at) + y_ * cosine(at + 108);
      if (along > best) {
        best = along;
        phi = at;
      }
    }
  }
  bool operator==(const VectorSum&) const = default;

 private:
  static constexpr double unit = 16384;
  /// cos(2 pi phi / 144) in 2^-14; rounded so coarsely that every mathematical library gives the same.
  static std::int64_t cosine(int phi) noexcept {
    static const auto table = [] {
      struct {
        std::int32_t value[144];
      } t{};
      for (int i = 0; i < 144; ++i)
        t.value[i] = static_cast<std::int32_t>(std::lround(std::cos(i * 0.0436332312998582) * unit));
      return t;
    }();
    return table.value[static_cast<unsigned>(phi) % 144];
  }

  std::int64_t x_ = 0, y_ = 0;
};

}  // namespace trigloop::simulate
