#include "scout/follow/quarantine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/support.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;

class QuarantineTest : public testing::Test {
 protected:
  QuarantineTest() { fs::create_directories(dir / "in/run1"); }

  Sighting put(const std::string& name, const std::string& content) {
    test::write_file(dir / ("in/" + name), content);
    return *FolderWatch(dir / "in", {"*", "*/*"}).look(name);
  }
  QuarantineRecord record(const Sighting& seen) {
    core::Error why(core::ErrorCode::damaged, "claims 9 bytes");
    why.in("branch 'x', basket 3").offset(1234567890123).remedy("Copy it again");
    return quarantine_record(dir / "in", seen, "abc", why, 1'732'233'600);
  }

  test::TempDir dir;
  Quarantine quarantine{dir / "out"};
};

TEST_F(QuarantineTest, KeepsWhatWasWrongToTheByte) {
  quarantine.add(record(put("a\n\"\xff.root", "xyz")), false);
  ASSERT_EQ(quarantine.list().size(), 1u);
  const QuarantineRecord kept = quarantine.list()[0];
  EXPECT_EQ(kept.reason, "claims 9 bytes");
  EXPECT_EQ(kept.place, "branch 'x', basket 3");
  EXPECT_EQ(kept.offset, 1234567890123u);
  EXPECT_EQ(kept.remedy, "Copy it again");
  EXPECT_EQ(kept.code, 4);
  EXPECT_EQ(kept.bytes, 3u);
  EXPECT_EQ(kept.id, "abc");
  EXPECT_EQ(kept.at, "2024-11-22 00:00:00");
  EXPECT_EQ(kept.message.find('\n'), std::string::npos);
}

TEST_F(QuarantineTest, LeavesTheInputWhereItIsUnlessAskedToMoveIt) {
  const Sighting left = put("left.root", "xyz"), moved = put("run1/moved.root", "xyz");
  quarantine.add(record(left), false);
  quarantine.add(record(moved), true);
  EXPECT_TRUE(fs::exists(dir / "in/left.root"));
  EXPECT_FALSE(fs::exists(dir / "in/run1/moved.root"));
  const auto records = quarantine.list();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(test::read_file(records[1].moved_to), "xyz");
  quarantine.lift(records[1]);
  EXPECT_EQ(test::read_file(dir / "in/run1/moved.root"), "xyz");
  EXPECT_EQ(quarantine.list().size(), 1u);
}

TEST_F(QuarantineTest, HoldsOneContentOfAnInputAndNotTheNext) {
  const Sighting bad = put("a.root", "xyz");
  quarantine.add(record(bad), false);
  quarantine.add(record(bad), false);  // after a restart, say
  EXPECT_EQ(quarantine.list().size(), 1u);
  EXPECT_TRUE(quarantine.holds(bad));
  EXPECT_FALSE(quarantine.holds(put("a.root", "whole now")));
  quarantine.resolve("a.root");
  EXPECT_TRUE(quarantine.list().empty());
}

TEST_F(QuarantineTest, BearsRecordsThatItCannotRead) {
  quarantine.add(record(put("a.root", "xyz")), false);
  test::write_file(quarantine.folder() / "0.json", "{");
  test::write_file(quarantine.folder() / "1.json", R"({"trigloop_quarantine": 2})");
  std::size_t unreadable = 0;
  EXPECT_EQ(quarantine.list(&unreadable).size(), 1u);
  EXPECT_EQ(unreadable, 2u);
}

}  // namespace
}  // namespace trigloop::scout
