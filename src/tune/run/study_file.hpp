#pragma once
// study.yml: what is searched, how, and what a trial is.
//
//     command: python3 train.py
//     space:
//       rate: {low: 1e-4, high: 1e-1, log: true}
//     metric: loss
//
// docs/tune.md describes every key.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/yaml.hpp"
#include "tune/search/pruner.hpp"
#include "tune/search/sampler.hpp"
#include "tune/search/space.hpp"

namespace trigloop::tune {

struct Metric {
  std::string name;
  Direction direction = Direction::minimize;
};

struct StudyFile {
  std::filesystem::path path;
  std::string text;  ///< as it was read
  std::string name;
  std::vector<Metric> metrics;  ///< the objectives; the first is what pruners look at
  Space space;
  std::string storage;               ///< a location; relative to the study file
  std::filesystem::path folder;      ///< of the trials' own folders
  std::vector<std::string> command;  ///< words; one word: a line for the shell. Empty: our trainer
  std::string metrics_file;          ///< in the trial's folder; empty: standard output
  std::string stop_signal = "TERM";
  double stop_seconds = 30;           ///< from the signal to SIGKILL
  std::int64_t trials = 100;          ///< that are wanted, without failed ones
  double hours = 0;                   ///< of this run; 0: no limit
  unsigned workers = 0;               ///< trials at a time; 0: as many as cores / cpus
  unsigned cpus = 1;                  ///< of a trial
  double gpus = 0;                    ///< of a trial; 0.125: eight trials share one
  unsigned retries = 3;               ///< of a trial that fails, or whose worker dies
  double heartbeat = 10, grace = 60;  ///< seconds between signs of life; without one, until a worker is dead
  std::uint64_t seed = 0;
  std::string train;  ///< a configuration of `trigloop train`, where there is no command
  std::string data;   ///< its packed file; empty: as the configuration says
  std::vector<std::pair<std::string, std::string>> settings;        ///< keys of it, and values with {name} in them
  std::vector<std::pair<std::string, std::string>> final_settings;  ///< over those, of the training of the best trial
  std::vector<std::int64_t> final_seeds;                            ///< of it; empty: that of the configuration

  /// KEY=VALUE of the configuration, for all trials. Error: usage, also where trials are commands.
  void set(const std::string& setting);
  std::vector<Direction> directions() const;
  std::unique_ptr<Sampler> sampler() const;
  std::unique_ptr<Pruner> pruner() const;

 private:
  friend StudyFile read_study(const std::filesystem::path& path);
  core::YamlNode document_;
};

/// Errors: usage, with file, line and the nearest known key; not_found.
StudyFile read_study(const std::filesystem::path& path);

}  // namespace trigloop::tune
