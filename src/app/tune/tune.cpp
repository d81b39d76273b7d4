// trigloop tune: hyper-parameter search, from a laptop to a batch farm.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>

#include "app/commands.hpp"
#include "app/record.hpp"
#include "app/tune/commands.hpp"
#include "tune/run/patient_storage.hpp"
#include "tune/run/process.hpp"
#include "tune/run/signals.hpp"
#include "tune/run/slots.hpp"
#include "tune/run/summary.hpp"
#include "tune/run/training_run.hpp"

namespace trigloop::app {
namespace {

using core::Error;
using core::ErrorCode;
using tune::StudyFile;
using tune::Worker;

struct Options {
  TuneStudy study;
  unsigned workers = 0;
  std::int64_t trials = 0;
  std::string pause_file;
  std::string data, folder;
  std::vector<std::string> settings;
  bool json = false, quiet = false, estimate = false;
  double estimate_seconds = 60, budget = 0;
  WarmStart warm;
  int stopped_exit = 0;  ///< exit code of a batch job that is to go on later; 0: that of an interrupt
  RecordOptions record;

  /// The study with what stands in the command line over it.
  StudyFile changed(StudyFile file) const;
};

using Deadline = std::chrono::steady_clock::time_point;

constexpr const char* examples = R"(Examples:
  trigloop tune run --study study.yml --workers 8
  trigloop tune run --study study.yml --storage sqlite:///study.db      # beside others, also Optuna's workers
  trigloop tune run --study study.yml --budget 3600 --warm-start 2025.yml study/axol1tl@champion
  touch study.pause; trigloop tune run --study study.yml --pause-file study.pause      # trials stand still while it is there

Ctrl-C and SIGTERM end it in good order: trials save what they need, and the next run goes on with them.)";

StudyFile Options::changed(StudyFile file) const {
  if (workers > 0) file.workers = workers;
  if (!data.empty()) file.data = data;
  if (!folder.empty()) file.folder = folder;
  for (const std::string& setting : settings) file.set(setting);
  return file;
}

/// One line that is written over on a terminal; elsewhere a line now and then.
class Line {
 public:
  explicit Line(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}
  ~Line() {
    if (shown_ && terminal_) std::cerr << '\n';
  }
  void show(const tune::Progress& progress) {
    const std::string text = tune::progress_line(progress);
    const std::int64_t done = progress.complete + progress.pruned + progress.failed;
    if (quiet_ || (!terminal_ && (done == done_ || done * 20 / std::max<std::int64_t>(1, progress.wanted) == part_)))
      return;
    std::cerr << (terminal_ ? "\r\x1b[K" : "") << text << (terminal_ ? "" : "\n") << std::flush;
    shown_ = true;
    done_ = done;
    part_ = done * 20 / std::max<std::int64_t>(1, progress.wanted);
  }

