#pragma once
// A stage of a recipe: one network trained for some epochs on one table. Later stages may take a tensor of an earlier
// one, which is frozen then, as their input.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/engine/feed.hpp"
#include "train/engine/optimiser.hpp"
#include "train/engine/program.hpp"
#include "train/engine/prune.hpp"
#include "train/engine/schedule.hpp"

namespace trigloop::train {

/// Columns of the history that a value is written to.
using HistoryNames = std::map<std::string, std::vector<std::string>>;

/// What a stage learns besides the events: a feature of each of them, in the same order.
struct Target {
  std::string name;    ///< of its tensor
  std::string column;  ///< of the data; "": classes, one-hot
  double unit = 1;     ///< the tensor is column / unit
  Table table;
  Feed* feed = nullptr;
};

struct Stage {
  std::string name;
  std::string input;  ///< "data", or "STAGE.TENSOR"
  std::size_t views = 1, batch = 0;
  std::int64_t epochs = 0;
  int input_bits = 0;         ///< of what it is fed
  bool evaluates = false;     ///< scores the test events and signals after epochs
  double gradient_scale = 1;  ///< compat: the package's VICReg loss is one number an event, so its gradient is a sum
  std::uint64_t seed = 0;
  Schedule schedule;
  OptimiserOptions optimiser;
  HistoryNames history;

  Network network;
  std::map<std::string, TensorId> tensors;  ///< by name; "input" is what the feed gives
  Table table;                              ///< rows to train on; features are known before the rows are
  std::vector<std::unique_ptr<Target>> targets;
  std::optional<Pruner> pruner;
  Table held;                             ///< of a supervised stage: events that are not trained on, ...
  std::vector<std::size_t> held_classes;  ///< ... and what they are
  Feed* feed = nullptr;

  /// Error: usage, naming the nearest.
  TensorId tensor(const std::string& tensor_name) const;
  /// Error: usage.
  const Target& target(const std::string& target_name) const;
  /// The nodes that lead from the input to `tensor` outside of training: a sample is its mean.
  std::vector<const Node*> path_to(TensorId tensor) const;
  /// Visits `tensor` of all rows of `in`, block by block, on all threads: the number of the first row and of rows; the
  /// block of the input; the block of the tensor.
  using BlockVisitor = std::function<void(std::size_t first, std::size_t rows, const float* in, const float* out)>;
  void visit(TensorId tensor, const Table& in, Team& team, const BlockVisitor& visitor) const;
  /// `tensor` for all rows of `in`.
  Table infer(TensorId tensor, const Table& in, Team& team) const;
  /// Rounds the weights of all layers, as inference wants them.
  void quantise();
};

}  // namespace trigloop::train
