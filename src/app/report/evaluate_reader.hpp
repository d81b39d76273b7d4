#pragma once
// Where `trigloop evaluate` takes its samples from: files of events, packed files, streams; scored as they are read.
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/commands.hpp"
#include "app/record.hpp"
#include "app/report/stored_bundle.hpp"
#include "app/score/read_spectrum.hpp"
#include "core/parallel.hpp"
#include "core/progress.hpp"
#include "evaluate/l1.hpp"
#include "evaluate/packed.hpp"
#include "evaluate/report.hpp"
#include "io/any/any.hpp"

namespace trigloop::app {

/// What the command line says.
struct EvaluateCommand {
  std::string model, normalisation, background, signals, data, stream, drift, config, menu, engine, csv, output;
  std::vector<std::string> settings;
  std::vector<double> rates;
  unsigned bunches = 0, threads = 0, replicas = 200;
  double bc_khz = 0;
  std::uint64_t seed = 1;
  std::size_t keep = 0;  ///< of so many events of each sample the objects are kept
  bool package_cuts = false, unblind = false, json = false, quiet = false;
  RecordOptions record;
};

inline constexpr const char* stored_bits = "bits";  ///< --menu: the bits that are stored

/// Reads and scores samples, one after the other.
class EvaluationReader {
 public:
  EvaluationReader(const EvaluateCommand& options, const config::Config& config, const score::Scorer& scorer)
      : options_(options), scorer_(scorer), settings_(curate::read_settings(config)) {
    if (!options.background.empty()) settings_.background = options.background;
    // What files the configuration names is not meant where others are given on the command line.
    if (!options.signals.empty() || !options.background.empty() || !options.stream.empty())
      settings_.signals = options.signals;
    if (options.config.empty()) settings_.test = {0, ~std::uint64_t{0}};
    sample_.threads = options.threads != 0 ? options.threads : core::available_cores();
    sample_.package_cuts = options.package_cuts;
    sample_.keep = options.keep;
    sample_.planes = !options.output.empty();
    sample_.hidden_events = options.output.empty() ? 0 : hidden_events;
  }

  evaluate::Sample background() {
    const auto input = curate::open_background(settings_);
    provenance.background_path = settings_.background.native();
    return read("background", *input, "", settings_.background, settings_.test);
  }

  /// What a scouting run counted. Its exposure tells how many bunches collide.
  evaluate::Stream stream() {
    provenance.background_path = options_.stream;
    const model::Tensor& output = scorer_.graph().output().output;
    evaluate::Stream stream{"stream",
                            {read_spectrum(options_.stream), {}},
                            static_cast<std::int64_t>(output.ranges.front().lo),
                            static_cast<std::int64_t>(output.ranges.front().hi),
                            true};
    if (stream.scores.all.total() == 0)
      throw core::Error(core::ErrorCode::mismatch, "holds no events: no lumisection was recorded")
          .file(options_.stream);
    if (stream.scores.all.fraction() != output.fraction)
      throw core::Error(core::ErrorCode::mismatch, "holds scores in other steps than the model's")
          .file(options_.stream);
    try {
      stream.scores.pure = read_spectrum(options_.stream, scout::Events::pure);
      provenance.l1 = "the menu of the scouting run";
    } catch (const core::Error& e) {
      if (e.code() != core::ErrorCode::mismatch) throw;
      stream.scores.pure = stream.scores.all;
      stream.knows_l1 = false;
    }
    return stream;
  }

  /// The signals moved by a drift, like those before.
  std::vector<evaluate::Sample> moved_signals(const evaluate::Drift& drift) {
    sample_.drift = &drift;
    std::vector<evaluate::Sample> moved = options_.data.empty() ? signals() : packed().signals;
    sample_.drift = nullptr;
    return moved;
  }

  std::vector<evaluate::Sample> signals() {
    std::vector<evaluate::Sample> samples;
    if (settings_.signals.empty()) return samples;
    provenance.signals_path = settings_.signals.native();
    const std::shared_ptr<const io::Source> source = io::open(settings_.signals);
    const std::uint64_t most = options_.config.empty() ? ~std::uint64_t{0} : settings_.most_signal_events;
    for (const std::string& name : curate::signal_names(*source)) {
      if (is_hidden(name)) continue;
      const auto input = curate::open_signal(source, name, settings_);
      samples.push_back(read(name, *input, name, settings_.signals, {0, most}));
    }
    return samples;
  }

  /// Test events and signal sets of a packed file, with the L1 bits that it keeps.
  evaluate::PackedSamples packed() {
    provenance.background_path = provenance.signals_path = options_.data;
    provenance.l1 = "stored bits";
    auto samples = evaluate::read_packed(options_.data, scorer_, settings_, sample_, options_.unblind);
    for (const std::string& name : samples.left_out)
      provenance.warnings.push_back("'" + name + "' is blind and was left out (--unblind)");
    return samples;
  }

  evaluate::Provenance provenance;

 private:
  bool is_hidden(const std::string& name) {
    const bool blind = curate::describe_set(settings_.signal_table, name).role == curate::Role::blind;
    if (blind && !options_.unblind)
      provenance.warnings.push_back("'" + name + "' is blind and was left out (--unblind)");
    return blind && !options_.unblind;
  }

  evaluate::Sample read(const std::string& name, const curate::EventInput& input, const std::string& set,
                        const std::filesystem::path& path, io::EntryRange range) {
    core::Progress progress(
        name, std::min(input.entries(), range.end) - std::min(input.entries(), range.begin), "events",
        options_.quiet || options_.json ? core::ProgressMode::quiet : core::ProgressMode::automatic);
    evaluate::SampleOptions how = sample_;
    how.advance = [&](std::uint64_t events) { progress.advance(events); };
    std::vector<std::uint8_t> fired;
    if (!takes_stored(input, path)) {
      fired = evaluate_menu(set, path);
      how.fired = &fired;
    }
    return evaluate::read_sample(name, input, range, scorer_, settings_, how);
  }

  bool takes_stored(const curate::EventInput& input, const std::filesystem::path& path) {
    const bool stored = input.sides()[static_cast<std::size_t>(curate::Side::l1)].has_value();
    if (options_.menu == stored_bits && !stored)
      throw core::Error(core::ErrorCode::mismatch, "stores no L1 bits")
          .file(path.native())
          .remedy("Give a menu by --menu");
    const bool takes = options_.menu.empty() ? stored : options_.menu == stored_bits;
    if (takes && provenance.l1.empty()) provenance.l1 = "stored bits";
    return takes;
  }

  std::vector<std::uint8_t> evaluate_menu(const std::string& set, const std::filesystem::path& path) {
    const menu::Menu menu = menu::find_menu(options_.menu.empty() ? menu::cms_run3 : options_.menu);
    const auto source = io::open(path);
    try {
      const menu::Binding binding = evaluate::bind_menu(menu, *source, set);
      if (provenance.l1.empty()) {
        provenance.l1 = "menu " + menu.name + " " + binding.menu.id();
        for (const std::string& warning : binding.warnings) provenance.warnings.push_back("left out: " + warning);
      }
      return evaluate::fired_entries(binding, *source, sample_.threads);
    } catch (core::Error& error) {
      error.file(path.native());
      throw;
    }
  }

  const EvaluateCommand& options_;
  const score::Scorer& scorer_;
  curate::Settings settings_;
  evaluate::SampleOptions sample_;
};

}  // namespace trigloop::app
