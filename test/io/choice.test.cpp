// The chosen crossings of a source, read in any way, are those that a plain look at all of them gives.
#include "io/choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/fake_source.hpp"

namespace trigloop::io {
namespace {

constexpr std::uint32_t events = 50'000;

std::shared_ptr<const Source> all_events(std::size_t window) {
  std::vector<std::uint32_t> orbit(events), crossing(events), number(events);
  std::vector<std::vector<std::int32_t>> objects(events);
  for (std::uint32_t i = 0; i < events; ++i) {
    orbit[i] = 1 + i / 700, crossing[i] = 1 + i % 700 * 5, number[i] = i;
    for (std::uint32_t k = 0; k < i % 3; ++k) objects[i].push_back(static_cast<std::int32_t>(10 * i + k));
  }
  return std::make_shared<test::FakeSource>(
      "Events", events,
      std::vector{test::flat_column("orbitNumber", orbit), test::flat_column("bunchCrossing", crossing),
                  test::flat_column("number", number), test::jagged_column("pt", objects, "")},
      window);
}

ChosenRows rows_of(std::uint32_t first, std::uint32_t last, std::uint32_t prescale) {
  ChosenRows rows{"Events", "orbitNumber", "bunchCrossing", {std::vector<bool>(3565), prescale}};
  std::fill(rows.choice.crossings.begin() + first, rows.choice.crossings.begin() + last + 1, true);
  return rows;
}

std::vector<std::uint32_t> expected_of(const ChosenRows& rows) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < events; ++i) {
    const std::uint32_t crossing = 1 + i % 700 * 5;
    if (rows.choice.chooses(crossing) && rows.choice.keeps(1 + i / 700, crossing)) numbers.push_back(i);
  }
  return numbers;
}

/// The numbers of the rows of a range; objects must be theirs.
std::vector<std::uint32_t> read(const Source& source, EntryRange range) {
  const auto reader = source.read({"Events", 0, {"pt", "number"}});
  reader->rewind(range);
  std::vector<std::uint32_t> numbers;
  std::uint64_t next = range.begin;
  for (event::Columns cluster; reader->next(cluster);) {
    EXPECT_EQ(cluster.first_entry, next);
    EXPECT_EQ(cluster.columns.size(), 2u);
    next += cluster.entries;
    const auto& pt = cluster.columns[0];
    const auto all = cluster.columns[1].as<std::uint32_t>();
    for (std::size_t i = 0; i < cluster.entries; ++i) {
      numbers.push_back(all[i]);
      EXPECT_EQ(pt.offsets[i + 1] - pt.offsets[i], all[i] % 3);
      if (all[i] % 3 == 0) continue;
      EXPECT_EQ(pt.as<std::int32_t>()[pt.offsets[i]], static_cast<std::int32_t>(10 * all[i]));
    }
  }
  EXPECT_EQ(next, range.end);
  return numbers;
}

TEST(Choice, GivesTheRowsThatAreChosen) {
  for (const std::size_t window : {100, 4096, 10'000}) {
    for (const auto& rows : {rows_of(1, 3564, 7), rows_of(500, 700, 1), rows_of(100, 3000, 3)}) {
      ChoiceCount count;
      const auto source = choose(all_events(window), rows, &count);
      const auto expected = expected_of(rows);
      const std::uint64_t n = find_table(source->info(), "Events").entries;
      ASSERT_EQ(n, expected.size());
      EXPECT_EQ(count.read, events);
      EXPECT_EQ(count.kept, n);
      EXPECT_EQ(read(*source, {0, n}), expected);
      std::vector<std::uint32_t> pieces;
      for (const EntryRange& piece : source->split({"Events", 0, {"pt"}}, 1000)) {
        const auto part = read(*source, piece);
        pieces.insert(pieces.end(), part.begin(), part.end());
      }
      EXPECT_EQ(pieces, expected);
      EXPECT_EQ(read(*source, {17, n - 5}), std::vector<std::uint32_t>(expected.begin() + 17, expected.end() - 5));
      EXPECT_TRUE(read(*source, {n, n}).empty());
    }
  }
}

TEST(Choice, CountsWhatItLeavesOut) {
  ChoiceCount count;
  choose(all_events(1000), rows_of(1, 5, 1), &count);
  EXPECT_EQ(count.chosen, count.kept);
  choose(all_events(1000), rows_of(1, 5, 10), &count);
  EXPECT_EQ(count.chosen, 72u) << "crossing 1 of each of 72 orbits";
  EXPECT_LT(count.kept, 30u);
}

TEST(Choice, OfNothingIsEmpty) {
  const auto source = choose(all_events(1000), rows_of(2, 5, 1));
  EXPECT_EQ(find_table(source->info(), "Events").entries, 0u);
  EXPECT_TRUE(read(*source, {0, 0}).empty());
}

TEST(Choice, NeedsItsKey) {
  ChosenRows rows = rows_of(1, 5, 1);
  rows.orbit = "orbit";
  EXPECT_THROW(choose(all_events(1000), rows), core::Error);
}

}  // namespace
}  // namespace trigloop::io
