#include "io/tiles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <mutex>

#include "core/error.hpp"
#include "test/support/fake_scouting.hpp"

namespace trigloop::io {
namespace {

using event::find_layout;
using event::parse_layout;
using event::Tile;
using test::FakeScouting;
using test::FakeSource;
using test::flat_column;
using test::jagged_column;
using test::Lists;

TEST(ReadTiles, GivesEachEventOfScoutingItsFeaturesAndKeys) {
  for (const bool with_types : {true, false}) {
    const FakeScouting events(1003, 7);
    const FakeSource source = events.source(97, with_types);
    TileOptions options;
    options.threads = 1;
    options.lanes = 64;
    options.entries_per_task = 500;
    std::uint64_t saturated = 0, missing = 0;
    std::vector<int> seen(events.entries());
    const TileStats stats =
        read_tiles(source, find_layout(event::cms_l1_scouting), options, [&](unsigned, const Tile& tile) {
          for (std::uint32_t lane = 0; lane < tile.size; ++lane) {
            const std::size_t i = tile.first_entry + lane;
            ++seen[i];
            ASSERT_EQ(tile.run[lane], events.run[i]);
            ASSERT_EQ(tile.block[lane], events.lumi[i]);
            ASSERT_EQ(tile.orbit[lane], events.orbit[i]);
            ASSERT_EQ(tile.crossing[lane], events.bx[i]);
            const auto want = events.features(i, with_types, saturated, missing);
            for (std::uint32_t f = 0; f < 57; ++f) ASSERT_EQ(tile.row<std::int16_t>(f)[lane], want[f]) << i << " " << f;
          }
        });
    EXPECT_EQ(std::ranges::count(seen, 1), static_cast<std::ptrdiff_t>(events.entries()));
    EXPECT_EQ(stats.entries, events.entries());
    EXPECT_EQ(stats.tiles, 8u + 8u + 1u) << "500 + 500 + 3 events of 64 lanes";
    EXPECT_EQ(stats.counts.saturated, saturated);
    EXPECT_EQ(stats.counts.missing_items, missing);
    EXPECT_GT(saturated, 0u);
    EXPECT_GT(missing, 0u);
  }
}

/// A sum over tiles that does not depend on their order, but on every value and its place.
std::uint64_t weight(const Tile& tile) {
  std::uint64_t sum = tile.first_entry * 31 + tile.size;
  for (std::uint32_t f = 0; f < tile.features; ++f) {
    for (std::uint32_t i = 0; i < tile.size; ++i) {
      sum += static_cast<std::uint64_t>(tile.row<std::int16_t>(f)[i]) * (f + 1) * (tile.first_entry + i + 7);
    }
  }
  return sum;
}

TEST(ReadTiles, GivesTheSameTilesForAnyNumberOfThreads) {
  const FakeScouting events(5000, 3);
  const FakeSource source = events.source(333);
  std::vector<std::pair<std::uint64_t, TileStats>> results;
  for (const unsigned threads : {1u, 2u, 5u, 16u}) {
    TileOptions options;
    options.threads = threads;
    options.entries_per_task = 700;
    std::atomic<std::uint64_t> sum{0};
    const auto stats =
        read_tiles(source, find_layout(event::cms_l1_scouting), options, [&](unsigned worker, const Tile& tile) {
          ASSERT_LT(worker, threads);
          sum += weight(tile);
        });
    results.emplace_back(sum, stats);
  }
  for (const auto& [sum, stats] : results) {
    EXPECT_EQ(sum, results[0].first);
    EXPECT_EQ(stats.tiles, results[0].second.tiles);
    EXPECT_EQ(stats.counts, results[0].second.counts);
  }
}

TEST(ReadTiles, GivesEveryEntryOnceHoweverTasksAreCut) {
  const FakeScouting events(50000, 4);
  const FakeSource source = events.source(1000);
  for (const unsigned threads : {1u, 2u, 3u, 8u}) {
    TileOptions options;
    options.threads = threads;
    std::vector<std::atomic<int>> seen(events.entries());
    const auto stats =
        read_tiles(source, find_layout(event::cms_l1_scouting), options, [&](unsigned, const Tile& tile) {
          for (std::uint32_t i = 0; i < tile.size; ++i) ++seen[tile.first_entry + i];
        });
    EXPECT_EQ(stats.entries, events.entries());
    EXPECT_TRUE(std::ranges::all_of(seen, [](const auto& n) { return n == 1; })) << threads;
  }
}

TEST(ReadTiles, KeepsToARange) {
  const FakeScouting events(1000, 5);
  TileOptions options;
  options.range = EntryRange{123, 457};
  std::atomic<std::uint64_t> entries{0};
  const auto layout = find_layout(event::cms_l1_scouting);
  read_tiles(events.source(), layout, options, [&](unsigned, const Tile& tile) {
    EXPECT_GE(tile.first_entry, 123u);
    EXPECT_LE(tile.first_entry + tile.size, 457u);
    entries += tile.size;
  });
  EXPECT_EQ(entries, 334u);
  options.range = EntryRange{0, 1001};
  EXPECT_THROW(read_tiles(events.source(), layout, options, [](unsigned, const Tile&) {}), core::Error);
}

TEST(ReadTiles, PassesAnErrorOfTheConsumerOn) {
  const FakeScouting events(1000, 5);
  EXPECT_THROW(read_tiles(events.source(), find_layout(event::cms_l1_scouting), {},
                          [](unsigned, const Tile&) { throw core::Error(core::ErrorCode::output, "full"); }),
               core::Error);
}

TEST(ReadTiles, TakesAnAtlasLikeNtupleInPhysicalUnits) {
  const auto layout = parse_layout(R"(
trigloop_layout: 1
name: atlas-like
table: analysis
values: physical
key: {run: runNumber, block: lumiBlock, bcid: bcid}
collections:
  Jet:
    columns:
      pt: {column: jet_pt, scale: 0.001}   # MeV to GeV
      eta: jet_eta
  Met: {columns: {met: {column: met_et, scale: 0.001}}}
features:
  - {objects_of: Jet, first: 3, fields: [pt, eta]}
  - {scalar: {column: met, scale: 0.001}}
  - {array: layers, length: 2}
)",
                                   "atlas-like");
  const std::vector<std::uint32_t> run{9, 9, 9}, block{1, 1, 2}, bcid{7, 8, 9};
  const Lists<float> pt{{50000, 40000, 30000, 20000}, {}, {12345}}, eta{{0.5, -1, 2, 3}, {}, {-2.5}};
  const std::vector<double> met{1000, 2500, 0};
  const FakeSource source("analysis", 3,
                          {flat_column("runNumber", run), flat_column("lumiBlock", block), flat_column("bcid", bcid),
                           jagged_column("jet_pt", pt, ""), jagged_column("jet_eta", eta, ""), flat_column("met", met),
                           flat_column("layers", std::vector<float>{1, 2, 3, 4, 5, 6}, {2})},
                          2);
  std::vector<std::vector<float>> rows;
  read_tiles(source, layout, {}, [&](unsigned, const Tile& tile) {
    ASSERT_EQ(tile.size, 3u);
    for (std::uint32_t f = 0; f < tile.features; ++f)
      rows.emplace_back(tile.row<float>(f).begin(), tile.row<float>(f).end());
    EXPECT_THAT(std::span(tile.block, 3), ::testing::ElementsAre(1, 1, 2));
    EXPECT_THAT(std::span(tile.crossing, 3), ::testing::ElementsAre(7, 8, 9));
    EXPECT_THAT(std::span(tile.orbit, 3), ::testing::ElementsAre(0, 0, 0));
  });
  const std::vector<std::vector<float>> want{{50, 0, 12.345f}, {0.5, 0, -2.5}, {40, 0, 0}, {-1, 0, 0}, {30, 0, 0},
                                             {2, 0, 0},        {1, 2.5, 0},    {1, 3, 5},  {2, 4, 6}};
  EXPECT_EQ(rows, want);
}

TEST(ReadTiles, TakesATimeSeries) {
  const auto layout = parse_layout(R"(
trigloop_layout: 1
name: series
table: ""
values: physical
key: {window: 4, time: time, start: 1000}
features: [{scalar: strain}]
)",
                                   "series");
  std::vector<double> time;
  std::vector<float> strain;
  for (int i = 0; i < 1000; ++i) {
    time.push_back(1000 + i / 16.0);
    strain.push_back(std::sin(0.1f * static_cast<float>(i)));
  }
  const FakeSource source("", 1000, {flat_column("time", time), flat_column("strain", strain)}, 123);
  std::mutex mutex;
  std::vector<float> got(1000);
  read_tiles(source, layout, {}, [&](unsigned, const Tile& tile) {
    const std::lock_guard lock(mutex);
    for (std::uint32_t i = 0; i < tile.size; ++i) {
      const std::size_t entry = tile.first_entry + i;
      got[entry] = tile.row<float>(0)[i];
      EXPECT_EQ(tile.time[i], time[entry]);
      EXPECT_EQ(tile.block[i], entry / 64);
    }
  });
  EXPECT_EQ(got, strain);
}

}  // namespace
}  // namespace trigloop::io
