#include "core/entries.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::core {
namespace {

TEST(Entries, AreListedByName) {
  const test::TempDir dir;
  for (const char* name : {"b", "a", ".c"}) test::write_file(dir / name, "");
  EXPECT_EQ(list_folder(dir.path()), (std::vector<std::filesystem::path>{dir / ".c", dir / "a", dir / "b"}));
  EXPECT_THROW(list_folder(dir / "none"), Error);
}

TEST(Entries, AreRemovedOnce) {
  const test::TempDir dir;
  test::write_file(dir / "a", "");
  EXPECT_TRUE(remove_file(dir / "a"));
  EXPECT_FALSE(remove_file(dir / "a"));
  EXPECT_THROW(remove_file(dir.path()), Error);
}

}  // namespace
}  // namespace trigloop::core
