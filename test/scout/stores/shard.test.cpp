#include "scout/stores/shard.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace trigloop::scout::stores {
namespace {

using core::ErrorCode;

ErrorCode code_of(const std::string& text) {
  try {
    parse_shard(text, "a.axo_shards");
  } catch (const core::Error& e) {
    return e.code();
  }
  return ErrorCode::internal;
}

Shard shard_of(std::string name, Counts counts, std::vector<std::uint32_t> orbits) {
  return {std::move(name), {396102, 214}, std::move(counts), std::move(orbits)};
}

TEST(Shard, HasTheTextThatPythonsJsonWrites) {
  const Shard shard = shard_of("", {{0, 3}, {17, 1}}, {5, 6});
  EXPECT_EQ(format_shard(shard),
            "{\"bins\": [0, 20000, 1], \"counts\": {\"0\": 3.0, \"17\": 1.0}}\n"
            "{\"run_numbers\": [\"396102\"], \"luminosity_blocks\": [\"214\"], \"orbit_numbers\": [\"5\", \"6\"]}\n");
}

TEST(Shard, ReadsWhatItWrites) {
  const Shard shard = shard_of("x", {{0, 3}, {9, 1}, {100, 2}, {19998, 7}}, {5, 6, 4'000'000'000u});
  const Shard back = parse_shard(format_shard(shard), "x");
  EXPECT_EQ(back.counts, shard.counts);
  EXPECT_EQ(back.orbits, shard.orbits);
  EXPECT_EQ(back.lumi, shard.lumi);
}

TEST(Shard, TheLastBinIsClosedAsInNumpy) {
  EXPECT_EQ(bin_of(16 * 19'998 + 15, 4), 19'998);
  EXPECT_EQ(bin_of(16 * 19'999, 4), 19'998);
  EXPECT_THROW(bin_of(16 * 19'999 + 1, 4), core::Error);
  EXPECT_THROW(bin_of(-1, 4), core::Error);
  EXPECT_EQ(bin_of(7, -1), 14);
}

TEST(Shard, RefusesDamageAndSeveralLumisections) {
  const std::string good = format_shard(shard_of("", {{0, 3}}, {5}));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_EQ(code_of(with("[\"214\"]", "[\"214\", \"215\"]")), ErrorCode::mismatch);
  EXPECT_EQ(code_of(with("20000", "30000")), ErrorCode::unsupported);
  EXPECT_EQ(code_of(with("\"0\"", "\"19999\"")), ErrorCode::damaged);
  EXPECT_EQ(code_of(with("\"0\"", "\"-1\"")), ErrorCode::damaged);
  EXPECT_EQ(code_of(with("3.0", "3.5")), ErrorCode::damaged);
  EXPECT_EQ(code_of(with("3.0", "-3")), ErrorCode::damaged);
  EXPECT_EQ(code_of(with("[\"5\"]", "[\"5x\"]")), ErrorCode::damaged);
  EXPECT_EQ(code_of(with("[\"5\"]", "7")), ErrorCode::damaged);
  for (std::size_t n = 0; n < good.size() - 2; ++n) EXPECT_EQ(code_of(good.substr(0, n)), ErrorCode::damaged) << n;
}

TEST(MergeShards, AddsPartsThatShareTheOrbitInWhichTheyWereCut) {
  std::vector<std::uint32_t> first, second;
  for (std::uint32_t orbit = 1; orbit <= 20; ++orbit) first.push_back(orbit);
  for (std::uint32_t orbit = 20; orbit <= 40; ++orbit) second.push_back(orbit);
  const auto merges = merge_shards({shard_of("b", {{3, 1}}, second), shard_of("a", {{3, 4}, {5, 1}}, first)});
  ASSERT_EQ(merges.size(), 1u);
  EXPECT_EQ(merges[0].counts, (Counts{{3, 5}, {5, 1}}));
  EXPECT_EQ(merges[0].orbits.size(), 40u);
  EXPECT_EQ(merges[0].shared_orbits, 1u);
  EXPECT_EQ(merges[0].shards, 2u);
}

TEST(MergeShards, CountsACopyOnceAndLeavesOutWhatOnlyOverlaps) {
  const Shard one = shard_of("1", {{3, 4}}, {1, 2, 3});
  const Shard copy = shard_of("2", {{3, 4}}, {1, 2, 3});
  const Shard other = shard_of("3", {{3, 5}}, {2, 3, 4});
  const Shard disjoint = shard_of("4", {{9, 1}}, {7});
  const std::vector<Shard> all{one, copy, other, disjoint};
  const auto merges = merge_shards(all);
  ASSERT_EQ(merges.size(), 1u);
  EXPECT_EQ(merges[0].counts, (Counts{{3, 4}, {9, 1}}));
  EXPECT_EQ(merges[0].duplicate, std::vector<std::string>{"2"});
  EXPECT_EQ(merges[0].overlapping, std::vector<std::string>{"3"});
  const auto turned = merge_shards({all.rbegin(), all.rend()});
  EXPECT_EQ(turned[0].counts, merges[0].counts);
}

}  // namespace
}  // namespace trigloop::scout::stores
