#pragma once
// A trial that is a training of ours, in this process: its data are read once for all trials, and each keeps to one
// core with its weights in that core's cache.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "train/data.hpp"

namespace trigloop::tune {

/// A packed file, opened once and shared by all trials.
class TrainingData {
 public:
  /// Errors: those of PackedFile.
  explicit TrainingData(const std::filesystem::path& path);
  const train::PackedFile& file() const noexcept { return file_; }
  /// SHA-256 of the file: checkpoints carry it.
  const std::string& hash() const noexcept { return hash_; }
  /// Whether a search may look at these metrics ("raw-pure/SIGNAL"): only signal sets of the role `tune` may be tuned
  /// on. Errors: usage; mismatch, for a signal set that the file does not hold.
  void check_metrics(const std::vector<std::string>& metrics) const;

 private:
  train::PackedFile file_;
  std::string hash_;
};

struct TrainingJob {
  config::Config config;             ///< with the trial's parameters
  std::vector<std::string> metrics;  ///< columns of the training's history, "loss", or "ebops" of the trained network
  std::filesystem::path checkpoint;  ///< gone on from, if it is there; empty: none
  unsigned threads = 1;
  std::int64_t evaluate_every = 1;  ///< epochs
};

struct TrainingHooks {
  /// After each evaluated epoch; steps count from 1.
  std::function<void(std::int64_t step, const std::string& metric, double value)> report;
  /// Looked at before each batch; may wait, for a training that is to stand still.
  std::function<bool()> asked_to_stop;
};

/// Seconds that a training takes as a whole, from its first epochs: at most `epochs` of each stage are trained, and the
/// rest is taken to last as long as the last of them. Reports and saves nothing. Errors: those of run_training.
double training_seconds(const TrainingJob& job, const TrainingData& data, std::int64_t epochs);

/// Trains to the end, or until it is asked to stop: then it is false, and a checkpoint was written. Errors: those of
/// recipes and training; interrupted, for Ctrl-C.
bool run_training(const TrainingJob& job, const TrainingData& data, const TrainingHooks& hooks);

}  // namespace trigloop::tune
