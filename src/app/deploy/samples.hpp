#pragma once
// Events of nature for a proof: zero bias and signals from files, or simulated ones.
#include <filesystem>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "evaluate/sample.hpp"

namespace trigloop::app {

struct DeploySamples {
  evaluate::Sample background;
  std::vector<evaluate::Sample> signals;
  std::string origin;  ///< "zerobias.h5", "simulated"
};

struct DeploySampleOptions {
  std::string background, signals;  ///< HDF5 files of the training package; "": simulated
  std::string packed;               ///< a Data.h5: all of its test events and signals, in place of the others
  std::uint64_t events = 200000;    ///< of the background, at most
  std::uint64_t signal_events = 20000;
  std::uint64_t seed = 1;
  unsigned threads = 1;
};

/// Scored, with the hardware integers of every event. `work` is for what is simulated. Errors: those of reading.
DeploySamples read_deploy_samples(const score::Scorer& scorer, const config::Config& config,
                                  const DeploySampleOptions& options, const std::filesystem::path& work);

}  // namespace trigloop::app
