#include "io/root/constant_basket.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace trigloop::io::root {
namespace {

std::vector<std::byte> bytes_of(const std::vector<std::uint32_t>& numbers) {
  std::vector<std::byte> bytes(numbers.size() * sizeof(std::uint32_t));
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

TEST(ConstantBasket, WritesAgainWhatIsStoredInTheSameBytes) {
  const std::vector<std::byte> stored(40, std::byte{7}), other(40, std::byte{8});
  for (const std::size_t n : {2000u, 2001u, 4096u}) {
    const auto numbers = bytes_of(std::vector<std::uint32_t>(n, 396102));
    ConstantBasket basket;
    std::vector<std::byte> out(numbers.size());
    EXPECT_FALSE(basket.repeat(stored, out)) << "nothing is known yet";
    basket.remember(stored, numbers, 4);
    ASSERT_TRUE(basket.repeat(stored, out));
    EXPECT_EQ(out, numbers);
    EXPECT_FALSE(basket.repeat(other, out));
    EXPECT_FALSE(basket.repeat(stored, std::span(out).first(out.size() - 4)));
  }
}

TEST(ConstantBasket, RemembersNoBasketOfSeveralNumbers) {
  std::vector<std::uint32_t> numbers(2000, 214);
  numbers.back() = 215;
  const std::vector<std::byte> stored(40);
  std::vector<std::byte> out(8000);
  ConstantBasket basket;
  basket.remember(stored, bytes_of(numbers), 4);
  EXPECT_FALSE(basket.repeat(stored, out));
  basket.remember(std::vector<std::byte>(4000), bytes_of(std::vector<std::uint32_t>(2000, 1)), 4);
  EXPECT_FALSE(basket.repeat(std::vector<std::byte>(4000), out)) << "to look at it costs what it would save";
}

}  // namespace
}  // namespace trigloop::io::root
