#pragma once
// The site's configuration: one YAML file, checked as a whole before anything starts (docs/loop.md). Paths are relative
// to its folder.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "registry/signature.hpp"
#include "watch/points.hpp"

namespace trigloop::loop {

/// Where a rate belongs, and how far it may be from there.
struct PointTarget {
  std::string name;
  watch::Point point;
  double band = 0;  ///< relative: 0.05 is +-5 %
  std::int64_t prescale = 1;
};

struct Person {
  std::string name;
  registry::PublicKey key;
};

/// `needed` of these people have to say yes.
struct Role {
  std::string name;
  std::size_t needed = 1;
  std::vector<Person> people;
};

struct StreamSite {
  std::filesystem::path records;     ///< output of `trigloop scout run`
  std::filesystem::path files;       ///< folder of the stream's files, which a candidate scores in shadow
  std::filesystem::path conditions;  ///< what is valid when: written by the loop, read by scout
  std::filesystem::path models;      ///< folder in which scout finds models by their SHA-256
  std::filesystem::path zerobias;    ///< zero bias of before any model was deployed
  std::vector<std::string> options;  ///< words for `trigloop scout run`: what the stream is
};

struct TrainingSite {
  std::filesystem::path config;
  std::vector<std::string> settings;  ///< KEY=VALUE over the configuration
  std::vector<std::int64_t> seeds;
  std::vector<std::string> starts;  ///< "fresh", "fine-tuned"
  double test_share = 0.5;          ///< of the zero bias, kept from training
  std::int64_t threads = 0;
};

struct TuneSite {
  std::filesystem::path study;  ///< a study file whose trials train; empty: nothing is searched
  std::int64_t budget_ns = 0;
  bool warm_start = true;  ///< with the best trials of the site's last study
};

struct TriggerSite {
  std::int64_t exposure = 5;    ///< good lumisections after the change, before anything is decided
  std::int64_t patience = 20;   ///< good lumisections after which an undecided round ends
  std::int64_t cool_down = 20;  ///< lumisections after a round in which none is opened
  double leave = 0.5;           ///< share of the band below which a change has gone by itself
  double retrain_above = 0.02;  ///< of an energy scale: smaller ones get new thresholds
  double mean_time = 10'000;    ///< lumisections between false alarms
  std::int64_t reference = 30;  ///< lumisections of which a reference is made
  struct Window {
    std::int64_t from_ns = 0, to_ns = 0;
  };
  std::vector<Window> maintenance;  ///< nothing is opened or deployed then
};

struct GateSite {
  std::int64_t shadow = 10;  ///< good lumisections that a candidate scores before anybody is asked
  double margin = 0.02;      ///< by which an efficiency may be below the old model's
  double stability = 3;      ///< greatest chi2 / ndf of the rate over lumisections
  double cost = 1.1;         ///< greatest cost (EBOPs), in those of the old model
  std::string proof;         ///< pattern of deploy's proof.json with {model}; empty: the gate is told as absent
  bool proof_required = false;
};

struct DeploymentSite {
  std::int64_t delay = 2;        ///< lumisections from the decision to the switch
  std::int64_t probation = 10;   ///< lumisections in which both models score
  bool automatic_return = true;  ///< what signatures are asked to allow
};

struct Site {
  std::filesystem::path file;
  std::string name;
  std::filesystem::path registry, work;
  StreamSite stream;
  TrainingSite training;
  TuneSite tune;
  std::vector<PointTarget> points;
  TriggerSite trigger;
  GateSite gates;
  DeploymentSite deployment;
  std::vector<Role> roles;
  std::int64_t approval_valid_ns = 0;

  const Role* role(std::string_view name) const noexcept;
};

/// Errors: usage, with the line, for all that is missing, unknown or contradictory; not_found, if a file that it names
/// is not there.
Site load_site(const std::filesystem::path& path);

/// "90s", "15m", "12h", "30d". Error: usage.
std::int64_t parse_duration(const std::string& text);
/// "2026-11-22T08:00Z". Error: usage.
std::int64_t parse_utc(const std::string& text);

}  // namespace trigloop::loop
