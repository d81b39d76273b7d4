#include "simulate/drift.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "simulate/generator.hpp"

namespace trigloop::simulate {
namespace {

constexpr std::uint64_t start = 3000, events = 30000;

struct Means {
  double jet1 = 0, jets = 0, et = 0, met = 0, pileup = 0, hot = 0, dead = 0;
  int n = 0;
};

/// Means of the events from `from` on; `hot` and `dead` count e/gamma of 20 GeV at, and jets in, the test's regions.
Means means(const std::vector<Drift>& drifts, std::uint64_t from) {
  const Generator generator(zero_bias(), 17);
  Event e;
  Means m;
  for (std::uint64_t i = from; i < events; ++i) {
    make_event(generator, drifts, 17, i, {i, 0}, e);
    ++m.n;
    m.jet1 += e.jets.count > 0 ? e.jets.pt[0] : 0;
    m.jets += e.jets.count;
    m.et += e.total_et;
    m.met += e.met;
    m.pileup += e.pileup;
    for (std::size_t k = 0; k < static_cast<std::size_t>(e.egs.count); ++k)
      m.hot += e.egs.eta[k] == 28 && e.egs.phi[k] == 18 && e.egs.pt[k] == 40;
    for (std::size_t k = 0; k < static_cast<std::size_t>(e.jets.count); ++k)
      m.dead += std::abs(e.jets.eta[k]) < 20 && e.jets.phi[k] >= 40 && e.jets.phi[k] <= 60;
  }
  for (double* one : {&m.jet1, &m.jets, &m.et, &m.met, &m.pileup, &m.hot, &m.dead}) *one /= m.n;
  return m;
}

class EachDrift : public testing::TestWithParam<const char*> {};

TEST_P(EachDrift, LeavesEventsBeforeItsStartAsTheyAre) {
  const std::vector<Drift> drifts{parse_drift(GetParam())};
  const Generator generator(zero_bias(), 5);
  Event without, with;
  for (std::uint64_t i = 0; i < start; ++i) {
    make_event(generator, {}, 5, i, {i, 0}, without);
    make_event(generator, drifts, 5, i, {i, 0}, with);
    ASSERT_EQ(without.jets.count, with.jets.count);
    ASSERT_TRUE(std::equal(without.jets.pt.begin(), without.jets.pt.begin() + with.jets.count, with.jets.pt.begin()));
    ASSERT_EQ(without.egs.count, with.egs.count);
    ASSERT_EQ(without.total_et, with.total_et);
    ASSERT_EQ(without.met, with.met);
    ASSERT_EQ(without.met_phi, with.met_phi);
    ASSERT_EQ(without.pileup, with.pileup);
  }
}
INSTANTIATE_TEST_SUITE_P(Drift, EachDrift,
                         testing::Values("jet-scale:start=3000,size=+10%", "pile-up:start=3000,size=+20%",
                                         "dead-region:start=3000,eta=-1..1,phi=100..150",
                                         "noisy-tower:start=3000,eta=1.2,phi=45,size=20GeV"));

TEST(Drift, JetScaleMovesJetsByItsSize) {
  const Means before = means({}, start);
  for (const double size : {0.03, 0.10, -0.05}) {
    const Means after = means({parse_drift("jet-scale:start=3000,size=" + std::to_string(100 * size) + "%")}, start);
    EXPECT_NEAR(after.jet1 / before.jet1, 1 + size, 0.004) << size;
    EXPECT_EQ(after.et, before.et);
  }
}

TEST(Drift, PileUpMovesItsMeanAndWithItTheEnergySum) {
  const Means before = means({}, start), after = means({parse_drift("pile-up:start=3000,size=+20%")}, start);
  EXPECT_NEAR(after.pileup / before.pileup, 1.2, 0.005);
  EXPECT_NEAR(after.et / before.et, 1.26, 0.05);
  EXPECT_GT(after.jets, before.jets + 0.5);
}

TEST(Drift, ARampReachesItsSizeAtItsEnd) {
  Drift d = parse_drift("pile-up:start=1000,size=+20%,ramp=999");
  EXPECT_EQ(d.progress({999, 0}), 0);
  EXPECT_NEAR(d.progress({1499, 0}), 0.5, 0.01);
  EXPECT_EQ(d.progress({1999, 0}), 1);
  EXPECT_EQ(d.progress({1u << 30, 0}), 1);
  d = parse_drift("pile-up:start=LS400,size=+20%,ramp=10");
  EXPECT_TRUE(d.by_lumisection);
  EXPECT_EQ(d.progress({1u << 30, 399}), 0);
  EXPECT_EQ(d.progress({0, 410}), 1);
}

TEST(Drift, ADeadRegionLosesItsJetsAndMakesMissingEnergy) {
  const Means before = means({}, start),
              after = means({parse_drift("dead-region:start=3000,eta=-1..1,phi=90..160")}, start);
  EXPECT_GT(before.dead, 0.1);
  EXPECT_EQ(after.dead, 0);
  EXPECT_GT(after.met, before.met);
  EXPECT_NEAR(after.et / before.et, 1 - 0.2 * 70 / 360, 0.002);
  const Means half = means({parse_drift("dead-region:start=3000,eta=-1..1,phi=90..160,size=50%")}, start);
  EXPECT_NEAR(half.et / before.et, 1 - 0.1 * 70 / 360, 0.002);
}

TEST(Drift, ANoisyTowerAppearsInItsShareOfTheEvents) {
  const Means before = means({}, start),
              after = means({parse_drift("noisy-tower:start=3000,eta=1.2,phi=45,size=20GeV,rate=25%")}, start);
  EXPECT_LT(before.hot, 0.001);
  EXPECT_NEAR(after.hot, 0.25, 0.012);
  EXPECT_NEAR(after.et - before.et, 0.25 * 40, 0.6);
}

TEST(Drift, WhatIsWrongInATextIsNamedWithTheNearestName) {
  const auto message = [](const char* text) -> std::string {
    try {
      parse_drift(text);
    } catch (const core::Error& e) {
      EXPECT_EQ(e.code(), core::ErrorCode::usage);
      return e.what();
    }
    return "";
  };
  EXPECT_NE(message("jet-scal:start=3,size=1%").find("'jet-scale'"), std::string::npos);
  EXPECT_NE(message("jet-scale:strat=3,size=1%").find("'start'"), std::string::npos);
  EXPECT_NE(message("jet-scale:start=3").find("size"), std::string::npos);
  EXPECT_NE(message("jet-scale:start=LSx,size=1%").find("'x'"), std::string::npos);
  EXPECT_NE(message("jet-scale:start=1,size=1%%"), "");
  EXPECT_NE(message("jet-scale:start=-1,size=1%"), "");
  EXPECT_NE(message("jet-scale:start=1,size=nan"), "");
  EXPECT_NE(message("jet-scale:start"), "");
  EXPECT_NE(message("noisy-tower:start=1,eta=7,phi=1,size=20GeV"), "");
  EXPECT_NE(message("dead-region:start=1,size=120%"), "");
  EXPECT_NE(message("bunch-fill:start=LS1,size=4000"), "");
  EXPECT_NE(message(""), "");
}

}  // namespace
}  // namespace trigloop::simulate
