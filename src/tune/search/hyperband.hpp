#pragma once
// Hyperband (Li et al., JMLR 18-185 (2018)): several successive halvings side by side, from one that stops early to one
// that hardly stops; a trial belongs to one of them by a hash of its number, with Optuna's numbers.
#include <vector>

#include "tune/search/halving.hpp"

namespace trigloop::tune {

struct HyperbandOptions {
  std::int64_t min_resource = 1;
  std::int64_t max_resource = 0;  ///< 0: one more than the last step of the longest trial that is complete first
  std::int64_t reduction = 3;
  std::int64_t bootstrap = 0;
};

class HyperbandPruner final : public Pruner {
 public:
  /// Error: usage, for options out of their ranges.
  explicit HyperbandPruner(HyperbandOptions options);
  Verdict judge(const History& history, const Trial& trial) override;

  std::size_t brackets() const noexcept { return halvings_.size(); }
  /// The bracket of a trial. There must be brackets.
  std::size_t bracket(const std::string& study, std::int64_t number) const;

 private:
  void open_brackets(const History& history);

  HyperbandOptions options_;
  std::vector<HalvingPruner> halvings_;
  std::vector<std::uint32_t> shares_;  ///< of each bracket in the trials
  std::uint32_t total_ = 0;
};

}  // namespace trigloop::tune
