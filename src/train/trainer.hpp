#pragma once
// The loop over stages, epochs and batches, with its history and its checkpoints.
#include <filesystem>
#include <functional>

#include "train/data.hpp"
#include "train/history.hpp"
#include "train/monitor.hpp"
#include "train/recipe/recipe.hpp"

namespace trigloop::train {

/// What is told after an epoch.
struct EpochReport {
  const Stage* stage = nullptr;
  std::int64_t epoch = 0;
  double rate = 0, loss = 0;
  std::vector<Term> terms;
  double seconds = 0, events_per_second = 0;  ///< of the steps, without evaluation
  double seconds_left = 0;                    ///< of the stage
};

struct TrainOptions {
  unsigned threads = 0;                   ///< 0: all cores
  std::filesystem::path checkpoint;       ///< empty: none
  double checkpoint_seconds = 30;         ///< at least so long between two
  std::string identity;                   ///< hash of what the training is made from; a checkpoint carries it
  std::vector<const PackedFile*> replay;  ///< packed files of older eras, of which a share is trained on, too
  double replay_share = 0.3;              ///< of all training events, in [0, 1)
  bool resume = false;                    ///< go on from `checkpoint`, if it is there
  std::int64_t evaluate_every = 1;        ///< epochs of an evaluating stage, and after its last; others tell NaN
  std::function<void(const EpochReport&)> on_epoch;
  std::function<bool()> asked_to_stop;  ///< looked at before each batch, beside Ctrl-C; may wait
};

class Trainer {
 public:
  /// Recipe and file must outlive it.
  Trainer(Recipe& recipe, const PackedFile& file, TrainOptions options);
  ~Trainer();

  /// Trains all stages. Errors: usage, if the checkpoint is of another configuration; internal, naming stage, step and
  /// parameter, where a number is not finite; interrupted, after a checkpoint was written.
  void run();

  const History& history() const noexcept { return history_; }
  /// Scores of rows as the data are; the recipe's weights as they are.
  std::vector<double> scores(const Table& rows);

 private:
  /// Where the loop is: the next batch to train on.
  struct Place {
    std::size_t stage = 0;
    std::int64_t epoch = 0, batch = 0;
  };
  struct Sums {
    double loss = 0;
    std::vector<Term> terms;
    void start(std::vector<Term> named, bool restored);
  };

  /// Events of an older era that are trained on.
  struct Draw {
    const PackedFile* file;
    std::vector<std::uint32_t> events;
  };

  void begin_stage(Stage& stage);
  Table training_rows();
  std::vector<float> training_column(const std::string& column);
  std::vector<Draw> draw_replay(std::size_t new_events) const;
  void take_classes(Stage& stage);
  void take_targets(Stage& stage);
  void watch_tests(const Stage& stage);
  void watch(const Stage& stage, const std::string& table, const std::string& name);
  double accuracy(Stage& stage);
  void train_stage(Stage& stage);
  void train_epoch(Stage& stage, Program& program, Optimiser& optimiser);
  void end_epoch(Stage& stage, double seconds);
  std::vector<Term> evaluate(Stage& stage);
  void watch_signals();
  std::vector<double> mixture_scores(const Table& embeddings);
  Table mixture_rows(const Stage& stage);
  void fit_mixture();
  std::vector<Term> residuals(const Stage& stage);
  Table in_stage(const Stage& stage, Table rows);
  std::vector<double> scores_of(const Table& stage_rows);
  void save(const Optimiser& optimiser);
  void load();

  Recipe& recipe_;
  const PackedFile& file_;
  TrainOptions options_;
  Team team_;
  History history_;
  Place place_;
  Sums sums_;
  std::vector<Events> watched_;          ///< of the evaluating stage: background first, then signals
  std::vector<float> watched_target_;    ///< of a regression: the column, of the test events
  std::unique_ptr<Optimiser> restored_;  ///< from a checkpoint, for the stage that it was in
  double last_save_ = 0;
};

}  // namespace trigloop::train
