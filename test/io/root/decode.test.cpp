#include "io/root/decode.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "core/bytes.hpp"

namespace trigloop::io::root {
namespace {

template <class T>
bool sums(const std::vector<T>& counts, std::vector<std::uint32_t>& offsets) {
  offsets.assign(counts.size() + 1, 99);
  return prefix_sums(event::type_of<T>(), reinterpret_cast<const std::byte*>(counts.data()), counts.size(),
                     offsets.data());
}

template <class T>
class PrefixSums : public ::testing::Test {};
using CounterTypes = ::testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                                      std::uint32_t, std::int64_t, std::uint64_t>;
TYPED_TEST_SUITE(PrefixSums, CounterTypes);

TYPED_TEST(PrefixSums, AddUpAnyNumberOfCounts) {
  std::vector<std::uint32_t> offsets;
  for (std::size_t n = 0; n <= 11; ++n) {
    std::vector<TypeParam> counts;
    for (std::size_t i = 0; i < n; ++i) counts.push_back(static_cast<TypeParam>(i * 7 % 5));
    ASSERT_TRUE(sums(counts, offsets));
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i <= n; ++i) {
      ASSERT_EQ(offsets[i], sum) << n << ' ' << i;
      if (i < n) sum += static_cast<std::uint32_t>(counts[i]);
    }
  }
}

TYPED_TEST(PrefixSums, RefuseANegativeCountWhereverItStands) {
  if constexpr (std::is_signed_v<TypeParam>) {
    std::vector<std::uint32_t> offsets;
    for (std::size_t at = 0; at < 9; ++at) {
      std::vector<TypeParam> counts(9, 3);
      counts[at] = -1;
      EXPECT_FALSE(sums(counts, offsets)) << at;
    }
  }
}

TEST(PrefixSumsAtTheEdge, RefuseSumsBeyond32Bits) {
  std::vector<std::uint32_t> offsets;
  EXPECT_TRUE(sums<std::uint32_t>({std::numeric_limits<std::uint32_t>::max(), 0, 0, 0, 0}, offsets));
  EXPECT_FALSE(sums<std::uint32_t>({std::numeric_limits<std::uint32_t>::max(), 0, 1, 0, 0}, offsets));
  EXPECT_FALSE(sums<std::uint64_t>({std::uint64_t{1} << 63, std::uint64_t{1} << 63, 0, 0}, offsets));
}

/// TObject::fBits: an object that is referred to brings two bytes more.
TEST(ObjectBits, SkipTheProcessNumberOfReferencedObjects) {
  Column column;
  column.type = event::Type::uint32;
  column.encoding = Encoding::object_bits;
  column.layout = Layout::counted;
  column.stored_bytes = 4;
  const std::vector<unsigned char> stored{3, 0, 0, 0, 3, 0, 0, 16, 0, 7, 2, 0, 0, 0};
  const auto bytes = std::as_bytes(std::span(stored));
  DecodeScratch scratch;
  Lane values, counts;
  ASSERT_EQ(decode_basket(column, {bytes, {}, 2, 0}, scratch, values, counts), 3u);
  const auto* bits = reinterpret_cast<const std::uint32_t*>(values.data());
  EXPECT_EQ(bits[0], 0x03000000u);
  EXPECT_EQ(bits[1], 0x03000010u);
  EXPECT_EQ(bits[2], 0x02000000u);
  for (const std::size_t cut : {3u, 8u, 9u, 13u}) {
    EXPECT_THROW(decode_basket(column, {bytes.first(cut), {}, 2, 0}, scratch, values, counts), core::Error) << cut;
  }
}

}  // namespace
}  // namespace trigloop::io::root
