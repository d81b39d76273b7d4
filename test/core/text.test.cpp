#include "core/text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace trigloop::core {
namespace {

TEST(Nearest, FindsTheTypingErrorAndNothingFar) {
  const std::vector<std::string> names{"L1Jet_hwPt", "L1Mu_hwPt", "run"};
  EXPECT_EQ(nearest("L1Jet_hwpt", names), "L1Jet_hwPt");
  EXPECT_EQ(nearest("L1mu_hwPt", names), "L1Mu_hwPt");
  EXPECT_EQ(nearest("rum", names), "run");
  EXPECT_EQ(nearest("completely_else", names), "");
  const std::vector<std::string> commands{"ntuplise", "scout", "--port"};
  EXPECT_EQ(nearest("nonsense", commands), "");
  EXPECT_EQ(nearest("--spectra", commands), "");
  EXPECT_EQ(nearest("x", {}), "");
}

TEST(WithCommas, GroupsThreeDigits) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(18446744073709551615u), "18,446,744,073,709,551,615");
}

TEST(HumanBytes, ShowsThreeDigits) {
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1 kB");
  EXPECT_EQ(human_bytes(37645396), "37.6 MB");
  EXPECT_EQ(human_bytes(999999), "1 MB");
}

}  // namespace
}  // namespace trigloop::core
