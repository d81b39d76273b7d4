#include "tune/search/history.hpp"

#include <gmock/gmock.h>

namespace trigloop::tune {
namespace {

Trial trial(std::int64_t number, TrialState state) {
  Trial t;
  t.number = number;
  t.state = state;
  return t;
}

TEST(History, KeepsTheOrderInWhichTrialsFinish) {
  History history("study", {Direction::minimize});
  for (int n = 0; n < 3; ++n) history.put(trial(n, TrialState::running));
  EXPECT_THAT(history.running(), testing::ElementsAre(0, 1, 2));
  history.put(trial(2, TrialState::complete));
  history.put(trial(0, TrialState::pruned));
  EXPECT_THAT(history.finished(), testing::ElementsAre(2, 0));
  EXPECT_THAT(history.running(), testing::ElementsAre(1));
}

TEST(History, FillsGapsWithWaitingTrials) {
  History history("study", {Direction::minimize});
  history.put(trial(2, TrialState::complete));
  EXPECT_EQ(history.size(), 3u);
  EXPECT_THAT(history.waiting(), testing::ElementsAre(0, 1));
  history.put(trial(0, TrialState::running));
  EXPECT_THAT(history.waiting(), testing::ElementsAre(1));
}

TEST(History, DoesNotChangeWhatIsFinished) {
  History history("study", {Direction::minimize});
  history.put(trial(0, TrialState::complete));
  history.put(trial(0, TrialState::running));
  EXPECT_EQ(history[0].state, TrialState::complete);
  EXPECT_EQ(history.finished().size(), 1u);
}

}  // namespace
}  // namespace trigloop::tune
