#include "tune/run/training_run.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "core/error.hpp"
#include "tune/run/command.hpp"
#include "tune/run/process.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using How = TrialEnd::How;

std::vector<std::string> names_of(const std::vector<Metric>& metrics) {
  std::vector<std::string> names;
  for (const Metric& metric : metrics) names.push_back(metric.name);
  return names;
}

}  // namespace

config::Config training_config(const StudyFile& study, const Trial& trial) {
  config::Config config = config::Config::load(study.train);
  for (const auto& [key, value] : trial_settings(study, trial)) config.set(key, value);
  return config;
}

TrainingJob training_job(const StudyFile& study, const Trial& trial) {
  return {training_config(study, trial), names_of(study.metrics), {}, study.cpus, 1};
}

std::shared_ptr<const TrainingData> open_training_data(const StudyFile& study) {
  const std::string path =
      study.data.empty() ? config::Config::load(study.train).text("data_config.Processed_data_path") : study.data;
  if (!fs::exists(path))
    throw core::Error(core::ErrorCode::not_found, "is not there, and trials train on it")
        .file(path)
        .remedy("Make it with `trigloop curate --config " + study.train + "`");
  auto data = std::make_shared<const TrainingData>(path);
  data->check_metrics(names_of(study.metrics));
  return data;
}

TrainingRun::TrainingRun(const StudyFile& study, const Trial& trial, std::shared_ptr<const TrainingData> data) {
  const fs::path folder = trial_folder(study, trial.number);
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw core::Error(core::ErrorCode::output, "cannot make the folder: " + failed.message()).file(folder.native());
  TrainingJob job = training_job(study, trial);
  job.checkpoint = folder / "checkpoint.h5";
  event_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this, job = std::move(job), data = std::move(data)] { work(job, *data); });
}

TrainingRun::~TrainingRun() {
  stop();
  thread_.join();
  ::close(event_);
}

void TrainingRun::tell() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_, &one, sizeof(one));
}

void TrainingRun::work(const TrainingJob& job, const TrainingData& data) {
  TrialEnd end{How::complete};
  try {
    TrainingHooks hooks;
    hooks.report = [this](std::int64_t step, const std::string& metric, double value) {
      const std::lock_guard lock(mutex_);
      measured_.push_back({step, metric, value});
      tell();
    };
    hooks.asked_to_stop = [this] {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stop_ || !still_; });
      return stop_;
    };
    if (!run_training(job, data, hooks)) end.how = How::saved;
  } catch (const std::exception& error) {
    end = {How::failed, error.what()};
  }
  const std::lock_guard lock(mutex_);
  end_ = end;
  tell();
}

std::optional<TrialEnd> TrainingRun::take(std::vector<Measurement>& measurements) {
  std::uint64_t times = 0;
  [[maybe_unused]] const ssize_t read = ::read(event_, &times, sizeof(times));
  const std::lock_guard lock(mutex_);
  for (Measurement& one : std::exchange(measured_, {})) measurements.push_back(std::move(one));
  return end_;
}

void TrainingRun::stop() {
  const std::lock_guard lock(mutex_);
  stop_ = true;
  changed_.notify_all();
}

void TrainingRun::pause(bool still) {
  const std::lock_guard lock(mutex_);
  still_ = still;
  changed_.notify_all();
}

}  // namespace trigloop::tune
