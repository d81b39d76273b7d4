// Raw files as sources: orbits of several sources and files, as orbit tree and as events.
#include "io/raw/raw.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "io/any/any.hpp"
#include "io/raw/container.hpp"
#include "io/raw/fields.hpp"
#include "test/io/raw/raw_file.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::raw {
namespace {

using test::RawEvent;
using testing::ElementsAre;

constexpr std::uint32_t good_muon = 50u << 10 | 12u << 19;

std::vector<std::int64_t> column(const Source& source, const std::string& table, const std::string& name,
                                 std::size_t cluster = 8192) {
  std::vector<std::int64_t> values;
  ReadOptions options;
  options.cluster_entries = cluster;
  const auto reader = source.read({table, 0, {name}}, options);
  for (event::Columns columns; reader->next(columns);) {
    event::visit(columns.columns[0].type, [&](auto one) {
      for (const auto value : columns.columns[0].as<decltype(one)>())
        values.push_back(static_cast<std::int64_t>(value));
    });
  }
  return values;
}

test::RawWords jets_of(std::uint32_t crossing, std::uint32_t orbit, std::uint32_t et) {
  test::RawWords block = test::calo_block(crossing, orbit);
  block[11] = et;
  return block;
}

/// Two orbits: muons in both, the calorimeter in the second alone.
std::vector<RawEvent> two_orbits() {
  return {{10, sds_gmt, test::muon_block(5, 10, {good_muon, 0, 0, good_muon, 0, 1u << 31})},
          {11, sds_gmt, test::muon_block(6, 11, {good_muon, 0, 0})},
          {11, sds_calo, test::joined({jets_of(6, 11, 100), jets_of(9, 11, 200)})}};
}

TEST(RawFiles, AreReadAsTheEventsThatTheyHold) {
  const test::TempDir folder;
  test::write_file(folder / "a", test::raw_file(two_orbits()));
  const auto source = io::open(folder / "a");
  EXPECT_EQ(source->info().format, "RAW, orbits of CMSSW");
  EXPECT_THAT(column(*source, "Events", "orbitNumber"), ElementsAre(10, 11, 11));
  EXPECT_THAT(column(*source, "Events", "bunchCrossing"), ElementsAre(5, 6, 9));
  EXPECT_THAT(column(*source, "Events", "luminosityBlock"), ElementsAre(3, 3, 3));
  EXPECT_THAT(column(*source, "Events", "nL1Mu"), ElementsAre(1, 1, 0));
  EXPECT_THAT(column(*source, "Events", "L1Jet_hwPt"), ElementsAre(100, 200));
  EXPECT_THAT(column(*source, "Events", "nL1EtSum"), ElementsAre(0, 8, 8));
  EXPECT_THAT(column(*source, "LuminosityBlocks", "nOrbits"), ElementsAre(2));
}

TEST(RawFiles, TellWhatWasDroppedOfALumisection) {
  const test::TempDir folder;
  auto events = two_orbits();
  events[1].words = test::muon_block(6, 99, {0, 0, 0, 1u << 10, 0, 0, 0, 0, 1u << 31});
  events[2].lumisection = events[1].lumisection = 4;
  test::write_file(folder / "a", test::raw_file(events));
  const auto source = io::open(folder / "a");
  EXPECT_THAT(column(*source, "LuminosityBlocks", "nIntermediateMuons"), ElementsAre(1, 1));
  EXPECT_THAT(column(*source, "LuminosityBlocks", "nMuonsWithoutPt"), ElementsAre(0, 1));
  EXPECT_THAT(column(*source, "LuminosityBlocks", "nMuonsOfQuality0"), ElementsAre(0, 1));
  EXPECT_THAT(column(*source, "LuminosityBlocks", "nEmptyCaloObjects"), ElementsAre(0, 2 * 36 - 2));
  EXPECT_THAT(column(*source, "LuminosityBlocks", "nBlocksOfOtherOrbits"), ElementsAre(0, 1));
}

TEST(RawFiles, OfSeveralSourcesAreJoinedByOrbit) {
  const test::TempDir folder;
  const auto events = two_orbits();
  test::write_file(folder / "whole", test::raw_file(events));
  test::write_file(folder / "a.raw", test::raw_file({events[0], events[1]}));
  test::write_file(folder / "a.raw_1", test::raw_file({events[2]}));
  const auto whole = io::open(folder / "whole"), parts = io::open(folder / "a.raw");
  for (const ColumnInfo& info : find_table(whole->info(), "Events").columns)
    EXPECT_EQ(column(*parts, "Events", info.name), column(*whole, "Events", info.name)) << info.name;
  EXPECT_EQ(parts->info().bytes, whole->info().bytes + 32);
  EXPECT_TRUE(is_companion(folder / "a.raw_1"));
  EXPECT_FALSE(is_companion(folder / "a.raw"));
  EXPECT_FALSE(is_companion(folder / "a.raw_x"));
  EXPECT_FALSE(is_companion(folder / "a.root_1"));
}

TEST(RawFiles, HaveColumnsForTheirSourcesAlone) {
  const test::TempDir folder;
  test::write_file(folder / "a", test::raw_file({two_orbits()[0]}));
  const auto source = io::open(folder / "a");
  EXPECT_NO_THROW(find_column(source->info(), find_table(source->info(), "Events"), "L1Mu_hwPt"));
  EXPECT_THROW(find_column(source->info(), find_table(source->info(), "Events"), "L1Jet_hwPt"), core::Error);
}

TEST(RawFiles, GiveTheSameInClustersOfAnySizeAndFromAnyRow) {
  const test::TempDir folder;
  std::vector<RawEvent> events;
  for (std::uint32_t orbit = 100; orbit < 140; ++orbit) {
    events.push_back({orbit, sds_calo, {}});
    for (std::uint32_t crossing = 1 + orbit % 7; crossing < 50; crossing += 3) {
      const auto block = jets_of(crossing, orbit, orbit + crossing);
      events.back().words.insert(events.back().words.end(), block.begin(), block.end());
    }
  }
  test::write_file(folder / "a", test::raw_file(events));
  const auto source = io::open(folder / "a");
  const auto expected = column(*source, "Events", "L1Jet_hwPt");
  for (const std::size_t cluster : {1, 20, 100}) EXPECT_EQ(column(*source, "Events", "L1Jet_hwPt", cluster), expected);
  const auto reader = source->read({"Events", 0, {"L1Jet_hwPt"}});
  reader->rewind({33, 500});
  std::vector<std::int64_t> part;
  for (event::Columns columns; reader->next(columns);)
    for (const auto value : columns.columns[0].as<std::int16_t>()) part.push_back(value);
  EXPECT_EQ(part, std::vector<std::int64_t>(expected.begin() + 33, expected.begin() + 500));
}

TEST(RawFiles, WithoutEventsAreEmpty) {
  const test::TempDir folder;
  test::write_file(folder / "a", test::raw_file({}));
  EXPECT_EQ(find_table(io::open_stored(folder / "a")->info(), "Events").entries, 0u);
}

}  // namespace
}  // namespace trigloop::io::raw
