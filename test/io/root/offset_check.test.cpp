#include "io/root/offset_check.hpp"

#include <gtest/gtest.h>

#include "io/root/decompress.hpp"

namespace trigloop::io::root {
namespace {

/// A basket with entries of 0 to 6 items of two bytes, as it lies in a file: values, then offsets.
struct Basket {
  std::vector<std::uint32_t> items{0};  ///< item numbers, entries + 1
  std::vector<std::byte> values, all;

  explicit Basket(std::size_t entries) {
    for (std::size_t e = 0; e < entries; ++e) items.push_back(items.back() + static_cast<std::uint32_t>(e * 5 % 7));
    for (std::size_t i = 0; i < std::size_t{2} * items.back(); ++i) values.push_back(static_cast<std::byte>(i * 31));
    all = values;
    put(static_cast<std::uint32_t>(entries + 1));
    for (std::size_t e = 0; e < entries; ++e) put(81 + 2 * items[e]);
    put(0);
  }
  void put(std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) all.push_back(static_cast<std::byte>(number >> shift));
  }
};

/// Goes over the basket, whose entries are [first, ...), in windows that begin at entry 0.
bool fits(const Basket& basket, const std::vector<std::byte>& bytes, std::uint64_t first, std::size_t window) {
  const std::uint64_t end = first + basket.items.size() - 1;
  constexpr std::uint32_t before = 10;  // items of the column before the basket, one an entry
  OffsetCheck check(0, first, end, first, 81, 2, adler32(1, basket.values), adler32(1, bytes));
  std::vector<std::uint32_t> scratch(window);
  const auto item = [&](std::uint64_t entry) {
    if (entry < first) return static_cast<std::uint32_t>(entry);
    const std::uint64_t within = std::min<std::uint64_t>(entry, end) - first;
    return static_cast<std::uint32_t>(first + basket.items[within] + (entry > end ? entry - end : 0));
  };
  for (std::uint64_t entry = 0; entry < end + before; entry += window) {
    std::vector<std::uint32_t> offsets;
    for (std::size_t i = 0; i <= window; ++i) offsets.push_back(item(entry + i) - item(entry));
    check.cover(entry, offsets, item(entry), scratch);
  }
  return check.fits();
}

TEST(OffsetCheck, FitsTheOffsetsThatCountersTell) {
  const Basket basket(1000);
  EXPECT_EQ(basket.all.size() - basket.values.size(), OffsetCheck::bytes(1000));
  for (const std::uint64_t first : {0u, 1u, 99u, 100u, 101u}) {
    for (const std::size_t window : {1u, 7u, 100u, 5000u}) EXPECT_TRUE(fits(basket, basket.all, first, window));
  }
}

TEST(OffsetCheck, DoesNotFitAnyOther) {
  const Basket basket(50);
  for (std::size_t i = 0; i < basket.all.size(); ++i) {
    std::vector<std::byte> damaged = basket.all;
    damaged[i] ^= std::byte{4};
    EXPECT_FALSE(fits(basket, damaged, 3, 16)) << i;
  }
}

}  // namespace
}  // namespace trigloop::io::root
