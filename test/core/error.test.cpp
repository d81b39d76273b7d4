#include "core/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "test/support/support.hpp"

namespace trigloop::core {
namespace {

TEST(Error, NamesFilePlaceOffsetReasonAndRemedyOnOneLine) {
  Error e(ErrorCode::damaged, "claims 9 bytes");
  e.in("basket 3").offset(42).in("branch 'x'").remedy("Copy it again").file("/data/a\nb.root");
  EXPECT_STREQ(e.what(), "/data/a\\nb.root: branch 'x', basket 3, byte 42: claims 9 bytes. Copy it again");
}

TEST(Error, KeepsTheInnermostFileOffsetAndRemedy) {
  Error e(ErrorCode::damaged, "bad");
  e.file("inner").offset(1).remedy("first");
  e.file("outer").offset(2).remedy("second");
  EXPECT_EQ(e.file_name(), "inner");
  EXPECT_EQ(e.byte_offset(), 1u);
  EXPECT_EQ(e.advice(), "first");
}

TEST(Error, KeepsTheFirstErrorNumberOfTheSystem) {
  Error e(ErrorCode::output, "cannot write");
  EXPECT_EQ(e.system_error(), 0);
  e.cause(ENOSPC).cause(EIO);
  EXPECT_EQ(e.system_error(), ENOSPC);
}

TEST(Error, EveryExitCodeIsDocumented) {
  const std::string text = test::read_file(test::project_root() / "docs/exit-codes.md");
  for (const int code : {1, 2, 3, 4, 5, 6, 7, 8, 130}) {
    const std::string row = "| " + std::to_string(code) + " | " + std::string(describe(static_cast<ErrorCode>(code)));
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace trigloop::core
