#include "io/root/byteswap.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <vector>

namespace trigloop::io::root {
namespace {

void expect_turned(std::size_t values, std::size_t width) {
  std::vector<std::byte> in(values * width + 3), wanted(values * width);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<std::byte>(i * 37 + 11);
  const std::byte* unaligned = in.data() + 3;
  for (std::size_t i = 0; i < values * width; ++i) wanted[i] = unaligned[i / width * width + width - 1 - i % width];
  std::vector<std::byte> out(values * width + 1, std::byte{0x5A});
  to_native(unaligned, out.data(), values, width);
  EXPECT_TRUE(std::equal(wanted.begin(), wanted.end(), out.begin())) << values << " of " << width;
  EXPECT_EQ(out.back(), std::byte{0x5A}) << "wrote past the end";
  to_native(in.data() + 3, in.data() + 3, values, width);
  EXPECT_TRUE(std::equal(wanted.begin(), wanted.end(), in.begin() + 3)) << "in place";
}

TEST(ByteSwap, TurnsEveryLengthOnEveryInstructionSet) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    for (const std::size_t width : {1, 2, 4, 8}) {
      for (std::size_t values = 0; values < 150; ++values) expect_turned(values, width);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace
}  // namespace trigloop::io::root
