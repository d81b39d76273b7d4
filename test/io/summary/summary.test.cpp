#include "io/summary/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/summary/json.hpp"
#include "io/summary/table.hpp"
#include "test/io/summary/fake_source.hpp"

namespace trigloop::io {
namespace {

using test::FakeSource;
using testing::HasSubstr;
using testing::Not;

std::string json_of(const Summary& summary, const SummaryOptions& options) {
  core::JsonWriter json;
  write_json(json, summary, options);
  return json.text();
}

const ColumnSummary& column(const TableSummary& table, const std::string& name) {
  return *std::ranges::find(table.columns, name, [](const ColumnSummary& c) { return c.info.name; });
}

TEST(Summarise, ShowsTheHighestCycleAlone) {
  const Summary summary = summarise(FakeSource(3000, {"a", "list"}), {});
  ASSERT_EQ(summary.tables.size(), 1u);
  EXPECT_EQ(summary.tables[0].cycle, 2u);
  const Statistics& list = column(summary.tables[0], "list").statistics;
  EXPECT_EQ(list.values(), 3000u);
  EXPECT_TRUE(std::get<core::Int128>(column(summary.tables[0], "a").statistics.sum()) == 3000 * 2999 / 2);
}

TEST(Summarise, ShowsOtherCyclesWhenAsked) {
  SummaryOptions options;
  options.all_cycles = true;
  EXPECT_EQ(summarise(FakeSource(100, {"a"}), options).tables.size(), 2u);
  options.all_cycles = false;
  options.cycle = 1;
  const Summary first = summarise(FakeSource(100, {"a"}), options);
  ASSERT_EQ(first.tables.size(), 1u);
  EXPECT_EQ(column(first.tables[0], "a").statistics.values(), 50u);
  options.cycle = 7;
  EXPECT_THROW(summarise(FakeSource(100, {"a"}), options), core::Error);
}

TEST(Summarise, OfADamagedColumnGivesItsErrorAndAllOthers) {
  const Summary summary = summarise(FakeSource(3000), {});
  const TableSummary& table = summary.tables[0];
  EXPECT_TRUE(column(table, "a").complete);
  EXPECT_TRUE(column(table, "b").complete);
  EXPECT_TRUE(column(table, "list").complete);
  EXPECT_FALSE(column(table, "bad").complete);
  ASSERT_NE(summary.first_error(), nullptr);
  EXPECT_STREQ(summary.first_error()->what(), "fake: branch 'bad', basket 3, byte 77: broken");
  EXPECT_THAT(json_of(summary, {}), HasSubstr(R"("error":{"code":4,"message":"fake: branch 'bad')"));
}

TEST(Summarise, GivesTheSameForAnyNumberOfThreads) {
  SummaryOptions options;
  options.threads = 1;
  const std::string alone = json_of(summarise(FakeSource(12345), options), options);
  for (const unsigned threads : {2u, 5u, 16u}) {
    options.threads = threads;
    EXPECT_EQ(json_of(summarise(FakeSource(12345), options), options), alone);
  }
}

TEST(Summarise, WithoutValuesReadsNone) {
  SummaryOptions options;
  options.values = false;
  const Summary summary = summarise(FakeSource(3000), options);
  EXPECT_EQ(summary.first_error(), nullptr);
  EXPECT_THAT(json_of(summary, options), HasSubstr(R"("name":"a","type":"int32","entries":3000,"values":null)"));
}

TEST(Summarise, ChoosesColumnsByPattern) {
  SummaryOptions options;
  options.columns = "b,l*";
  const Summary summary = summarise(FakeSource(10), options);
  ASSERT_EQ(summary.tables[0].columns.size(), 2u);
  EXPECT_EQ(summary.tables[0].columns[1].info.name, "list");
  options.columns = "nothing*";
  EXPECT_THROW(summarise(FakeSource(10), options), core::Error);
  options.columns = "";
  options.table = "Event";
  EXPECT_THROW(summarise(FakeSource(10), options), core::Error);
}

TEST(Summarise, OfATableWithoutEntriesIsCompleteAndEmpty) {
  const Summary summary = summarise(FakeSource(0, {"a"}), {});
  EXPECT_TRUE(column(summary.tables[0], "a").complete);
  EXPECT_THAT(json_of(summary, {}), HasSubstr(R"("values":0,"min":null,"max":null,"sum":0)"));
}

TEST(Summarise, ListsWhatIsNotReadAndWhy) {
  const Summary summary = summarise(FakeSource(10, {"a"}), {});
  const std::string json = json_of(summary, {});
  EXPECT_THAT(json, HasSubstr(R"("name":"text","type":"string","entries":0,"values":null,"min":null)"));
  EXPECT_THAT(json, HasSubstr(R"("why":"strings are not numbers")"));
  EXPECT_THAT(json, HasSubstr(R"("unread":[{"name":"Other","kind":"RNTuple","reason":)"));
  EXPECT_THAT(as_table(summary, {}), HasSubstr("RNTuple Other: its reader is not built yet"));
}

TEST(AsTable, AlignsNumbersAndGivesLongNamesALine) {
  const std::string name(90, 'x');
  const std::string text = as_table(summarise(FakeSource(1000, {"a", name}), {}), {});
  EXPECT_THAT(text, HasSubstr("tree Events;2: 1,000 entries, 3 columns\n"));
  EXPECT_THAT(text, HasSubstr(name + "\n"));
  EXPECT_THAT(text, HasSubstr("1,000    0  999  499500"));
  EXPECT_THAT(text, Not(HasSubstr(" \n")));
}

}  // namespace
}  // namespace trigloop::io
