#include "core/isa.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace trigloop::core {
namespace {

/// What the kernel says of the first processor; empty where it says nothing.
std::vector<std::string> flags() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("flags")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

TEST(Isa, IsUsableWhereTheProcessorHasAllOfIt) {
  const std::vector<std::string> has = flags(), usable = usable_isas();
  if (has.empty()) GTEST_SKIP() << "no flags in /proc/cpuinfo";
  const auto is_in = [](const std::vector<std::string>& all) {
    return [&](const char* name) { return std::ranges::find(all, name) != all.end(); };
  };
  const auto here = is_in(usable), flag = is_in(has);
  EXPECT_EQ(usable.front(), "scalar");
  EXPECT_EQ(here("ssse3"), flag("ssse3"));
  EXPECT_EQ(here("sse4"), here("ssse3") && flag("sse4_2") && flag("aes") && flag("pclmulqdq"));
  EXPECT_EQ(here("avx2"), here("sse4") && flag("avx2") && flag("fma") && flag("bmi2") && flag("f16c"));
  EXPECT_EQ(here("avx512"), here("avx2") && flag("avx512f") && flag("avx512bw") && flag("avx512cd") &&
                                flag("avx512dq") && flag("avx512vl"));
}

TEST(Isa, IsTheForcedOneUntilItIsGivenBack) {
  const std::string best = active_isa();
  for (const std::string& name : usable_isas()) {
    force_isa(name);
    EXPECT_EQ(active_isa(), name);
  }
  force_isa("");
  EXPECT_EQ(active_isa(), best);
  EXPECT_ANY_THROW(force_isa("mmx"));
  EXPECT_EQ(active_isa(), best);
}

}  // namespace
}  // namespace trigloop::core
