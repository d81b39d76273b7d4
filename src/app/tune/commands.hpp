#pragma once
// `trigloop tune`, and its parts that have files of their own.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/record.hpp"
#include "report/tune/study_page.hpp"
#include "tune/run/study_file.hpp"
#include "tune/run/trial_run.hpp"
#include "tune/storage/storage.hpp"

namespace trigloop::app {

void add_tune(CLI::App& program);
void add_tune_best(CLI::App& tune);
void add_tune_report(CLI::App& tune);
void add_tune_run(CLI::App& tune);
void add_tune_show(CLI::App& tune);
void add_tune_submit(CLI::App& tune);

/// --warm-start: earlier studies that a new one begins with.
struct WarmStart {
  std::vector<std::string> studies;  ///< study files, storages, or studies of the registry
  std::size_t trials = 5;            ///< of each

  void add_to(CLI::App& command);
  /// Tells on standard error what does not fit. Errors: not_found; those of open_storage.
  void begin(tune::Storage& storage, const tune::StudyFile& study, const std::string& registry) const;
};
/// The studies that this one began with, as inputs of the run.
void record_warm_start(Recorder& record, const tune::History& history);

/// --study, and --storage over what it says.
struct TuneStudy {
  std::string study, storage;

  void add_to(CLI::App& command);
  tune::StudyFile read() const;
};

struct OpenedStudy {
  std::unique_ptr<tune::Storage> storage;
  std::vector<std::string> metrics;
  std::int64_t wanted = 0;
  tune::StudyFile file = {};  ///< without metrics, if the study is known by its storage alone
};

/// A study that is shown: known by its study file, or by its storage alone.
struct ShownStudy {
  std::string study, storage, name;

  void add_to(CLI::App& command);
  /// Errors: usage; those of open_storage.
  OpenedStudy open() const;
};

/// Warnings of the storage, on standard error.
void warn(const OpenedStudy& shown);

/// What a page of the study shows.
report::StudyPage study_page(const OpenedStudy& study);

/// Prints what the whole study will take: commands are run, one a slot, for at most `most_seconds`; of trainings of
/// ours a few epochs tell. Nothing of it is kept.
using MakeLaunch = std::function<tune::Launch(const tune::StudyFile&)>;
void estimate(const tune::StudyFile& study, const MakeLaunch& launch, unsigned slots, double most_seconds, bool json);

/// Opens the storage of a study file; makes it, if `make`. Errors: those of open_storage.
std::unique_ptr<tune::Storage> open_study(const tune::StudyFile& study, bool make);

}  // namespace trigloop::app
