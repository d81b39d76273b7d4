#include "io/root/packed_float.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numbers>

namespace trigloop::io::root {
namespace {

using Form = PackedFloat::Form;

TEST(PackedFloat, ReadsTheFormFromTheTitle) {
  EXPECT_EQ(PackedFloat::parse("x", false).form, Form::plain);
  EXPECT_EQ(PackedFloat::parse("x", true).mantissa_bits, 12);
  EXPECT_EQ(PackedFloat::parse("x[3][2]", false).form, Form::plain) << "dimensions are no range";
  EXPECT_EQ(PackedFloat::parse("x[0,0,10]", false).mantissa_bits, 10);
  EXPECT_EQ(PackedFloat::parse("x[5][0,0,8]", true).mantissa_bits, 8);
  const PackedFloat ranged = PackedFloat::parse("[-pi/2, twopi, 16]", false);
  EXPECT_EQ(ranged.form, Form::ranged);
  EXPECT_DOUBLE_EQ(ranged.low, -std::numbers::pi / 2);
  EXPECT_DOUBLE_EQ(ranged.high, 2 * std::numbers::pi);
  EXPECT_DOUBLE_EQ(PackedFloat::parse("[-2pi,2*pi]", false).low, -2 * std::numbers::pi);
  EXPECT_EQ(PackedFloat::parse("[a,b,c]", false).form, Form::plain);
  EXPECT_EQ(PackedFloat::parse("[1e999,nan]", false).form, Form::plain);
}

TEST(PackedFloat, ScalesRanges) {
  const PackedFloat packed = PackedFloat::parse("[-10,10,8]", false);
  const std::array<std::byte, 8> stored = {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0},
                                           std::byte{0}, std::byte{0}, std::byte{0}, std::byte{128}};
  std::array<double, 2> out{};
  packed.decode(stored, out.data());
  EXPECT_EQ(out, (std::array<double, 2>{-10, 0}));
}

TEST(PackedFloat, KeepsSignAndExponentOfTruncatedValues) {
  const PackedFloat packed = PackedFloat::parse("", true);  // 12 bits
  const std::array<std::byte, 6> stored = {std::byte{128}, std::byte{0x08}, std::byte{0},
                                           std::byte{127}, std::byte{0x20}, std::byte{0}};
  std::array<float, 2> out{};
  packed.decode(stored, out.data());
  EXPECT_EQ(out, (std::array<float, 2>{3.0F, -1.0F}));
}

}  // namespace
}  // namespace trigloop::io::root
