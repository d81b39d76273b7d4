#include "curate/signal_sets.hpp"

#include <gmock/gmock.h>

#include "config/merge.hpp"
#include "core/error.hpp"
#include "core/yaml.hpp"
#include "test/support/support.hpp"

namespace trigloop::curate {
namespace {

SignalTable parse(const std::string& yaml) {
  return parse_signal_sets(config::convert(core::parse_yaml(yaml, "t")), "sets");
}

TEST(SignalSets, RolesConditionsAndHashesAreRead) {
  const SignalTable table = parse(
      "HH: {role: tune, conditions: {pileup: 60, generator: madgraph}, hash: '0123456789abcdef'}\nTT: {role: "
      "blind}\nX:\n");
  EXPECT_EQ(describe_set(table, "HH").role, Role::tune);
  EXPECT_EQ(config::to_json(describe_set(table, "HH").conditions), R"({"pileup": 60, "generator": "madgraph"})");
  EXPECT_EQ(describe_set(table, "HH").hash, "0123456789abcdef");
  EXPECT_EQ(describe_set(table, "TT").role, Role::blind);
  EXPECT_EQ(describe_set(table, "X").role, Role::validate);
  EXPECT_EQ(describe_set(table, "unheard").role, Role::validate);
}

TEST(SignalSets, WhatDoesNotFitIsRefused) {
  for (const char* bad :
       {"[1]", "HH: 3", "HH: {role: test}", "HH: {conditions: 3}", "HH: {hash: 12}", "HH: {hash: xyz}"}) {
    EXPECT_THROW(parse(bad), core::Error) << bad;
  }
}

TEST(SignalSets, TrainingNeedsADeclarationAndNeverGetsABlindSet) {
  const SignalTable table = parse("HH: {role: tune}\nTT: {role: blind}\nZZ: {role: validate}");
  EXPECT_THROW(check_trainable(table[0], {}), core::Error);
  EXPECT_THROW(check_trainable(table[2], {"HH"}), core::Error);
  EXPECT_NO_THROW(check_trainable(table[0], {"ZZ", "HH"}));
  EXPECT_NO_THROW(check_trainable(table[2], {"ZZ"}));
  EXPECT_THROW(check_trainable(table[1], {"TT"}), core::Error);
}

TEST(SignalSets, ThePackagesFilesHaveSetsToValidateWith) {
  TRIGLOOP_NEEDS_SHARED("models");
  const auto sets = read_signal_sets(test::shared_root() / "models/package/Data.h5");
  ASSERT_EQ(sets.size(), 10u);
  EXPECT_EQ(sets[0].role, Role::validate);
  EXPECT_EQ(sets[0].hash, "");
}

}  // namespace
}  // namespace trigloop::curate
