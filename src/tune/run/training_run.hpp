#pragma once
// A trial that is a training of ours, in a thread of this process: the data are read once for all trials of a worker.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "config/config.hpp"
#include "tune/run/study_file.hpp"
#include "tune/run/trial_run.hpp"
#include "tune/train/training.hpp"

namespace trigloop::tune {

class TrainingRun final : public TrialRun {
 public:
  /// Goes on from checkpoint.h5 in the trial's folder, if it is there. Errors: usage, for a configuration that the
  /// parameters make invalid; output.
  TrainingRun(const StudyFile& study, const Trial& trial, std::shared_ptr<const TrainingData> data);
  /// Waits for the batch under way.
  ~TrainingRun() override;

  std::vector<int> descriptors() const override { return {event_}; }
  std::optional<TrialEnd> take(std::vector<Measurement>& measurements) override;
  void stop() override;
  void pause(bool still) override;

 private:
  void work(const TrainingJob& job, const TrainingData& data);
  void tell() const;

  int event_ = -1;  ///< readable when there is something to take
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Measurement> measured_;
  std::optional<TrialEnd> end_;
  bool stop_ = false, still_ = false;
  std::thread thread_;
};

/// The configuration of a trial: that of the study, with the trial's parameters. Errors: usage.
config::Config training_config(const StudyFile& study, const Trial& trial);

/// What a trial trains, from the beginning: without a checkpoint. Errors: those of training_config.
TrainingJob training_job(const StudyFile& study, const Trial& trial);

/// The packed file of a study, whose signal sets may be tuned on. Errors: usage, mismatch; those of PackedFile.
std::shared_ptr<const TrainingData> open_training_data(const StudyFile& study);

}  // namespace trigloop::tune
