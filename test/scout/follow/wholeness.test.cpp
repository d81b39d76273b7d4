#include "scout/follow/wholeness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "io/zarr/zarr.hpp"
#include "test/scout/follow/scouting_file.hpp"
#include "test/support/support.hpp"

namespace trigloop::scout {
namespace {

using testing::HasSubstr;

TEST(Wholeness, OfARootFileIsSeenAtItsLastByteAndNotBefore) {
  test::TempDir dir;
  test::write_scouting_file(dir / "a.root", 214);
  const std::string bytes = test::read_file(dir / "a.root");
  EXPECT_TRUE(judge(dir / "a.root").whole());
  EXPECT_EQ(judge(dir / "a.root").bytes, bytes.size());
  for (std::size_t n = 0; n < bytes.size(); n += n < 300 ? 7 : 997) {
    test::write_file(dir / "part.root", bytes.substr(0, n));
    const Verdict verdict = judge(dir / "part.root");
    ASSERT_FALSE(verdict.whole()) << n;
    EXPECT_EQ(trouble_of(*verdict.why), Trouble::content) << verdict.why->what();
  }
  test::write_file(dir / "more.root", bytes + "the next baskets");
  EXPECT_THAT(judge(dir / "more.root").why->what(), HasSubstr("was not closed by its writer"));
}

TEST(Wholeness, OfAZarrStoreIsItsWriteTime) {
  test::TempDir dir;
  const auto write = [&](const std::string& attributes) {
    io::zarr::Writer writer(dir / "s.zarr");
    writer.add_table({"", "", {{"x", event::Type::int32, {}, ""}}});
    writer.set_attributes("", attributes);
    writer.commit();
  };
  write(R"({"other": 1})");
  EXPECT_THAT(judge(dir / "s.zarr").why->what(), HasSubstr("WriteTime"));
  write(R"({"WriteTime": 1732233600123456789})");
  EXPECT_TRUE(judge(dir / "s.zarr").whole());
  EXPECT_GT(judge(dir / "s.zarr").bytes, 0u);
}

TEST(Wholeness, TellsWhatIsGoneFromWhatIsDamaged) {
  test::TempDir dir;
  EXPECT_EQ(trouble_of(*judge(dir / "none.root").why), Trouble::gone);
  test::write_file(dir / "text.root", "no such format, however long");
  EXPECT_EQ(trouble_of(*judge(dir / "text.root").why), Trouble::content);
}

TEST(Trouble, IsOfTheMachineWhereTheSystemSaysSo) {
  using core::Error;
  using core::ErrorCode;
  EXPECT_EQ(trouble_of(Error(ErrorCode::not_found, "x").cause(EMFILE)), Trouble::machine);
  EXPECT_EQ(trouble_of(Error(ErrorCode::not_found, "x").cause(EIO)), Trouble::reading);
  EXPECT_EQ(trouble_of(Error(ErrorCode::output, "x").cause(EIO)), Trouble::machine);
  EXPECT_EQ(trouble_of(Error(ErrorCode::mismatch, "x")), Trouble::content);
  EXPECT_EQ(trouble_of(Error(ErrorCode::interrupted, "x")), Trouble::interrupted);
}

}  // namespace
}  // namespace trigloop::scout
