#include "io/root/byteswap.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "io/root/byteswap.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trigloop::io::root::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The bytes of a 16-byte block in turned order, for numbers of 2, 4 and 8 bytes.
alignas(16)
    [[maybe_unused]] constexpr std::uint8_t order_of_2[16] = {1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14};
alignas(16)
    [[maybe_unused]] constexpr std::uint8_t order_of_4[16] = {3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12};
alignas(16)
    [[maybe_unused]] constexpr std::uint8_t order_of_8[16] = {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8};

void Swap(const std::uint8_t* in, std::uint8_t* out, std::size_t bytes, std::size_t width) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR  // there, vectors have one lane and nothing to shuffle
  const hn::ScalableTag<std::uint8_t> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto shuffle = hn::LoadDup128(d, width == 2 ? order_of_2 : width == 4 ? order_of_4 : order_of_8);
  for (; i + lanes <= bytes; i += lanes) {
    hn::StoreU(hn::TableLookupBytes(hn::LoadU(d, in + i), shuffle), d, out + i);
  }
#endif
  for (; i < bytes; i += width) {
    std::uint8_t value[8];
    for (std::size_t b = 0; b < width; ++b) value[b] = in[i + width - 1 - b];
    std::memcpy(out + i, value, width);
  }
}

}  // namespace trigloop::io::root::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::io::root {

HWY_EXPORT(Swap);

void to_native(const std::byte* in, std::byte* out, std::size_t values, std::size_t width) noexcept {
  const std::size_t bytes = values * width;
  if (width == 1 || std::endian::native == std::endian::big) {
    if (in != out && bytes > 0) std::memmove(out, in, bytes);
    return;
  }
  HWY_DYNAMIC_DISPATCH(Swap)
  (reinterpret_cast<const std::uint8_t*>(in), reinterpret_cast<std::uint8_t*>(out), bytes, width);
}

}  // namespace trigloop::io::root
#endif
