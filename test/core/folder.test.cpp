#include "core/folder.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::core {
namespace {

namespace fs = std::filesystem;

TEST(OutputFolder, AppearsOnlyByCommit) {
  const test::TempDir dir;
  {
    OutputFolder folder(dir / "store");
    folder.write("a/b/c", std::string_view("text"));
    EXPECT_FALSE(fs::exists(dir / "store"));
    folder.commit();
  }
  EXPECT_EQ(test::read_file(dir / "store/a/b/c"), "text");
}

TEST(OutputFolder, LeavesNothingWithoutCommit) {
  const test::TempDir dir;
  { OutputFolder(dir / "store").write("a", std::string_view("text")); }
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST(OutputFolder, ReplacesAFolderInOneStep) {
  const test::TempDir dir;
  for (const char* name : {"old", "new"}) {
    OutputFolder folder(dir / "store/");
    folder.write(name, std::string_view("text"));
    folder.commit();
  }
  EXPECT_FALSE(fs::exists(dir / "store/old"));
  EXPECT_TRUE(fs::exists(dir / "store/new"));
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST(OutputFolder, SaysThatTheParentIsMissing) {
  const test::TempDir dir;
  try {
    OutputFolder folder(dir / "missing/store");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::output);
    EXPECT_NE(std::string(e.what()).find("Create the folder first"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace trigloop::core
