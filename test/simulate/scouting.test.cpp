#include "simulate/scouting.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/simulate/collect.hpp"

namespace trigloop::simulate {
namespace {

ScoutingOptions small() {
  ScoutingOptions options;
  options.lumisections = 3;
  options.orbits = 200;
  options.seed = 11;
  options.threads = 1;
  return options;
}

TEST(Scouting, TheBytesDoNotDependOnTheThreads) {
  std::uint64_t first = 0;
  for (const unsigned threads : {1u, 2u, 3u}) {
    test::CollectingSink sink;
    ScoutingOptions options = small();
    options.threads = threads;
    const ScoutingSummary summary = write_scouting(options, sink);
    EXPECT_EQ(summary.events, sink.entries[0]);
    if (threads == 1) first = sink.hash();
    EXPECT_EQ(sink.hash(), first) << threads << " threads";
  }
}

TEST(Scouting, RowsAreOrderedByOrbitThenCrossingInsideTheirLumisection) {
  test::CollectingSink sink;
  const ScoutingSummary summary = write_scouting(small(), sink);
  const auto orbit = sink.values<std::uint32_t>("Events/orbitNumber"),
             bunch = sink.values<std::uint32_t>("Events/bunchCrossing"),
             lumi = sink.values<std::uint32_t>("Events/luminosityBlock");
  ASSERT_EQ(orbit.size(), summary.events);
  EXPECT_NEAR(static_cast<double>(summary.events), 3 * 200 * 2544 * 0.015, 800);
  for (std::size_t i = 0; i < orbit.size(); ++i) {
    EXPECT_EQ((orbit[i] - 1) >> 18, lumi[i]);
    EXPECT_LT((orbit[i] - 1) & 0x3FFFF, 200u);
    EXPECT_TRUE(bunch[i] >= 1 && bunch[i] <= 3564);
    if (i > 0) {
      EXPECT_LT(std::pair(orbit[i - 1], bunch[i - 1]), std::pair(orbit[i], bunch[i]));
    }
  }
  EXPECT_EQ(sink.values<std::uint32_t>("LuminosityBlocks/luminosityBlock"),
            (std::vector<std::uint32_t>{214, 215, 216}));
  EXPECT_EQ(sink.values<std::uint32_t>("LuminosityBlocks/nOrbits"), (std::vector<std::uint32_t>{200, 200, 200}));
}

TEST(Scouting, StopsAfterTheEventsAskedFor) {
  ScoutingOptions options = small();
  options.lumisections = 0;
  test::CollectingSink all;
  options.events = 20000;
  write_scouting(options, all);
  for (const std::uint64_t events : {1ull, 7777ull, 10000ull}) {
    test::CollectingSink sink;
    options.events = events;
    EXPECT_EQ(write_scouting(options, sink).events, events);
    // A shorter stream is the beginning of a longer one.
    const std::string& part = sink.columns["Events/L1Jet_hwPt"];
    EXPECT_EQ(part, all.columns["Events/L1Jet_hwPt"].substr(0, part.size()));
    const auto seen = sink.values<std::uint32_t>("LuminosityBlocks/nOrbits");
    EXPECT_EQ(((sink.values<std::uint32_t>("Events/orbitNumber").back() - 1) & 0x3FFFF) + 1, seen.back());
  }
}

TEST(Scouting, SumsFollowTheRulesOfTheSamples) {
  test::CollectingSink sink;
  write_scouting(small(), sink);
  const auto pt = sink.values<std::int32_t>("Events/L1EtSum_hwPt"),
             type = sink.values<std::int32_t>("Events/L1EtSum_etSumType"),
             jets = sink.values<std::int32_t>("Events/nL1Jet");
  for (std::size_t i = 0; i < jets.size(); ++i) {
    const std::int32_t* const s = pt.data() + 8 * i;
    for (int k = 0; k < 8; ++k) EXPECT_EQ(type[8 * i + static_cast<std::size_t>(k)], k);
    EXPECT_EQ(s[1], s[0] / 3);
    EXPECT_EQ(s[4], s[2] / 2);
    EXPECT_EQ(s[5], s[2] + 3);
    EXPECT_EQ(s[6], s[2] / 2 + 2);
    EXPECT_EQ(s[7], 20 * jets[i]);
  }
}

TEST(Scouting, AChangeOfTheFillChangesTheRowsFromItsLumisectionOn) {
  ScoutingOptions options = small();
  test::CollectingSink before, after;
  write_scouting(options, before);
  options.drifts = {parse_drift("bunch-fill:start=LS215,size=1272")};
  write_scouting(options, after);
  const auto rows = [](const test::CollectingSink& sink, std::uint32_t ls) {
    std::size_t n = 0;
    for (const std::uint32_t one : sink.values<std::uint32_t>("Events/luminosityBlock")) n += one == ls;
    return static_cast<double>(n);
  };
  EXPECT_EQ(rows(before, 214), rows(after, 214));
  EXPECT_NEAR(rows(after, 215) / rows(before, 215), 0.5, 0.04);
  EXPECT_NEAR(rows(after, 216) / rows(before, 216), 0.5, 0.04);
}

TEST(Scouting, RefusesStreamsThatCannotBe) {
  test::CollectingSink sink;
  const auto refused = [&](auto change) {
    ScoutingOptions options = small();
    change(options);
    EXPECT_THROW(write_scouting(options, sink), core::Error);
  };
  refused([](ScoutingOptions& o) { o.lumisections = 0; });
  refused([](ScoutingOptions& o) { o.orbits = 0; });
  refused([](ScoutingOptions& o) { o.orbits = 262145; });
  refused([](ScoutingOptions& o) { o.bunches = 0; });
  refused([](ScoutingOptions& o) { o.kept = 0; });
  refused([](ScoutingOptions& o) { o.first_lumisection = 16383; });
  refused([](ScoutingOptions& o) { o.drifts = {parse_drift("bunch-fill:start=100,size=100")}; });
}

}  // namespace
}  // namespace trigloop::simulate
