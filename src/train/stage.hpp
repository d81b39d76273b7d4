#pragma once
// A stage of a recipe: one network trained for some epochs on one table. Later stages may take a tensor of an earlier
// one, which is frozen then, as their input.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/feed.hpp"
#include "train/optimiser.hpp"
#include "train/program.hpp"
#include "train/schedule.hpp"

namespace trigloop::train {

/// Columns of the history that a value is written to.
using HistoryNames = std::map<std::string, std::vector<std::string>>;

struct Stage {
  std::string name;
  std::string input;  ///< "data", or "STAGE.TENSOR"
  std::size_t views = 1, batch = 0;
  std::int64_t epochs = 0;
  bool evaluates = false;     ///< scores the test events and signals after every epoch
  double gradient_scale = 1;  ///< compat: the package's VICReg loss is one number an event, so its gradient is a sum
  std::uint64_t seed = 0;
  Schedule schedule;
  OptimiserOptions optimiser;
  HistoryNames history;

  Network network;
  std::map<std::string, TensorId> tensors;  ///< by name; "input" is what the feed gives
  Table table;                              ///< rows to train on; features are known before the rows are
  Table targets;                            ///< of a supervised stage: one-hot classes
  Table held;                               ///< of a supervised stage: events that are not trained on, ...
  std::vector<std::size_t> held_classes;    ///< ... and what they are
  Feed* feed = nullptr;
  Feed* target_feed = nullptr;

  /// Error: usage, naming the nearest.
  TensorId tensor(const std::string& tensor_name) const;
  /// The nodes that lead from the input to `tensor` outside of training: a sample is its mean.
  std::vector<const Node*> path_to(TensorId tensor) const;
  /// `tensor` for all rows of `in`.
  Table infer(TensorId tensor, const Table& in, Team& team) const;
  /// Rounds the weights of all layers, as inference wants them.
  void quantise();
};

}  // namespace trigloop::train
