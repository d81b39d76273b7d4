// A sample that somebody changed proves nothing: each is as its release left it.
#include <gtest/gtest.h>

#include "test/support/support.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;

TEST(Compat, NoSampleWasChangedOrAddedLater) {
  for (const auto& version : fs::directory_iterator(test::project_root() / "test/compat")) {
    if (!version.is_directory()) continue;
    const std::string sums = test::read_file(version.path() / "SHA256SUMS");
    for (const auto& sample : fs::directory_iterator(version.path())) {
      const std::string name = sample.path().filename();
      if (name == "SHA256SUMS") continue;
      EXPECT_NE(sums.find("  " + name + "\n"), std::string::npos) << sample.path();
    }
    const auto result = test::run_command(
        {"sh", "-c", "cd \"$1\" && sha256sum --check --quiet SHA256SUMS", "sh", version.path().native()});
    EXPECT_EQ(result.status, 0) << version.path() << result.out << result.err;
  }
}

}  // namespace
}  // namespace trigloop
