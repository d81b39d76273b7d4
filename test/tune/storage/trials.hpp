#pragma once
// Trials for tests of storages.
#include <vector>

#include "test/support/support.hpp"
#include "tune/storage/storage.hpp"

namespace trigloop::test {

inline const std::vector<tune::DistributionPtr>& distributions() {
  using namespace tune;
  static const std::vector<DistributionPtr> all{
      std::make_shared<const Distribution>(FloatDistribution{0, 1, {}, false}),
      std::make_shared<const Distribution>(IntDistribution{1, 10, 1, false}),
      std::make_shared<const Distribution>(
          CategoricalDistribution{{config::Value::of(std::string("a")), config::Value::of(std::int64_t{1}), {}}})};
  return all;
}

inline tune::Trial running_trial(double x) {
  tune::Trial trial;
  trial.state = tune::TrialState::running;
  trial.started = tune::now();
  trial.parameters = {{"x", x, distributions()[0]}, {"n", 4, distributions()[1]}, {"c", 1, distributions()[2]}};
  return trial;
}

}  // namespace trigloop::test
