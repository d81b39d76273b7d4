// Rounds are what the history says, and every step is taken once.
#include "loop/journal.hpp"

#include "loop/switch.hpp"
#include "test/loop/fixtures.hpp"

namespace trigloop::loop {
namespace {

using core::ErrorCode;
using test::error_of;
using test::TestSite;

TEST(Journal, AKeyIsOneRoundWhoeverOpensIt) {
  TestSite t;
  Journal journal(t.registry);
  const RoundKey key{"model", "reference", {396102, 241}};
  const auto first = journal.open(key, {{"cause", "rate"}});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->state, State::opened);
  EXPECT_EQ(first->fact("lumisection"), "241");
  EXPECT_FALSE(journal.open(key, {})) << "the same alarm again";
  EXPECT_FALSE(journal.open({"model", "reference", {396102, 250}}, {})) << "an alarm while a round is on its way";
  journal.move(*first, State::nothing, {});
  EXPECT_FALSE(journal.open(key, {})) << "an alarm of a round that ended";
  EXPECT_TRUE(journal.open({"model", "reference", {396102, 250}}, {}));
  EXPECT_EQ(journal.rounds().size(), 2u);
}

TEST(Journal, AStepIsTakenOnce) {
  TestSite t;
  Journal journal(t.registry);
  const Round round = *journal.open({"m", "r", {1, 1}}, {});
  journal.move(round, State::decided, {{"outcome", "retrain"}});
  EXPECT_EQ(error_of([&] { journal.move(round, State::decided, {}); }).code(), ErrorCode::mismatch)
      << "another loop was faster";
  EXPECT_EQ(journal.find(round.id)->steps.size(), 2u);
}

TEST(Journal, FactsAddUp) {
  TestSite t;
  Journal journal(t.registry);
  Round round = *journal.open({"m", "r", {1, 1}}, {{"a", "1"}, {"b", "\"quoted\" \n"}});
  round = journal.move(round, State::decided, {{"a", "2"}});
  EXPECT_EQ(round.fact("a"), "2");
  EXPECT_EQ(round.fact("b"), "\"quoted\" \n");
  EXPECT_EQ(round.number("a", 0), 2);
  EXPECT_EQ(round.number("none", 7), 7);
  EXPECT_EQ(error_of([&] { static_cast<void>(round.fact("none")); }).code(), ErrorCode::internal);
}

TEST(Journal, ReadsAllStatesBack) {
  TestSite t;
  Journal journal(t.registry);
  Round round = *journal.open({"m", "r", {1, 1}}, {});
  for (int s = 1; s <= static_cast<int>(State::mended); ++s) {
    round = journal.move(round, static_cast<State>(s), {});
    EXPECT_EQ(journal.find(round.id)->state, static_cast<State>(s)) << name_of(static_cast<State>(s));
    EXPECT_EQ(is_end(round.state), !journal.open_round().has_value());
  }
}

TEST(Journal, AnotherVersionsStatesAreRefused) {
  TestSite t;
  registry::note(t.registry, "loop", "", "1.1-0", "", R"({"state":"dreaming","facts":{}})");
  EXPECT_EQ(error_of([&] { Journal(t.registry).rounds(); }).code(), ErrorCode::unsupported);
}

/// A round that was approved for a lumisection, and perhaps returned from at another.
Round switched(TestSite& t, std::uint32_t alarm, const std::string& before, const std::string& model, int at,
               int back = 0) {
  Journal journal(t.registry);
  Facts facts = TestSite::facts(100 + at);
  facts["candidate_model"] = model;
  facts["boundary_run"] = "7";
  facts["boundary_lumisection"] = std::to_string(at);
  Round round = journal.move(*journal.open({before, "r", {7, alarm}}, {}), State::approved, facts);
  if (back == 0) return journal.move(round, State::confirmed, {});
  return journal.move(round, State::returned, {{"return_run", "7"}, {"return_lumisection", std::to_string(back)}});
}

TEST(Switch, ConditionsFollowFromTheRounds) {
  TestSite t;
  switched(t, 1, "", "aaaa", 1);
  switched(t, 2, "aaaa", "bbbb", 60, 75);
  switched(t, 80, "aaaa", "cccc", 90);
  const auto rounds = Journal(t.registry).rounds();
  EXPECT_EQ(conditions_text(validities_of(rounds), 7),
            "# Written by `trigloop loop`; changes by hand are lost.\nversion: 1\nintervals:\n"
            "  - run: 7\n    lumisections: 1-59\n    model: aaaa\n    thresholds: {nominal: 101}\n"
            "  - run: 7\n    lumisections: 60-74\n    model: bbbb\n    thresholds: {nominal: 160}\n"
            "  - run: 7\n    lumisections: 75-89\n    model: aaaa\n    thresholds: {nominal: 101}\n"
            "  - run: 7\n    lumisections: 90-\n    model: cccc\n    thresholds: {nominal: 190}\n");
  EXPECT_EQ(deployed_of(rounds).model, "cccc");
}

TEST(Switch, RunsThatBeginWhileNobodyLooksHaveTheirModel) {
  TestSite t;
  switched(t, 1, "", "aaaa", 30);
  const std::string text = conditions_text(validities_of(Journal(t.registry).rounds()), 9);
  for (const char* interval :
       {"run: 7\n    lumisections: 30-\n", "run: 8\n    lumisections: 1-\n", "run: 9\n    lumisections: 1-\n"})
    EXPECT_NE(text.find(interval), text.npos) << interval;
  std::vector<Validity> moved = validities_of(Journal(t.registry).rounds());
  moved.push_back({{9, 5}, "bbbb", {}, ""});
  const std::string both = conditions_text(moved, 9);
  EXPECT_NE(both.find("run: 9\n    lumisections: 1-4\n    model: aaaa"), both.npos);
  EXPECT_NE(both.find("run: 9\n    lumisections: 5-\n    model: bbbb"), both.npos);
}

TEST(Switch, AReturnBeforeTheSwitchLeavesNoTrace) {
  TestSite t;
  switched(t, 1, "", "aaaa", 1);
  switched(t, 2, "aaaa", "bbbb", 60, 60);
  EXPECT_EQ(validities_of(Journal(t.registry).rounds()).size(), 1u);
  EXPECT_EQ(deployed_of(Journal(t.registry).rounds()).model, "aaaa");
}

TEST(Switch, TheFileIsWrittenOnceAndAgainWhereItWasTouched) {
  TestSite t;
  switched(t, 1, "", "aaaa", 1);
  const auto rounds = Journal(t.registry).rounds();
  write_conditions(t.site, rounds, 7);
  const std::string text = test::read_file(t.site.stream.conditions);
  const auto before = std::filesystem::last_write_time(t.site.stream.conditions);
  write_conditions(t.site, rounds, 7);
  EXPECT_EQ(std::filesystem::last_write_time(t.site.stream.conditions), before);
  test::write_file(t.site.stream.conditions, "by hand");
  write_conditions(t.site, rounds, 7);
  EXPECT_EQ(test::read_file(t.site.stream.conditions), text);
}

}  // namespace
}  // namespace trigloop::loop
