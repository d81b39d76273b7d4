// What an alarm calls for.
#include "loop/policy.hpp"

#include <gtest/gtest.h>

namespace trigloop::loop {
namespace {

const TriggerSite usual{.exposure = 5, .patience = 20, .leave = 0.5, .retrain_above = 0.02, .maintenance = {}};

Decision of(const char* cause, double size, std::int64_t exposure, double deviation) {
  return decide(usual, {cause, size, exposure, {0.1, deviation}, {0.1, 0.1}});
}

TEST(Policy, AnswersByCause) {
  EXPECT_EQ(of("energy-scale", 0.03, 5, 1.5).outcome, Outcome::retrain);
  EXPECT_EQ(of("energy-scale", -0.03, 5, -1.5).outcome, Outcome::retrain);
  EXPECT_EQ(of("energy-scale", 0.01, 5, 1.5).outcome, Outcome::thresholds) << "a small one";
  EXPECT_EQ(of("shape", 0.1, 5, 1.5).outcome, Outcome::retrain);
  for (const char* cause : {"rate", "pile-up"}) EXPECT_EQ(of(cause, 0.1, 5, 1.5).outcome, Outcome::thresholds) << cause;
}

TEST(Policy, FaultsOfTheDetectorAreForExpertsAtOnce) {
  for (const char* cause : {"dead-region", "noisy-region"}) EXPECT_EQ(of(cause, 0.5, 0, 0).outcome, Outcome::expert);
}

TEST(Policy, WaitsForExposure) {
  for (std::int64_t n = 0; n < 5; ++n) EXPECT_FALSE(of("energy-scale", 0.1, n, 3).outcome);
  EXPECT_FALSE(of("manual", 0, 4, 0).outcome);
  EXPECT_EQ(of("manual", 0, 5, 0).outcome, Outcome::retrain);
  EXPECT_EQ(of("announced", 0, 5, 0).outcome, Outcome::retrain);
}

TEST(Policy, WhatIsAnnouncedWithItsMovesWaitsForNothing) {
  Situation announced;
  announced.cause = "announced";
  EXPECT_FALSE(decide(usual, announced).outcome);
  announced.ahead = true;
  EXPECT_EQ(decide(usual, announced).outcome, Outcome::retrain);
}

TEST(Policy, BetweenTheTwoLinesItWaitsAndThenLetsBe) {
  EXPECT_EQ(of("energy-scale", 0.1, 5, 0.4).outcome, Outcome::nothing) << "it went by itself";
  for (std::int64_t n = 5; n < 20; ++n) EXPECT_FALSE(of("energy-scale", 0.1, n, 0.7).outcome) << n;
  EXPECT_EQ(of("energy-scale", 0.1, 20, 0.7).outcome, Outcome::nothing);
  EXPECT_EQ(of("energy-scale", 0.1, 19, 1.01).outcome, Outcome::retrain);
}

TEST(Policy, EveryDecisionSaysWhy) {
  for (const char* cause : {"energy-scale", "shape", "rate", "dead-region", "manual"})
    for (const double deviation : {0.0, 0.7, 2.0}) EXPECT_FALSE(of(cause, 0.1, 7, deviation).why.empty());
}

TEST(Policy, MaintenanceWindowsIncludeTheirBeginAlone) {
  TriggerSite policy;
  policy.maintenance = {{100, 200}};
  EXPECT_FALSE(in_maintenance(policy, 99));
  EXPECT_TRUE(in_maintenance(policy, 100));
  EXPECT_FALSE(in_maintenance(policy, 200));
}

}  // namespace
}  // namespace trigloop::loop
