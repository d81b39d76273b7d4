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
  EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace trigloop::core
