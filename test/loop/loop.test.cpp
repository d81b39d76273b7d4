// The whole loop on the toy of a site: what it decides.
#include "loop/loop.hpp"

#include <algorithm>

#include "loop/audit.hpp"
#include "test/loop/story.hpp"
#include "test/support/background.hpp"
#include "test/support/lumi_records.hpp"

namespace trigloop::loop {
namespace {

namespace fs = std::filesystem;

TEST(Loop, MakesTheFirstModelAndAsksPeople) {
  Story s;
  EXPECT_NE(s.look().out.find("no model is deployed"), std::string::npos);
  s.deliver(1, 5, 1);
  Loop(s.site, s.registry, "").start("manual", {}, "the first model");
  const auto looked = s.look();
  ASSERT_EQ(looked.status, 0) << looked.out << looked.err;
  const Round asking = s.last();
  EXPECT_EQ(s.states(asking),
            (Names{"opened", "decided", "collected", "curated", "trained", "chosen", "shadowed", "validated"}))
      << looked.out << asking.fact_or("why_ended", "") << asking.fact_or("gates", "");
  EXPECT_EQ(asking.fact("chosen"), "fresh-2") << "the seed that finds more";
  const auto shadows = s.registry.list({.kind = "spectra"});
  ASSERT_EQ(shadows.size(), 1u) << "what it scored in shadow";
  EXPECT_NE(shadows[0].properties.find("400000:5"), std::string::npos) << shadows[0].properties;
  s.look();
  EXPECT_EQ(s.last().state, State::validated) << "without people nothing is deployed";
  EXPECT_FALSE(fs::exists(s.site.stream.conditions));
  s.approve();
  s.look();
  EXPECT_EQ(s.last().state, State::approved);
  EXPECT_TRUE(fs::exists(s.site.stream.conditions));
}

TEST(Loop, GoesFromDriftToASuccessorWhoseRateIsRight) {
  Story s;
  s.begin();
  ASSERT_EQ(s.last().state, State::confirmed) << s.look().out;
  const Deployed before = deployed_of(s.journal().rounds());
  s.deliver(46, 50, 1);
  EXPECT_NE(s.look().out.find("watch"), std::string::npos);
  ASSERT_EQ(s.journal().rounds().size(), 1u) << "no drift, no round";
  s.deliver(51, 70, 1.1);
  const auto looked = s.look();
  const Round round = s.last();
  ASSERT_EQ(s.journal().rounds().size(), 2u) << looked.out << looked.err;
  ASSERT_EQ(round.state, State::validated) << looked.out << looked.err << round.fact_or("why", "");
  s.approve();
  s.look();
  s.deliver(71, 80, 1.1);
  s.look();
  EXPECT_EQ(s.last().state, State::confirmed) << s.last().fact_or("rates", "");
  const auto points = points_of_json(s.last().fact("points_deployed"));
  EXPECT_LT(std::abs(points[0].deviation()), 1);
  const Deployed after = deployed_of(s.journal().rounds());
  EXPECT_NE(after.round, before.round);
  EXPECT_TRUE(verify_log(s.registry, &s.site, {}).good());
}

TEST(Loop, DriftBackAndForthDoesNotFlap) {
  Story s;
  s.begin();
  for (std::uint32_t ls = 46; ls < 86; ls += 4) {
    s.deliver(ls, ls + 1, 1.06);
    s.deliver(ls + 2, ls + 3, 1 / 1.06);
    s.look();
  }
  for (const Round& round : s.journal().rounds()) {
    if (round.id == s.journal().rounds().front().id) continue;
    EXPECT_NE(round.fact_or("outcome", "nothing"), "retrain") << round.fact_or("why", "");
  }
  EXPECT_LE(s.journal().rounds().size(), 5u) << "a round at most in a cool-down";
}

TEST(Loop, AnAlarmStormIsOneRound) {
  Story s;
  s.begin();
  s.deliver(46, 75, 1.3);
  s.look();
  s.deliver(76, 90, 0.7);
  for (int i = 0; i < 5; ++i) s.look();
  EXPECT_EQ(s.journal().rounds().size(), 2u);
}

TEST(Loop, ATrainingThatFailsEndsTheRoundAndLeavesTheOldModel) {
  Story s;
  s.begin();
  const Deployed before = deployed_of(s.journal().rounds());
  test::write_file(s.folder / "training fails", "");
  Loop(s.site, s.registry, "").start("manual", {400000, 40}, "again");
  s.look();
  EXPECT_EQ(s.last().state, State::failed);
  EXPECT_NE(s.last().fact_or("why_ended", "").find("not a number"), std::string::npos);
  EXPECT_EQ(deployed_of(s.journal().rounds()).model, before.model);
}

TEST(Loop, SearchesForSettingsBeforeItTrainsAndBeginsWithTheLastSearch) {
  Story s(std::string(settings) + "tune: {study: train.yml, budget: 30m}\n");
  s.deliver(1, 5, 1);
  Loop loop(s.site, s.registry, "");
  loop.start("manual", {}, "the first model");
  s.look();
  const Round first = s.last();
  EXPECT_EQ(s.states(first), (Names{"opened", "decided", "collected", "curated", "tuned", "trained", "chosen",
                                    "shadowed", "validated"}));
  EXPECT_EQ(first.fact("study_trials"), "4");
  EXPECT_EQ(first.fact("study_best"), "[5.5]");
  EXPECT_EQ(s.registry.get(first.fact("study")).kind, "study");
  const std::string said = test::read_file(s.site.work / "rounds" / first.id / "fresh-1/words");
  EXPECT_NE(said.find("--set train.rate=0.1 --set model.nodes=[3, 4]"), std::string::npos) << said;
  EXPECT_NE(said.find("--from-study " + first.fact("study")), std::string::npos) << "the model's lineage";
  s.approve();
  s.look();
  s.deliver(6, 45, 1);
  s.look();
  loop.start("manual", {400000, 40}, "again");
  const auto looked = s.look();
  const Round second = s.last();
  ASSERT_EQ(second.state, State::validated) << looked.out << looked.err;
  ASSERT_NE(second.fact("study"), first.fact("study"));
  const auto files = s.registry.files(second.fact("study"));
  EXPECT_EQ(s.registry.objects().read(files[0]).find(first.fact("study")), 0u) << "it began with the first study";
  EXPECT_EQ(test::read_file(s.site.work / "rounds" / second.id / "fine-tuned-1/words").find("train.rate"),
            std::string::npos);
}

TEST(Loop, ASearchThatFailsChangesNothing) {
  Story s(std::string(settings) + "tune: {study: train.yml, budget: 30m}\n");
  test::write_file(s.folder / "search fails", "");
  test::write_file(s.folder / "best fails", "");
  s.deliver(1, 5, 1);
  Loop(s.site, s.registry, "").start("manual", {}, "the first model");
  s.look();
  EXPECT_EQ(s.last().state, State::validated);
  EXPECT_NE(s.last().fact("tuned").find("nothing was found"), std::string::npos);
}

TEST(Loop, NewThresholdsAloneTakeNoTraining) {
  Story s;
  s.begin();
  const Deployed before = deployed_of(s.journal().rounds());
  s.deliver(46, 55, 1.1);
  ASSERT_TRUE(
      s.journal().open({before.model, "reference", {400000, 46}}, {{"cause", "rate"},
                                                                   {"since_run", "400000"},
                                                                   {"since_lumisection", "46"},
                                                                   {"deployed", before.artifact},
                                                                   {"deployed_points", to_json(before.points)}}));
  s.look();
  EXPECT_EQ(s.states(s.last()), (Names{"opened", "decided", "shadowed", "validated"})) << s.last().fact_or("why", "");
  EXPECT_EQ(s.last().fact("candidate"), before.artifact);
  EXPECT_GT(points_of_json(s.last().fact("points"))[0].threshold, before.points[0].threshold);
  s.approve();
  s.look();
  s.deliver(56, 65, 1.1);
  s.look();
  EXPECT_EQ(s.last().state, State::confirmed);
}

TEST(Loop, LearnsFromAllRunsSinceTheChange) {
  Story s;
  s.begin();
  const std::string model = deployed_of(s.journal().rounds()).model;
  for (const event::LumiKey key : {event::LumiKey{400000, 46}, {400000, 47}, {400000, 49}, {400001, 1}, {400001, 2}}) {
    scout::Record record = test::lumi_record(key.lumisection);
    record.sum.lumi = key;
    record.identity.model = model;
    scout::write_record(s.site.stream.records / model.substr(0, 12) / scout::record_name(key), record);
  }
  Loop loop(s.site, s.registry, "");
  const Round round = loop.start("manual", {400000, 46}, "again");
  loop.journal().move(round, State::decided, {{"outcome", "retrain"}});
  const Look plan = loop.plan();
  ASSERT_EQ(plan.commands.size(), 1u);
  EXPECT_NE(plan.commands[0].find("--only 400000:46-47,49-49 400001:1-2 --output"), std::string::npos)
      << plan.commands[0];
}

TEST(Loop, AnAnnouncedRecalibrationHasItsCandidateBeforeTheData) {
  Story s;
  s.begin();
  s.deliver(46, 50, 1);
  Loop loop(s.site, s.registry, "");
  loop.start("announced", {400000, 56}, "new jet calibration", "jet=+20%");
  s.look();
  EXPECT_EQ(s.states(s.last()), (Names{"opened", "decided", "collected", "curated", "trained", "chosen"}))
      << s.last().fact_or("why_ended", "");
  s.deliver(51, 55, 1);
  s.look();
  EXPECT_EQ(s.last().state, State::chosen) << "what comes before it proves nothing of it";
  s.deliver(56, 59, 1.2);
  s.look();
  EXPECT_EQ(s.last().state, State::chosen);
  s.deliver(60, 60, 1.2);
  s.look();
  ASSERT_EQ(s.last().state, State::validated) << s.last().fact_or("why_ended", "");
  const auto points = points_of_json(s.last().fact("points"));
  EXPECT_LT(std::abs(points[0].deviation()), 1);
  EXPECT_EQ(points[0].lumisections, 5u) << "of the new data alone";
  EXPECT_NEAR(static_cast<double>(points[0].threshold),
              static_cast<double>(points_of_json(s.last().fact("deployed_points"))[0].threshold), 20)
      << "what learned the new scale has its scores where they were";
}

TEST(Loop, WhatWasAnnouncedCanBeWithdrawn) {
  Story s;
  s.begin();
  Loop loop(s.site, s.registry, "");
  const Round round = loop.start("announced", {400000, 300}, "new jet calibration", "jet=+2%");
  s.look();
  ASSERT_EQ(s.last().state, State::chosen);
  loop.withdraw(round.id, "it was postponed");
  EXPECT_EQ(s.last().state, State::failed);
  EXPECT_EQ(s.last().fact("why_ended"), "withdrawn: it was postponed");
  EXPECT_THROW(loop.withdraw(round.id, "again"), core::Error);
}

TEST(Loop, CallsAnExpertAndLearnsNothingOfWhatIsFaulty) {
  Story s;
  s.begin();
  const Deployed before = deployed_of(s.journal().rounds());
  s.deliver(46, 60, 1.1);
  const auto opened =
      s.journal().open({before.model, "reference", {400000, 50}},
                       {{"cause", "noisy-region"}, {"since_run", "400000"}, {"since_lumisection", "48"}});
  ASSERT_TRUE(opened);
  s.look();
  EXPECT_EQ(s.last().state, State::expert);
  s.look();
  EXPECT_EQ(s.last().state, State::expert) << "until a person says so";
  const auto bad = [&](std::uint32_t ls) { return !StreamView(s.site, s.journal().rounds()).is_good({400000, ls}); };
  EXPECT_FALSE(bad(47));
  EXPECT_TRUE(bad(48) && bad(1000));
  const auto good = [&](event::LumiKey key) { return StreamView(s.site, s.journal().rounds()).is_good(key); };
  EXPECT_FALSE(good({400001, 1})) << "a new run does not mend the detector";
  Loop(s.site, s.registry, "").mend(opened->id, {400001, 70});
  EXPECT_TRUE(bad(48) && bad(1000));
  EXPECT_FALSE(good({400001, 69}));
  EXPECT_TRUE(good({400001, 70}));
}

TEST(Loop, ACandidateThatIsWorseFailsItsGate) {
  Story s;
  s.begin();
  const Round round = Loop(s.site, s.registry, "").start("manual", {400000, 40}, "again");
  for (const char* name : {"fresh-1", "fresh-2", "fine-tuned-1", "fine-tuned-2"}) {
    fs::create_directories(s.site.work / "rounds" / round.id / name);
    test::write_file(s.site.work / "rounds" / round.id / name / "weak", "");
  }
  s.look();
  EXPECT_EQ(s.last().state, State::failed);
  EXPECT_EQ(s.last().fact("why_ended").find("a gate is closed: efficiency"), 0u) << s.last().fact("why_ended");
}

TEST(Loop, AClosedGateIsNotPassedInSilence) {
  Story s;
  s.begin();
  std::string text = s.text(settings);
  text.replace(text.find("gates: {shadow: 5}"), 18, "gates: {shadow: 5, proof: none.json, proof_required: true}");
  test::write_file(s.folder / "site.yml", text);
  Loop(s.site, s.registry, "").start("manual", {400000, 40}, "again");
  s.look();
  EXPECT_EQ(s.last().state, State::failed);
  EXPECT_NE(s.last().fact("gates").find("there is no"), std::string::npos);
}

TEST(Loop, ReturnsToTheOldModelWhereTheNewOnesRateLeavesItsBand) {
  Story s;
  s.begin();
  const Deployed before = deployed_of(s.journal().rounds());
  Loop(s.site, s.registry, "").start("manual", {400000, 40}, "again");
  s.look();
  s.approve();
  s.look();
  s.deliver(46, 50, 1.5);
  s.look();
  EXPECT_EQ(s.last().state, State::returned) << s.last().fact_or("rates", "");
  EXPECT_EQ(deployed_of(s.journal().rounds()).model, before.model);
  EXPECT_NE(test::read_file(s.site.stream.conditions).find(before.model), std::string::npos);
}

TEST(Loop, ARollbackIsObeyedAlsoAfterTheRoundHasEnded) {
  Story s;
  s.begin();
  Loop(s.site, s.registry, "").start("manual", {400000, 40}, "again");
  s.look();
  s.approve();
  s.look();
  s.deliver(46, 55, 1);
  s.look();
  ASSERT_EQ(s.last().state, State::confirmed);
  s.decide(s.last(), Verb::rollback, "team", s.ada);
  s.look();
  EXPECT_EQ(s.last().state, State::returned);
}

TEST(Loop, ASecondLoopStopsAtOnce) {
  Story s;
  const WorkLock lock(s.site.work);
  const auto second = s.look();
  EXPECT_EQ(second.status, static_cast<int>(core::ErrorCode::usage));
  EXPECT_NE(second.err.find(std::to_string(::getpid())), std::string::npos);
}

/// Two loops in folders of their own on one registry, by mistake: the lock does not part them.
TEST(Loop, TwoLoopsOnOneRegistryTakeEachStepOnce) {
  Story s;
  s.deliver(1, 5, 1);
  Loop(s.site, s.registry, "").start("manual", {}, "the first model");
  test::write_file(s.folder / "twin.yml", s.text(std::string(settings) + "work: twin\n"));
  for (int both = 0; both < 3; ++both) {
    test::Background one({TRIGLOOP_LOOP_DRIVER, (s.folder / "site.yml").string()}, s.folder / "one.log");
    test::Background two({TRIGLOOP_LOOP_DRIVER, (s.folder / "twin.yml").string()}, s.folder / "two.log");
    for (const int status : {one.wait(), two.wait()})
      EXPECT_TRUE(status == 0 || status == static_cast<int>(core::ErrorCode::mismatch)) << status;
  }
  ASSERT_EQ(s.journal().rounds().size(), 1u);
  const Names steps = s.states(s.last());
  for (const std::string& state : steps) EXPECT_EQ(std::ranges::count(steps, state), 1) << state;
  EXPECT_TRUE(verify_log(s.registry, &s.site, {}).good());
}

TEST(Loop, ThePlanSaysWhatWouldBeDoneAndChangesNothing) {
  Story s;
  s.deliver(1, 5, 1);
  Loop loop(s.site, s.registry, "");
  loop.start("manual", {}, "the first model");
  const registry::Head before = registry::head_of_history(s.registry);
  EXPECT_EQ(loop.plan().what, "see whether something is to be done");
  EXPECT_EQ(registry::head_of_history(s.registry).number, before.number);
}

}  // namespace
}  // namespace trigloop::loop
