#include "simulate/training.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/simulate/collect.hpp"

namespace trigloop::simulate {
namespace {

TEST(Training, ZeroBiasHasTheColumnsOfThePackageForAnyThreads) {
  std::uint64_t first = 0;
  for (const unsigned threads : {1u, 2u, 3u}) {
    test::CollectingSink sink;
    TrainingOptions options;
    options.events = 10001;
    options.threads = threads;
    const auto summary = write_zerobias(options, sink);
    ASSERT_EQ(summary.size(), 1u);
    EXPECT_EQ(summary[0].events, 10001u);
    EXPECT_EQ(sink.columns.at("/full_data_cyl").size(), 10001u * 99 * 2);
    EXPECT_EQ(sink.columns.at("/ET").size(), 10001u * 4);
    EXPECT_EQ(sink.columns.at("/event_info").size(), 10001u * 4);
    EXPECT_EQ(sink.columns.at("/L1bit").size(), 10001u);
    if (threads == 1) first = sink.hash();
    EXPECT_EQ(sink.hash(), first);
  }
}

TEST(Training, SignalsAreTheTenOfTheSamplesUnlessSomeAreChosen) {
  TrainingOptions options;
  options.events = 100;
  test::CollectingSink all, one;
  EXPECT_EQ(write_signals(options, all).size(), 10u);
  EXPECT_EQ(all.columns.size(), 50u);
  EXPECT_EQ(all.columns.at("/haa4b-ma15").size(), 100u * 99 * 2);
  options.signals = {"TT"};
  write_signals(options, one);
  EXPECT_EQ(one.columns.size(), 5u);
  EXPECT_EQ(one.columns.at("/TT"), all.columns.at("/TT")) << "a signal does not depend on which others are written";
}

TEST(Training, AnUnknownSignalNamesTheNearest) {
  try {
    find_signals({"TTT"});
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::usage);
    EXPECT_NE(std::string(e.what()).find("'TT'"), std::string::npos) << e.what();
  }
}

TEST(Training, RefusesLumisectionsWhereThereAreNone) {
  test::CollectingSink sink;
  TrainingOptions options;
  EXPECT_THROW(write_zerobias(options, sink), core::Error);
  options.events = 10;
  options.drifts = {parse_drift("jet-scale:start=LS3,size=1%")};
  EXPECT_THROW(write_zerobias(options, sink), core::Error);
}

}  // namespace
}  // namespace trigloop::simulate
