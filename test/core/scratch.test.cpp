#include "core/scratch.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::core {
namespace {

namespace fs = std::filesystem;

TEST(ScratchFolder, IsOnesOwnAndGoesAwayWithWhatItHolds) {
  fs::path where;
  {
    const ScratchFolder one, other;
    where = one.path();
    EXPECT_NE(one.path(), other.path());
    EXPECT_EQ(fs::status(where).permissions(), fs::perms::owner_all);
    fs::create_directory(where / "below");
    test::write_file(where / "below/file", "text");
  }
  EXPECT_FALSE(fs::exists(where));
}

TEST(ScratchFolder, SaysWhereNoneCanBeMade) {
  const test::TempDir dir;
  const char* const before = ::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("TMPDIR", (dir / "file").c_str(), 1);
  test::write_file(dir / "file", "");
  EXPECT_THROW(ScratchFolder(), Error);
  before == nullptr ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", kept.c_str(), 1);
}

}  // namespace
}  // namespace trigloop::core
