#include "core/bytes.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/buffer.hpp"

namespace trigloop::core {
namespace {

TEST(ByteReader, ReadsBigEndianAndStopsAtTheEnd) {
  const std::array<unsigned char, 7> raw{0x01, 0x02, 0xFF, 0xFE, 0x3F, 0x80, 0x00};
  ByteReader r(std::as_bytes(std::span(raw)), 100);
  EXPECT_EQ(r.read<std::uint16_t>(), 0x0102);
  EXPECT_EQ(r.read<std::int16_t>(), -2);
  try {
    r.read<float>();
    FAIL() << "read past the end";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::damaged);
    EXPECT_EQ(e.byte_offset(), 104u);
  }
  EXPECT_EQ(r.remaining(), 3u);
  EXPECT_THROW(r.seek(8), Error);
}

TEST(Bytes, BothOrders) {
  const std::array<unsigned char, 8> raw{0x3F, 0xF0, 0, 0, 0, 0, 0, 1};
  const auto* at = reinterpret_cast<const std::byte*>(raw.data());
  EXPECT_EQ(load_be<double>(at), 1.0000000000000002);
  EXPECT_EQ(load_le<std::uint16_t>(at), 0xF03F);
}

TEST(AlignedBuffer, IsAlignedPaddedAndKeepsValues) {
  AlignedBuffer<int> b(3);
  b[0] = 1, b[1] = 2, b[2] = 3;
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(b.data()) % 64, 0u);
  b.resize(100000);
  EXPECT_EQ(b[2], 3);
  b.data()[b.size() + 31] = 7;  // inside the padding
  b.resize(2);
  EXPECT_EQ(b.size(), 2u);
  EXPECT_GE(b.capacity(), 100000u);
}

}  // namespace
}  // namespace trigloop::core
