#include "app/deploy/samples.hpp"

#include <algorithm>

#include "curate/signal_sets.hpp"
#include "evaluate/packed.hpp"
#include "io/any/any.hpp"
#include "io/hdf5/hdf5.hpp"
#include "simulate/training.hpp"

namespace trigloop::app {
namespace {

std::filesystem::path simulated(const DeploySampleOptions& options, const std::filesystem::path& work, bool signals) {
  simulate::TrainingOptions how;
  how.events = signals ? options.signal_events : options.events;
  how.seed = options.seed;
  how.threads = options.threads;
  const std::filesystem::path path = work / (signals ? "signals.h5" : "zerobias.h5");
  io::hdf5::Writer writer(path, {.deflate = 0, .threads = options.threads});
  if (signals) {
    simulate::write_signals(how, writer);
  } else {
    simulate::write_zerobias(how, writer);
  }
  writer.commit();
  return path;
}

DeploySamples packed(const score::Scorer& scorer, const curate::Settings& settings,
                     const DeploySampleOptions& options) {
  evaluate::SampleOptions how;
  how.threads = options.threads;
  how.keep = ~std::size_t{0};
  auto samples = evaluate::read_packed(options.packed, scorer, settings, how);
  return {std::move(samples.background), std::move(samples.signals),
          std::filesystem::path(options.packed).filename().string()};
}

}  // namespace

DeploySamples read_deploy_samples(const score::Scorer& scorer, const config::Config& config,
                                  const DeploySampleOptions& options, const std::filesystem::path& work) {
  std::filesystem::create_directories(work);
  curate::Settings settings = curate::read_settings(config);
  if (!options.packed.empty()) return packed(scorer, settings, options);
  settings.background =
      options.background.empty() ? simulated(options, work, false) : std::filesystem::path(options.background);
  settings.signals = options.signals;
  if (options.background.empty() && options.signals.empty()) settings.signals = simulated(options, work, true);
  evaluate::SampleOptions how;
  how.threads = options.threads;
  how.keep = std::max(options.events, options.signal_events);
  DeploySamples samples;
  samples.origin = options.background.empty() ? "simulated" : settings.background.filename().string();
  samples.background = evaluate::read_sample("zero bias", *curate::open_background(settings), {0, options.events},
                                             scorer, settings, how);
  if (settings.signals.empty()) return samples;
  const std::shared_ptr<const io::Source> source = io::open(settings.signals);
  for (const std::string& name : curate::signal_names(*source)) {
    if (curate::describe_set(settings.signal_table, name).role == curate::Role::blind) continue;
    samples.signals.push_back(evaluate::read_sample(name, *curate::open_signal(source, name, settings),
                                                    {0, options.signal_events}, scorer, settings, how));
  }
  return samples;
}

}  // namespace trigloop::app
