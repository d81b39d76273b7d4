#pragma once
// Products of a deployment, built and compared with the reference engine on many events, as deploy and deploy verify
// do.
#include <CLI/CLI.hpp>

#include "app/deploy/samples.hpp"
#include "bundle/bundle.hpp"
#include "core/progress.hpp"
#include "deploy/proof/deployment.hpp"
#include "deploy/proof/proof.hpp"

namespace trigloop::app {

struct ProverOptions {
  std::string background, signals, data, bundle, config;
  std::uint64_t events = 1000000, seed = 1;
  std::vector<std::string> without, require;
  std::string compiler, ap_types, python;
  unsigned threads = 0;
  bool json = false, quiet = false;
};

void add_prover_options(CLI::App& command, ProverOptions& options);

/// The master configuration, or the user's.
config::Config config_of(const ProverOptions& options);

class Prover {
 public:
  /// Builds the products; `work` is scratch. Error: not_found, if one that is required cannot be run.
  Prover(const ProverOptions& options, const deploy::Network& network, const deploy::Products& products,
         const std::filesystem::path& work);

  /// Compares the products on all events, and the tables of nature's.
  void run(deploy::Proof& proof);

 private:
  DeploySampleOptions samples() const;
  void add(const std::string& name, std::span<const std::int16_t> rows, core::Progress& progress);
  void add_patterns(core::Progress& progress);
  std::optional<deploy::EfficiencyMatch> efficiencies(const DeploySamples& nature, const deploy::Equality& equality);

  const ProverOptions& options_;
  const deploy::Network& network_;
  deploy::Tools tools_;
  deploy::Products products_;
  std::optional<bundle::Bundle> trained_;
  deploy::ContenderPointer reference_;
  std::vector<deploy::ContenderPointer> contenders_;
  std::optional<deploy::Comparison> comparison_;
  std::uint64_t done_ = 0;
};

}  // namespace trigloop::app
