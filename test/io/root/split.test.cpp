#include "io/root/split.hpp"

#include <gtest/gtest.h>

namespace trigloop::io::root {
namespace {

BranchInfo branch(std::vector<std::uint64_t> firsts, std::uint64_t entries, std::uint64_t bytes_per_entry) {
  BranchInfo info;
  info.entries = entries;
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    const std::uint64_t end = i + 1 < firsts.size() ? firsts[i + 1] : entries;
    Basket basket;
    basket.first_entry = firsts[i];
    basket.entries = end - firsts[i];
    basket.nbytes = basket.entries * bytes_per_entry;
    info.stored_bytes += basket.nbytes;
    info.baskets.push_back(basket);
  }
  return info;
}

void expect_whole(const std::vector<EntryRange>& ranges, std::uint64_t entries) {
  std::uint64_t next = 0;
  for (const EntryRange& range : ranges) {
    EXPECT_EQ(range.begin, next);
    EXPECT_LT(range.begin, range.end);
    next = range.end;
  }
  EXPECT_EQ(next, entries);
}

TEST(SplitEntries, NeverCutsAHugeBasket) {
  // A cluster of small baskets, then one of one basket a branch.
  std::vector<std::uint64_t> fine, coarse;
  for (std::uint64_t e = 0; e < 1000; e += 10) fine.push_back(e);
  for (std::uint64_t e = 0; e < 1000; e += 50) coarse.push_back(e);
  fine.push_back(1000);
  coarse.push_back(1000);
  const BranchInfo a = branch(fine, 2000, 8), b = branch(coarse, 2000, 2);
  const auto ranges = split_entries({&a, &b}, 2000, 100);
  expect_whole(ranges, 2000);
  EXPECT_EQ(ranges.size(), 11u);
  EXPECT_EQ(ranges.back().begin, 1000u);
}

TEST(SplitEntries, LengthensRangesUntilACutIsWorthItsPrice) {
  // A cut at the second branch's borders divides a basket of 80 bytes of the first: worth it for 640 bytes, 40 entries.
  std::vector<std::uint64_t> fine, odd{0};
  for (std::uint64_t e = 0; e < 1000; e += 10) fine.push_back(e);
  for (std::uint64_t e = 45; e < 1000; e += 50) odd.push_back(e);
  const BranchInfo a = branch(fine, 1000, 8), b = branch(odd, 1000, 8);
  const auto ranges = split_entries({&a, &b}, 1000, 10);
  expect_whole(ranges, 1000);
  for (std::size_t i = 0; i + 1 < ranges.size(); ++i) EXPECT_GE(ranges[i].end - ranges[i].begin, 40u);
}

TEST(SplitEntries, TakesAnythingThatIsThere) {
  expect_whole(split_entries({}, 10, 5), 10);
  EXPECT_TRUE(split_entries({}, 10, 5).size() == 1);
  const BranchInfo one = branch({0}, 10, 1);
  expect_whole(split_entries({&one}, 10, 1), 10);
  const BranchInfo empty;
  EXPECT_TRUE(split_entries({&empty}, 0, 1).empty());
}

}  // namespace
}  // namespace trigloop::io::root
