#pragma once
// Asynchronous successive halving (Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020).
//
// A trial that reaches rung k (its step is min_resource * reduction^(k + early)) writes its value down as the system
// attribute `completed_rung_k` and goes on if it is among the best 1/reduction of all that came there so far. Nobody
// waits. These are Optuna's rules and its attributes, so workers of both may share a study.
#include "tune/search/pruner.hpp"

namespace trigloop::tune {

struct HalvingOptions {
  std::int64_t min_resource = 0;  ///< 0: a hundredth of the longest complete trial, once there is one
  std::int64_t reduction = 4;
  std::int64_t early = 0;      ///< Optuna's min_early_stopping_rate
  std::int64_t bootstrap = 0;  ///< so many trials must have come to a rung before one may go on
};

class HalvingPruner final : public Pruner {
 public:
  /// Whether a trial takes part in the competition; used by Hyperband, whose brackets are competitions of their own.
  using Filter = bool (*)(const void* context, std::int64_t number);

  /// Error: usage, for options out of their ranges.
  explicit HalvingPruner(HalvingOptions options);
  Verdict judge(const History& history, const Trial& trial) override;
  Verdict judge(const History& history, const Trial& trial, const void* context, Filter filter);

 private:
  HalvingOptions options_;
};

}  // namespace trigloop::tune
