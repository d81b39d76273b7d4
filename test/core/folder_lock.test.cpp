// One process a folder.
#include "core/folder_lock.hpp"

#include <gmock/gmock.h>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::core {
namespace {

TEST(FolderLock, TheSecondIsToldWhoTheFirstIs) {
  const test::TempDir folder;
  const FolderLock first(folder / "new/folder", "Wait");
  try {
    const FolderLock second(folder / "new/folder", "Wait");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::usage);
    EXPECT_THAT(e.what(), testing::HasSubstr("process " + std::to_string(::getpid()) + " works in this folder"));
    EXPECT_THAT(e.what(), testing::HasSubstr("Wait"));
  }
}

TEST(FolderLock, IsFreeAgainAfterItsHolder) {
  const test::TempDir folder;
  { const FolderLock first(folder.path(), ""); }
  EXPECT_NO_THROW(FolderLock(folder.path(), ""));
}

TEST(FolderLock, AFolderThatCannotBeMadeIsAnErrorOfOutput) {
  const test::TempDir folder;
  test::write_file(folder / "file", "");
  try {
    const FolderLock lock(folder / "file/below", "");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::output);
  }
}

}  // namespace
}  // namespace trigloop::core
