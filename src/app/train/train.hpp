#pragma once
// `trigloop train`, for commands that train, too.
#include <functional>
#include <string>
#include <vector>

#include "app/record.hpp"
#include "app/train/continual.hpp"

namespace trigloop::app {

/// The options of `trigloop train`.
struct TrainCommand {
  std::string config, data, recipe, output = "model";
  ContinualOptions continual;
  std::vector<std::string> settings;
  std::string study;  ///< of the registry, in which these settings were found
  unsigned threads = 0;
  std::int64_t evaluate_every = 1;
  bool resume = false, quiet = false, json = false, no_store = false, metrics = false;
  RecordOptions record;
};

/// Curates, trains, evaluates, stores and records. `more` may name further inputs of the run.
void train_and_record(const TrainCommand& options, const std::function<void(Recorder&)>& more = {});

}  // namespace trigloop::app
