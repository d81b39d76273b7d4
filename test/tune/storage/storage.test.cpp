// What both storages promise alike.
#include "tune/storage/storage.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "core/error.hpp"
#include "test/tune/storage/trials.hpp"

namespace trigloop::tune {
namespace {

class BothStorages : public testing::TestWithParam<const char*> {
 protected:
  std::string location() const { return (dir_ / GetParam()).native(); }
  std::unique_ptr<Storage> open(std::vector<Direction> directions = {Direction::minimize}) const {
    return open_storage(location(), {"s", std::move(directions)});
  }

 private:
  test::TempDir dir_;
};

INSTANTIATE_TEST_SUITE_P(Kinds, BothStorages, testing::Values("s.db", "s.log"));

TEST_P(BothStorages, KeepEverythingOfATrial) {
  const auto storage = open({Direction::minimize, Direction::maximize});
  storage->update({op::Create{test::running_trial(0.25)}});
  storage->update({op::Report{0, 3, 0.5}, op::Report{0, 4, std::nan("")},
                   op::SetAttribute{0, op::Scope::user, "note", R"({"a": [1, "é"]})"},
                   op::SetAttribute{0, op::Scope::system, "k", "1"}, op::Heartbeat{0},
                   op::State{0, TrialState::complete, {0.125, std::numeric_limits<double>::infinity()}}});
  const auto again = open({});
  for (const Storage* s : {storage.get(), again.get()}) {
    const Trial& trial = s->history()[0];
    EXPECT_EQ(trial.state, TrialState::complete);
    EXPECT_EQ(trial.values, (std::vector<double>{0.125, std::numeric_limits<double>::infinity()}));
    EXPECT_EQ(trial.intermediate.at(3), 0.5);
    EXPECT_TRUE(std::isnan(trial.intermediate.at(4)));
    EXPECT_EQ(trial.user_attributes.at("note"), R"({"a": [1, "é"]})");
    ASSERT_EQ(trial.parameters.size(), 3u);
    EXPECT_EQ(trial.parameters[0].name, "x");
    EXPECT_EQ(trial.parameters[0].value, 0.25);
    EXPECT_EQ(*trial.parameters[2].distribution, *test::distributions()[2]);
    EXPECT_TRUE(trial.started && trial.completed && *trial.completed >= *trial.started);
  }
  EXPECT_EQ(again->history()[0].started, storage->history()[0].started);
}

TEST_P(BothStorages, ShowOnesTrialsToTheOtherWhileBothWrite) {
  const auto a = open(), b = open();
  a->update({op::Create{test::running_trial(0.1)}});
  b->update({op::Create{test::running_trial(0.2)}});
  b->refresh();
  ASSERT_EQ(b->history().size(), 2u);
  EXPECT_EQ(b->history()[0].parameters[0].value, 0.1);
  b->update({op::State{0, TrialState::pruned}});
  a->refresh();
  EXPECT_EQ(a->history()[0].state, TrialState::pruned);
  EXPECT_EQ(a->history()[1].parameters[0].value, 0.2);
  EXPECT_EQ(std::vector<std::int64_t>(a->history().finished().begin(), a->history().finished().end()),
            std::vector<std::int64_t>{0});
}

TEST_P(BothStorages, LeaveFinishedTrialsAsTheyAre) {
  const auto a = open(), b = open();
  a->update({op::Create{test::running_trial(0.1)}});
  a->update({op::State{0, TrialState::complete, {1.0}}});
  b->update({op::State{0, TrialState::fail}, op::Report{0, 1, 2.0}, op::State{7, TrialState::fail}});
  EXPECT_EQ(open()->history()[0].state, TrialState::complete);
  EXPECT_TRUE(open()->history()[0].intermediate.empty());
}

TEST_P(BothStorages, HandOutEachWaitingTrialOnce) {
  constexpr int trials = 40;
  {
    std::vector<Operation> enqueued(trials, op::Create{});
    open()->update(std::move(enqueued));
  }
  std::vector<std::vector<std::int64_t>> taken(4);
  std::vector<std::thread> threads;
  for (auto& mine : taken) {
    threads.emplace_back([&] {
      const auto storage = open();
      for (;;) {
        std::int64_t picked = -1;
        storage->update([&](const History& history) -> std::vector<Operation> {
          if (history.waiting().empty()) return {};
          picked = *history.waiting().begin();
          return {op::State{picked, TrialState::running}};
        });
        if (picked < 0) break;
        mine.push_back(picked);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::int64_t> all;
  for (const auto& mine : taken) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), trials);
  EXPECT_EQ(taken[0].size() + taken[1].size() + taken[2].size() + taken[3].size(), trials);
}

TEST_P(BothStorages, TellDeadWorkersFromOthers) {
  const auto storage = open();
  storage->update({op::Create{test::running_trial(0.1)}, op::Create{test::running_trial(0.2)},
                   op::Create{test::running_trial(0.3)}});
  for (const std::int64_t n : {0, 1})
    storage->update({op::SetAttribute{n, op::Scope::system, owner_key, "\"w\""}, op::Heartbeat{n}});
  EXPECT_TRUE(storage->stale(1.2).empty());
  for (int i = 0; i < 6; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    storage->update({op::Heartbeat{1}});
  }
  EXPECT_EQ(storage->stale(1.2), std::vector<std::int64_t>{0});  // 2 never had a heartbeat: it is not ours to judge
}

TEST_P(BothStorages, KeepAttributesOfTheStudyAndListIt) {
  open()->set_study_attribute(op::Scope::user, "who", "\"me\"");
  open()->set_study_attribute(op::Scope::user, "who", "\"you\"");
  const auto studies = list_studies(location());
  ASSERT_EQ(studies.size(), 1u);
  EXPECT_EQ(studies[0].name, "s");
  EXPECT_EQ(studies[0].user_attributes.at("who"), "\"you\"");
  EXPECT_EQ(studies[0].directions, std::vector<Direction>{Direction::minimize});
}

TEST_P(BothStorages, RefuseOtherDirectionsAndMissingStudies) {
  EXPECT_THROW(open({}), core::Error);
  open();
  EXPECT_THROW(open({Direction::maximize}), core::Error);
  EXPECT_THROW(open_storage(location(), {"t", {}}), core::Error);
}

TEST(Locations, AreTakenByContentThenByName) {
  const test::TempDir dir;
  open_storage("sqlite:///" + (dir / "plain").native(), {"s", {Direction::minimize}});
  EXPECT_EQ(list_studies((dir / "plain").native()).size(), 1u);
  EXPECT_THROW(list_studies("mysql://host/db"), core::Error);
  EXPECT_THROW(list_studies((dir / "absent.db").native()), core::Error);
  test::write_file(dir / "other.db", "SQLite format 3\0 and then not");
  EXPECT_THROW(list_studies((dir / "other.db").native()), core::Error);
}

}  // namespace
}  // namespace trigloop::tune
