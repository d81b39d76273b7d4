// Real Optuna on the same study, before us, behind us, and at the same time.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "core/error.hpp"
#include "test/tune/storage/trials.hpp"
#include "tune/storage/storage.hpp"

namespace trigloop::tune {
namespace {

using nlohmann::json;

class Optuna : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    TRIGLOOP_NEEDS_PEERS();
    static const bool here =
        test::run_command({test::peer_python(), "-c", "import optuna, optuna_dashboard"}).status == 0;
    if (!here) GTEST_SKIP() << "the Python packages optuna and optuna-dashboard are not here";
  }
  std::string location() const { return (dir_ / GetParam()).native(); }
  std::unique_ptr<Storage> open() const { return open_storage(location(), {"s", {Direction::minimize}}); }
  std::string peer(const std::vector<std::string>& words) const {
    std::vector<std::string> all{test::peer_python(), test::project_root() / "test/peers/optuna_storage.py"};
    all.insert(all.end(), words.begin(), words.end());
    const auto result = test::run_command(all);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.out;
  }
  json read() const { return json::parse(peer({"read", location()})); }

 private:
  test::TempDir dir_;
};

INSTANTIATE_TEST_SUITE_P(Storages, Optuna, testing::Values("s.db", "s.log"));

/// Creates and finishes `n` trials.
void run_trials(Storage& storage, int n) {
  for (int i = 0; i < n; ++i) {
    std::int64_t mine = -1;
    storage.update([&](const History& history) -> std::vector<Operation> {
      mine = static_cast<std::int64_t>(history.size());
      return {op::Create{test::running_trial(0.25)}};
    });
    storage.update({op::Report{mine, 1, 0.5}, op::SetAttribute{mine, op::Scope::user, "by", "\"trigloop\""}});
    storage.update({op::State{mine, TrialState::complete, {0.25}}});
  }
}

TEST_P(Optuna, ReadsAndContinuesOurStudy) {
  const auto storage = open();
  run_trials(*storage, 3);
  storage->update({op::Create{}, op::SetAttribute{2, op::Scope::user, "late", "1"}});
  storage->update({op::Create{test::running_trial(0.5)}});
  storage->update({op::State{4, TrialState::waiting}});  // one that was begun, and is to go on
  peer({"run", location(), "4"});
  const json trials = read();
  ASSERT_EQ(trials.size(), 7u);
  EXPECT_EQ(trials[0]["params"], json::parse(R"({"x": 0.25, "n": 4, "c": 1})"));
  EXPECT_EQ(trials[0]["values"], json::parse("[0.25]"));
  EXPECT_EQ(trials[0]["user"]["by"], "trigloop");
  EXPECT_FALSE(trials[2]["user"].contains("late"));
  EXPECT_EQ(trials[3]["user"]["by"], "optuna");  // picked up, not made anew
  EXPECT_EQ(trials[4]["params"]["x"], 0.5);
  EXPECT_EQ(trials[4]["values"], json::parse("[0.5]"));
  EXPECT_LT(std::abs(trials[0]["start"].get<double>() -
                     std::chrono::duration<double>(storage->history()[0].started->time_since_epoch()).count()),
            1e-3);
}

TEST_P(Optuna, IsReadAndContinuedByUs) {
  peer({"run", location(), "5"});
  const auto storage = open_storage(location(), {"s", {}});
  ASSERT_EQ(storage->history().size(), 5u);
  const json theirs = read();
  for (std::int64_t i = 0; i < 5; ++i) {
    const Trial& trial = storage->history()[i];
    const json& their = theirs[static_cast<std::size_t>(i)];
    EXPECT_EQ(name_of(trial.state), their["state"]);
    EXPECT_EQ(trial.parameters[0].value, their["params"]["x"]);
    EXPECT_TRUE(std::isnan(trial.intermediate.at(2)));
    EXPECT_EQ(trial.user_attributes.at("by"), "\"optuna\"");
    EXPECT_LT(std::abs(their["start"].get<double>() -
                       std::chrono::duration<double>(trial.started->time_since_epoch()).count()),
              1e-3);
  }
  run_trials(*storage, 2);
  EXPECT_EQ(read().size(), 7u);
}

TEST_P(Optuna, WorksOnTheStudyWhileWeDo) {
  open();
  std::thread theirs([&] { peer({"run", location(), "12"}); });
  const auto storage = open();
  run_trials(*storage, 30);
  theirs.join();
  storage->refresh();
  ASSERT_EQ(storage->history().size(), 42u);
  EXPECT_EQ(storage->history().finished().size(), 42u);
  const json trials = read();
  ASSERT_EQ(trials.size(), 42u);
  for (std::size_t i = 0; i < trials.size(); ++i) EXPECT_EQ(trials[i]["number"], i);
  EXPECT_TRUE(storage->warnings().empty());
}

TEST_P(Optuna, AfterATornLineGoesOnWhenWeHaveMendedIt) {
  if (std::string_view(GetParam()) == "s.db") GTEST_SKIP() << "journals alone have lines";
  run_trials(*open(), 2);
  const std::string text = test::read_file(location());
  test::write_file(location(), text + text.substr(0, 30) + text.substr(text.rfind("{\"op_code\":4", text.size())));
  open()->update({op::Create{}});
  peer({"run", location(), "1"});
  const auto storage = open();
  EXPECT_EQ(storage->history().size(), 4u);  // two, the one behind the torn line, and the one that Optuna ran
  EXPECT_EQ(storage->history().finished().size(), 3u);
}

TEST_P(Optuna, DashboardShowsOurStudyWhileItRuns) {
  const auto storage = open();
  run_trials(*storage, 3);
  storage->update({op::Create{test::running_trial(0.5)}});
  const json shown = json::parse(peer({"dashboard", location()}));
  ASSERT_EQ(shown["studies"].size(), 1u);
  EXPECT_EQ(shown["studies"][0]["study_name"], "s");
  ASSERT_EQ(shown["first"]["trials"].size(), 4u);
  EXPECT_EQ(shown["first"]["trials"][0]["state"], "Complete");
  EXPECT_EQ(shown["first"]["trials"][3]["state"], "Running");
}

}  // namespace
}  // namespace trigloop::tune