 private:
  bool quiet_, terminal_, shown_ = false;
  std::int64_t done_ = -1, part_ = -1;
};

tune::Launch launcher(const StudyFile& study, std::vector<std::string> gpus) {
  if (!study.train.empty()) {
    return [&study, data = tune::open_training_data(study)](const tune::Trial& trial, unsigned) {
      return std::make_unique<tune::TrainingRun>(study, trial, data);
    };
  }
  return [&study, gpus = std::move(gpus)](const tune::Trial& trial, unsigned slot) {
    return std::make_unique<tune::Process>(study, trial, tune::gpus_of(study, gpus, slot));
  };
}

void print_result(const Options& options, const tune::Storage& storage, const tune::Progress& progress) {
  if (options.json) {
    std::cout << tune::status_json(storage, progress) << '\n';
    return;
  }
  std::cout << storage.study().name << ": " << tune::progress_line(progress) << '\n';
  for (const std::int64_t number : tune::best_trials(storage.history()))
    std::cout << tune::trial_json(storage.history()[number]) << '\n';
}

std::vector<registry::Metric> best_values(const StudyFile& study, const tune::History& history) {
  std::vector<registry::Metric> all;
  for (const std::int64_t number : tune::best_trials(history))
    for (std::size_t i = 0; i < study.metrics.size(); ++i)
      all.push_back({study.metrics[i].name, number, history[number].values[i]});
  return all;
}

/// The moment at which the budget is spent: what its finished trials took, on all slots, is spent already.
Deadline deadline_of(const Options& options, const tune::History& history, unsigned slots) {
  if (options.budget <= 0) return Deadline::max();
  const double left = options.budget - tune::trial_seconds(history) / slots;
  return std::chrono::steady_clock::now() + std::chrono::milliseconds(static_cast<std::int64_t>(left * 1e3));
}

void run(const Options& options) {
  const StudyFile study = options.changed(options.study.read());
  Recorder record(options.record, "tune");
  record.input_text("study", "config", study.name, "study.yml", study.text);
  tune::catch_requests();
  const std::vector<std::string> gpus = tune::visible_gpus();
  if (options.estimate)
    return estimate(
        study, [&](const StudyFile& scratch) { return launcher(scratch, gpus); }, tune::slots_of(study, gpus),
        options.estimate_seconds, options.json);
  const auto storage = open_study(study, true);
  options.warm.begin(*storage, study, options.record.on() ? options.record.folder : "");
  Line line(options.quiet);
  tune::WorkerOptions work;
  work.slots = tune::slots_of(study, gpus);
  work.trials = options.trials;
  work.pause_file = options.pause_file;
  const Deadline deadline = deadline_of(options, storage->history(), work.slots);
  work.asked_to_stop = [&] { return tune::stop_requested() || std::chrono::steady_clock::now() > deadline; };
  work.asked_to_pause = tune::pause_requested;
  work.on_progress = [&](const tune::Progress& progress) { line.show(progress); };
  tune::PatientStorage patient(*storage, {work.asked_to_stop, [](const std::string& reason) {
                                            std::cerr << "trigloop: waits until there is space: " << reason << '\n';
                                          }});
  Worker worker(patient, study, launcher(study, gpus), work);
  const Worker::Ended ended = worker.run();
  for (const std::string& warning : storage->warnings()) std::cerr << "trigloop: warning: " << warning << '\n';
  print_result(options, *storage, worker.progress());
  if (ended == Worker::Ended::stopped && tune::stop_requested()) {
    if (options.stopped_exit != 0) throw ErrorsReported{static_cast<ErrorCode>(options.stopped_exit)};
    throw Error(ErrorCode::interrupted, "stopped; trials under way wait to be gone on with");
  }
  record_warm_start(record, storage->history());
  record.output_text("study", "study", study.name, "study.json", tune::trials_json(storage->history()),
                     best_values(study, storage->history()));
  record.commit();
}

void add_run_options(CLI::App& command, const std::shared_ptr<Options>& options) {
  options->study.add_to(command);
  command.add_option("-w,--workers", options->workers, "Trials at a time (default: as the study says, or by cores)")
      ->check(CLI::Range(1, 100'000));
  command.add_option("--trials", options->trials, "Run at most so many trials here")
      ->check(CLI::Range(1, 1'000'000'000));
  command.add_option("--pause-file", options->pause_file, "While this file exists, trials stand still");
  command.add_option("--data", options->data, "Where trials train: the packed file over that of the study");
  command.add_option("--set", options->settings, "Where trials train: KEY=VALUE of all of them; may be repeated");
  command.add_option("--folder", options->folder, "The trials' folders, over that of the study");
  command.add_flag("--json", options->json, "Print the result as JSON");
  command.add_flag("-q,--quiet", options->quiet, "No progress");
}

}  // namespace

void TuneStudy::add_to(CLI::App& command) {
  command.add_option("-s,--study", study, "The study file (docs/tune.md)")->required();
  command.add_option("--storage", storage, "sqlite:///FILE or journal:FILE (default: as the study says)");
}

StudyFile TuneStudy::read() const {
  StudyFile file = tune::read_study(study);
  if (!storage.empty()) file.storage = storage;
  return file;
}

std::unique_ptr<tune::Storage> open_study(const StudyFile& study, bool make) {
  return tune::open_storage(study.storage, {study.name, make ? study.directions() : std::vector<tune::Direction>()});
}

void add_tune_run(CLI::App& tune) {
  const auto options = std::make_shared<Options>();
  CLI::App* const command = tune.add_subcommand("run", "Search on this machine, until all trials are there");
  add_run_options(*command, options);
  options->warm.add_to(*command);
  command
      ->add_option("--budget", options->budget,
                   "Seconds for the whole study, from run to run; trials that are under way then wait for another run")
      ->check(CLI::Range(1.0, 1e9));
  command->add_flag("--estimate", options->estimate,
                    "Run a few trials, print what the study will take, and keep nothing");
  command->add_option("--estimate-seconds", options->estimate_seconds, "At most so long, where trials are commands")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  add_record_options(*command, options->record);
  command->footer(examples);
  command->callback([options] { run(*options); });

  const auto batch = std::make_shared<Options>();
  batch->stopped_exit = tune::checkpoint_exit;
  CLI::App* const worker = tune.add_subcommand("worker",
                                               "What a batch job runs: like run, but it exits with 85 when it "
                                               "is stopped before all trials are there");
  add_run_options(*worker, batch);
  worker->footer("Examples:\n  trigloop tune worker --study study.yml --workers 4      # see `trigloop tune submit`");
  worker->callback([batch] { run(*batch); });
}

void add_tune(CLI::App& program) {
  CLI::App* const tune = program.add_subcommand("tune", "Search hyper-parameters, with Optuna's storages");
  tune->require_subcommand(1);
  tune->footer(
      "Examples:\n  trigloop tune run --study study.yml --workers 8\n  trigloop tune status --study study.yml\n"
      "  trigloop tune submit --slurm --study study.yml --jobs 20");
  add_tune_run(*tune);
  add_tune_show(*tune);
  add_tune_best(*tune);
  add_tune_report(*tune);
  add_tune_submit(*tune);
}

}  // namespace trigloop::app
