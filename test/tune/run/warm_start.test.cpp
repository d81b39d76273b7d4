// Studies that begin with the best trials of earlier ones.
#include "tune/run/warm_start.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/support.hpp"
#include "tune/run/process.hpp"
#include "tune/run/summary.hpp"
#include "tune/run/worker.hpp"
#include "tune/storage/json_scan.hpp"

namespace trigloop::tune {
namespace {

Space space(const char* yaml) { return read_space(core::parse_yaml(yaml, "space"), "space"); }
const Space old_space = space("x: {low: 0, high: 1}\nn: {type: int, low: 1, high: 9}\nkind: {choices: [a, b]}\n");

/// Trials 0 to 5, of which 3 is the best and 1 fails.
History earlier(Direction direction = Direction::minimize) {
  History history("old", {direction});
  const double values[] = {4, 0, 3, 1, 5, 2};
  for (std::int64_t i = 0; i < 6; ++i) {
    Trial trial;
    trial.number = i;
    trial.state = i == 1 ? TrialState::fail : TrialState::complete;
    const double inner[] = {0.1 * static_cast<double>(i), static_cast<double>(i + 1), static_cast<double>(i % 2)};
    for (std::size_t k = 0; k < 3; ++k)
      trial.parameters.push_back({old_space.dimensions()[k].name, inner[k], old_space.dimensions()[k].distribution});
    if (i != 1) trial.values = {direction == Direction::maximize ? -values[i] : values[i]};
    history.put(std::move(trial));
  }
  return history;
}

std::vector<std::int64_t> numbers(const std::vector<EarlierTrial>& trials) {
  std::vector<std::int64_t> all;
  for (const EarlierTrial& trial : trials) all.push_back(trial.number);
  return all;
}

TEST(WarmStart, TakesTheBestOfAStudyAlsoFromItsExport) {
  for (const Direction direction : {Direction::minimize, Direction::maximize}) {
    const History history = earlier(direction);
    EXPECT_EQ(numbers(earlier_trials(history, 3)), (std::vector<std::int64_t>{3, 5, 2}));
    const auto exported = earlier_trials(trials_json(history), 3);
    EXPECT_EQ(numbers(exported), (std::vector<std::int64_t>{3, 5, 2}));
    EXPECT_EQ(exported[0].parameters, earlier_trials(history, 1)[0].parameters);
  }
}

TEST(WarmStart, RefusesWhatIsNoStudy) {
  for (const std::string& text : {std::string(), std::string("{}"), std::string(R"({"directions":[],"trials":[{}]})"),
                                  std::string(R"({"directions":["minimize"],"trials":[{"state":"complete"}]})"),
                                  trials_json(earlier()).substr(0, 300)}) {
    try {
      earlier_trials(std::string_view(text), 3);
      FAIL() << text;
    } catch (const core::Error& e) {
      EXPECT_EQ(e.code(), core::ErrorCode::damaged);
    }
  }
}

TEST(WarmStart, PutsWhatFitsAndTellsWhatDoesNot) {
  const test::TempDir folder;
  const Space changed = space("x: {low: 0, high: 0.4}\nkind: {choices: [b, c]}\nnew: {low: 0, high: 1}\n");
  const auto storage = open_storage(folder / "s.journal", {"s", {Direction::minimize}});
  const std::vector<EarlierStudy> studies{{"origin", earlier_trials(earlier(), 3)}};
  const auto notes = warm_start(*storage, changed, studies, 100);
  const std::vector<std::string> expected{"\"a\" is no value of 'kind' in this study",
                                          "'n' is no parameter of this study", "0.5 is no value of 'x' in this study"};
  EXPECT_EQ(notes, expected);
  ASSERT_EQ(storage->history().waiting().size(), 3u);
  const double x3 = 0.1 * 3;
  EXPECT_EQ(storage->history()[0].system_attributes.at("fixed_params"), "{\"x\":" + json_text(x3) + ",\"kind\":\"b\"}");
  EXPECT_EQ(warm_origins(storage->history()), std::vector<std::string>{"origin"});
  warm_start(*storage, changed, studies, 100);
  EXPECT_EQ(storage->history().size(), 3u) << "a study that was begun is gone on with as it is";
}

TEST(WarmStart, PutsEachPointOnceAndNoMoreThanAreWanted) {
  const test::TempDir folder;
  const auto trials = earlier_trials(earlier(), 3);
  const auto storage = open_storage(folder / "s.db", {"s", {Direction::minimize}});
  warm_start(*storage, old_space, {{"one", trials}, {"two", trials}}, 100);
  EXPECT_EQ(storage->history().size(), 3u);
  const auto few = open_storage(folder / "few.db", {"s", {Direction::minimize}});
  warm_start(*few, old_space, {{"one", trials}}, 2);
  EXPECT_EQ(few->history().size(), 2u);
}

TEST(WarmStart, WorkersRunThoseTrialsFirst) {
  const test::TempDir folder;
  test::write_file(folder / "s.yml",
                   "space: {x: {low: 0, high: 1}}\nmetric: loss\ntrials: 5\nsampler: random\n"
                   "command: 'echo 1 loss {x}'\n");
  const StudyFile study = read_study(folder / "s.yml");
  const auto storage = open_storage(study.storage, {study.name, study.directions()});
  warm_start(*storage, study.space, {{"old", earlier_trials(earlier(), 2)}}, study.trials);
  Worker(*storage, study, [&](const Trial& trial, unsigned) { return std::make_unique<Process>(study, trial, ""); }, {})
      .run();
  ASSERT_EQ(storage->history().size(), 5u);
  EXPECT_EQ(storage->history()[0].values[0], 0.1 * 3);
  EXPECT_EQ(storage->history()[1].values[0], 0.5);
}

}  // namespace
}  // namespace trigloop::tune
