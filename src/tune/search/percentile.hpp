#pragma once
// Stops a trial whose best value so far is worse than that percentile of complete trials at the same step: the median
// pruner, at 50. Optuna's rules.
#include <unordered_map>
#include <vector>

#include "tune/search/pruner.hpp"

namespace trigloop::tune {

struct PercentileOptions {
  double percentile = 50;       ///< of complete trials, from the best: 25 keeps the best quarter
  std::int64_t startup = 5;     ///< complete trials before any is stopped
  std::int64_t warmup = 0;      ///< no trial is stopped before this step
  std::int64_t interval = 1;    ///< steps between looks
  std::int64_t min_trials = 1;  ///< values that a step needs
};

class PercentilePruner final : public Pruner {
 public:
  /// Error: usage, for options out of their ranges.
  explicit PercentilePruner(PercentileOptions options);
  Verdict judge(const History& history, const Trial& trial) override;

 private:
  void take(const History& history);

  PercentileOptions options_;
  std::size_t seen_ = 0;  ///< of history.finished()
  std::int64_t complete_ = 0;
  std::unordered_map<std::int64_t, std::vector<double>> at_step_;  ///< values of complete trials
};

}  // namespace trigloop::tune
