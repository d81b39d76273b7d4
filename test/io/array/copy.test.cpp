#include "io/array/copy.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.hpp"

namespace trigloop::io::array {
namespace {

/// A chunk of `layout` cut out of a C-order array by a plain loop: the oracle of scatter.
std::vector<std::int32_t> cut(const Layout& layout, const std::vector<std::int32_t>& whole,
                              const std::vector<std::uint64_t>& index) {
  std::vector<std::int32_t> chunk(layout.chunk_values(), -1);
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    std::size_t rest = i, place = 0;
    bool inside = true;
    std::vector<std::uint64_t> at(layout.shape.size());
    for (std::size_t k = 0; k < at.size(); ++k) {
      const std::size_t d = layout.order == Order::c ? at.size() - 1 - k : k;
      at[d] = index[d] * layout.chunk[d] + rest % layout.chunk[d];
      rest /= layout.chunk[d];
    }
    for (std::size_t d = 0; d < at.size(); ++d) {
      inside = inside && at[d] < layout.shape[d];
      place = place * layout.shape[d] + at[d];
    }
    if (inside) chunk[i] = whole[place];
  }
  return chunk;
}

void check_all_chunks(std::vector<std::uint64_t> shape, std::vector<std::uint64_t> grid, Order order) {
  const Layout layout{{event::Type::int32}, shape, grid, order};
  check(layout);
  std::vector<std::int32_t> whole(layout.entries() * layout.inner());
  std::iota(whole.begin(), whole.end(), 0);
  for (std::uint64_t number = 0; number * grid[0] < shape[0]; ++number) {
    const std::uint64_t rows = std::min(grid[0], shape[0] - number * grid[0]);
    std::vector<std::int32_t> got(rows * layout.inner(), -2);
    std::vector<std::uint64_t> index(shape.size(), 0);
    index[0] = number;
    for (std::size_t d = 1; d != 0;) {
      const auto chunk = cut(layout, whole, index);
      scatter(layout, index, std::as_bytes(std::span(chunk)), reinterpret_cast<std::byte*>(got.data()));
      for (d = shape.size() - 1; d > 0; --d) {
        if (++index[d] * grid[d] < shape[d]) break;
        index[d] = 0;
      }
    }
    const auto first = whole.begin() + static_cast<std::ptrdiff_t>(number * grid[0] * layout.inner());
    EXPECT_TRUE(std::equal(got.begin(), got.end(), first)) << "row of chunks " << number;
  }
}

TEST(Scatter, PutsEveryChunkOfEveryShapeInPlace) {
  for (const Order order : {Order::c, Order::fortran}) {
    check_all_chunks({7}, {3}, order);
    check_all_chunks({7, 5}, {3, 2}, order);
    check_all_chunks({7, 5}, {7, 5}, order);
    check_all_chunks({4, 5}, {6, 9}, order);  // chunks larger than the array
    check_all_chunks({5, 4, 3}, {2, 3, 2}, order);
    check_all_chunks({3, 2, 3, 5}, {2, 1, 2, 4}, order);
    check_all_chunks({1, 1, 1}, {1, 1, 1}, order);
  }
}

TEST(Widen, IsExactForEveryHalf) {
  std::vector<std::uint16_t> halves(65536);
  std::iota(halves.begin(), halves.end(), std::uint16_t{0});
  std::vector<float> got(halves.size());
  const Encoding encoding{event::Type::float32, false, true};
  widen_halves(encoding, reinterpret_cast<const std::byte*>(halves.data()), got.data(), got.size());
  for (std::uint32_t h = 0; h < 65536; ++h) {
    const int exponent = (h >> 10) & 31;
    const float mantissa = static_cast<float>(h & 1023);
    float expected = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    if (exponent == 31) expected = mantissa == 0 ? std::numeric_limits<float>::infinity() : std::nanf("");
    if ((h & 0x8000u) != 0) expected = -expected;
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(got[h])) << h;
    } else {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(got[h]), std::bit_cast<std::uint32_t>(expected)) << h;
    }
  }
}

TEST(MakeNative, SwapsBytesAndNormalisesBooleans) {
  std::vector<std::uint16_t> words{0x0102, 0xFF00};
  make_native({event::Type::uint16, true}, reinterpret_cast<std::byte*>(words.data()), 2);
  EXPECT_EQ(words, (std::vector<std::uint16_t>{0x0201, 0x00FF}));
  std::vector<std::uint8_t> flags{0, 1, 2, 255};
  make_native({event::Type::boolean}, reinterpret_cast<std::byte*>(flags.data()), 4);
  EXPECT_EQ(flags, (std::vector<std::uint8_t>{0, 1, 1, 1}));
}

TEST(Check, RefusesShapesWhoseProductsOverflow) {
  const std::uint64_t huge = std::uint64_t{1} << 40;
  for (const Layout& layout :
       {Layout{{}, {huge, huge}, {1, 1}}, Layout{{}, {1, 1}, {huge, huge}}, Layout{{}, {4}, {0}}, Layout{{}, {}, {}},
        Layout{{}, {4, 4}, {4}}, Layout{{}, {0, huge, huge}, {1, 1, 1}}, Layout{{}, {2, huge}, {1, 1}}}) {
    EXPECT_THROW(check(layout), core::Error);
  }
}

}  // namespace
}  // namespace trigloop::io::array
