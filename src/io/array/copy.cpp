#include "io/array/copy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/bytes.hpp"

namespace trigloop::io::array {
namespace {

using Extents = std::array<std::uint64_t, 32>;

/// Steps, in values, from one position to the next along each dimension of a box.
Extents steps(std::span<const std::uint64_t> extents, Order order) {
  Extents step{};
  const std::size_t rank = extents.size();
  std::uint64_t n = 1;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t d = order == Order::c ? rank - 1 - i : i;
    step[d] = n;
    n *= extents[d];
  }
  return step;
}

template <class T>
void copy_line(const std::byte* from, std::byte* to, std::uint64_t n, std::uint64_t step) {
  for (std::uint64_t i = 0; i < n; ++i) std::memcpy(to + i * sizeof(T), from + i * step * sizeof(T), sizeof(T));
}

/// Values along the last dimension: dense in the destination, `step` apart in the source.
void copy_line(const std::byte* from, std::byte* to, std::uint64_t n, std::uint64_t step, std::size_t bytes) {
  if (step == 1) {
    std::memcpy(to, from, n * bytes);
  } else if (bytes == 1) {
    copy_line<std::uint8_t>(from, to, n, step);
  } else if (bytes == 2) {
    copy_line<std::uint16_t>(from, to, n, step);
  } else if (bytes == 4) {
    copy_line<std::uint32_t>(from, to, n, step);
  } else {
    copy_line<std::uint64_t>(from, to, n, step);
  }
}

template <class T>
void swap_all(std::byte* data, std::size_t values) {
  for (std::size_t i = 0; i < values; ++i) {
    T value;
    std::memcpy(&value, data + i * sizeof(T), sizeof(T));
    value = core::byte_swapped(value);
    std::memcpy(data + i * sizeof(T), &value, sizeof(T));
  }
}

float widen(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000u} << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1F, mantissa = half & 0x3FFu;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000u | mantissa << 13);
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | mantissa << 13);
}

}  // namespace

void scatter(const Layout& layout, std::span<const std::uint64_t> index, std::span<const std::byte> chunk,
             std::byte* rows) {
  const std::size_t rank = layout.shape.size(), last = rank - 1, bytes = layout.encoding.stored_bytes();
  const Extents from = steps(layout.chunk, layout.order), to = steps(layout.shape, Order::c);
  Extents count{}, at{};
  std::uint64_t target = 0;
  for (std::size_t d = 0; d < rank; ++d) {
    const std::uint64_t begin = index[d] * layout.chunk[d];
    count[d] = std::min(layout.chunk[d], layout.shape[d] - begin);
    if (d > 0) target += begin * to[d];
  }
  // An odometer over all dimensions but the last.
  for (std::uint64_t source = 0;;) {
    copy_line(chunk.data() + source * bytes, rows + target * bytes, count[last], from[last], bytes);
    std::size_t d = last;
    while (d > 0) {
      --d;
      source += from[d];
      target += to[d];
      if (++at[d] < count[d]) break;
      source -= at[d] * from[d];
      target -= at[d] * to[d];
      at[d] = 0;
      if (d == 0) return;
    }
    if (last == 0) return;
  }
}

void make_native(const Encoding& encoding, std::byte* data, std::size_t values) {
  if (encoding.type == event::Type::boolean) {
    for (std::size_t i = 0; i < values; ++i) data[i] = data[i] != std::byte{0} ? std::byte{1} : std::byte{0};
  } else if (encoding.swapped) {
    switch (event::size_of(encoding.type)) {
      case 2:
        return swap_all<std::uint16_t>(data, values);
      case 4:
        return swap_all<std::uint32_t>(data, values);
      case 8:
        return swap_all<std::uint64_t>(data, values);
      default:
        return;
    }
  }
}

void widen_halves(const Encoding& encoding, const std::byte* stored, float* out, std::size_t values) {
  for (std::size_t i = 0; i < values; ++i) {
    std::uint16_t half;
    std::memcpy(&half, stored + i * 2, 2);
    out[i] = widen(encoding.swapped ? core::byte_swapped(half) : half);
  }
}

}  // namespace trigloop::io::array
