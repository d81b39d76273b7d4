#pragma once
// A trial that is a command of the user's.
//
// It gets its parameters in the environment (TUNE_<name>), in words of the command ({name}), and in the file
// parameters.json of its folder; TUNE_TRIAL, TUNE_FOLDER, TUNE_CPUS say the rest. It runs in a process group of its
// own, so that signals reach all that it starts, and none that are meant for the worker reach it.
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "tune/run/study_file.hpp"
#include "tune/run/trial_run.hpp"

namespace trigloop::tune {

/// Exit code by which a trial says that it has saved its state and is to go on later (HTCondor's for the same).
inline constexpr int checkpoint_exit = 85;

class Process final : public TrialRun {
 public:
  /// `gpus`: for CUDA_VISIBLE_DEVICES and ROCR_VISIBLE_DEVICES; empty: not set. Errors: output, not_found (no folder,
  /// no process).
  Process(const StudyFile& study, const Trial& trial, const std::string& gpus);
  ~Process() override;

  std::vector<int> descriptors() const override;
  std::optional<TrialEnd> take(std::vector<Measurement>& measurements) override;
  void stop() override;
  void pause(bool still) override;

 private:
  using Clock = std::chrono::steady_clock;
  void start(const Trial& trial, const std::string& gpus);
  void read_output(std::vector<Measurement>& measurements);
  void read_file(std::vector<Measurement>& measurements);
  void take_line(const std::string& line, std::vector<Measurement>& measurements) const;
  std::optional<TrialEnd> reaped();
  void signal(int number) const;

  const StudyFile& study_;
  std::vector<std::string> metrics_;
  std::filesystem::path folder_;
  pid_t child_ = -1;
  int ended_ = -1;   ///< descriptor of the process: readable when it has ended
  int output_ = -1;  ///< its standard output
  int log_ = -1;
  std::string rest_;           ///< of a line under way
  std::uint64_t file_at_ = 0;  ///< how much of the metrics' file was read
  bool stopping_ = false;
  Clock::time_point kill_at_{};
};

/// The folder of a trial: FOLDER/NUMBER.
std::filesystem::path trial_folder(const StudyFile& study, std::int64_t number);

/// {"rate": 0.01, ...} as the command sees them.
std::string parameters_json(const Trial& trial);

}  // namespace trigloop::tune
