#include "io/root/writer_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.hpp"
#include "test/io/root/sample.hpp"

namespace trigloop::io::root {
namespace {

using event::Type;
using testing::HasSubstr;

/// What a usage error says.
std::string complaint(const std::function<void()>& work) {
  try {
    work();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::usage);
    return e.what();
  }
  return "no error";
}

std::string table_complaint(std::vector<ColumnSpec> columns, const std::string& name = "Events") {
  return complaint([&] { check_table({name, "", std::move(columns)}); });
}

TEST(CheckTable, FindsTheCounterOfEachColumn) {
  EXPECT_THAT(check_table({"t", "", {{"x", Type::int16, {}, "n"}, {"n", Type::uint8, {}, ""}}}),
              testing::ElementsAre(1, not_jagged));
}

TEST(CheckTable, RefusesNamesThatRootCannotHold) {
  EXPECT_THAT(table_complaint({}, ""), HasSubstr("name is empty"));
  EXPECT_THAT(table_complaint({}, "a/b"), HasSubstr("'a/b' cannot stand"));
  EXPECT_THAT(table_complaint({{"x[3]", Type::int8, {}, ""}}), HasSubstr("'x[3]' cannot stand"));
  EXPECT_THAT(table_complaint({{"a\nb", Type::int8, {}, ""}}), HasSubstr("a\\nb"));
  EXPECT_THAT(table_complaint({{std::string(5000, 'x'), Type::int8, {}, ""}}), HasSubstr("5000 characters"));
  EXPECT_THAT(table_complaint({{"x", Type::int8, {}, ""}, {"x", Type::int16, {}, ""}}), HasSubstr("two columns"));
}

TEST(CheckTable, RefusesCountersThatCannotCount) {
  const ColumnSpec x{"x", Type::int8, {}, "n"};
  EXPECT_THAT(table_complaint({x}), HasSubstr("column 'x': its counter 'n' is not a column"));
  for (const ColumnSpec& counter : {ColumnSpec{"n", Type::float32, {}, ""}, ColumnSpec{"n", Type::boolean, {}, ""},
                                    ColumnSpec{"n", Type::int32, {2}, ""}, ColumnSpec{"n", Type::int32, {}, "n"}}) {
    EXPECT_THAT(table_complaint({x, counter}), HasSubstr("not one integer an entry"));
  }
}

TEST(CheckTable, RefusesShapesWithoutOrWithTooManyValues) {
  EXPECT_THAT(table_complaint({{"x", Type::int8, {0}, ""}}), HasSubstr("dimension of 0"));
  EXPECT_THAT(table_complaint({{"x", Type::int8, {1u << 20, 1u << 20}, ""}}), HasSubstr("dimension of 1048576"));
  EXPECT_THAT(table_complaint({{"x", Type::int8, {~0ull, 2}, ""}}), HasSubstr("dimension of 18446744073709551615"));
}

/// A cluster of three entries with 2, 0 and 1 items, to be spoilt.
struct CheckCluster : testing::Test {
  TableSpec table{"Events", "", {{"n", Type::int16, {}, ""}, {"x", Type::float32, {2}, "n"}}};
  std::vector<std::int16_t> counts{2, 0, 1};
  std::vector<float> values = std::vector<float>(6);
  std::vector<std::uint32_t> offsets{0, 2, 2, 3};
  event::Columns cluster;

  void SetUp() override {
    cluster.entries = 3;
    cluster.columns = {{Type::int16, false, 1, reinterpret_cast<const std::byte*>(counts.data()), 3, {}},
                       {Type::float32, true, 2, reinterpret_cast<const std::byte*>(values.data()), 6, offsets}};
  }
  std::string check() {
    return complaint([&] { check_cluster(table, check_table(table), cluster); });
  }
};

TEST_F(CheckCluster, AcceptsWhatFits) { EXPECT_EQ(check(), "no error"); }

TEST_F(CheckCluster, NamesAWrongCount) {
  counts[1] = 1;
  EXPECT_THAT(check(), HasSubstr("column 'x': entry 1 of the cluster is counted as 1 items"));
  counts[1] = -1;
  EXPECT_THAT(check(), HasSubstr("counted as -1 items"));
}

TEST_F(CheckCluster, NamesFallingOffsets) {
  offsets = {0, 3, 2, 3};
  EXPECT_THAT(check(), HasSubstr("its item offsets are"));
}

TEST_F(CheckCluster, NamesWrongTypesAndLengths) {
  cluster.columns[0].type = Type::int32;
  EXPECT_THAT(check(), HasSubstr("holds int32 instead of int16"));
  SetUp();
  cluster.columns[0].values = 4;
  EXPECT_THAT(check(), HasSubstr("has 4 values for 3 items"));
  SetUp();
  cluster.columns[1].inner = 1;
  EXPECT_THAT(check(), HasSubstr("1 values an item instead of 2"));
  SetUp();
  cluster.columns[1].jagged = false;
  EXPECT_THAT(check(), HasSubstr("is not jagged"));
  SetUp();
  cluster.columns[1].offsets = cluster.columns[1].offsets.first(3);
  EXPECT_THAT(check(), HasSubstr("3 borders instead of 4"));
  SetUp();
  cluster.columns.pop_back();
  EXPECT_THAT(check(), HasSubstr("1 columns instead of 2"));
}

TEST(RootWriterTables, ReportsMisuseBeforeAnythingIsWritten) {
  const test::TempDir dir;
  Writer writer(dir / "f.root");
  writer.add_table({"a", "", {}});
  EXPECT_THAT(complaint([&] { writer.add_table({"a", "", {}}); }), HasSubstr("two tables of the name 'a'"));
  EXPECT_THAT(complaint([&] { Writer(dir / "g.root", {.level = 10}); }), HasSubstr("level is 10"));
  EXPECT_THROW(Writer(dir / "no/f.root"), core::Error);
  // A cluster of another shape is refused, naming the file; the writer goes on.
  event::Columns wrong;
  wrong.columns.resize(1);
  EXPECT_THAT(complaint([&] { writer.append(0, wrong); }), HasSubstr("f.root: table 'a': a cluster has 1 columns"));
  writer.append(0, {});
  writer.commit();
  EXPECT_TRUE(std::filesystem::exists(dir / "f.root"));
}

}  // namespace
}  // namespace trigloop::io::root
