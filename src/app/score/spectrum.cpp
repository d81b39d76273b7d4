// trigloop spectrum: sums, shows, compares and exports histograms of scores.
#include "score/spectrum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/score/read_spectrum.hpp"
#include "core/file.hpp"
#include "score/spectrum_file.hpp"
#include "score/spectrum_window.hpp"

namespace trigloop::app {
namespace {

using core::Error;
using core::ErrorCode;
using score::Cumulative;
using score::Spectrum;

struct Options {
  std::vector<std::string> files;
  std::string output, format = "csv", model;
  std::vector<double> rates{50, 1000}, range;
  unsigned bunches = 0;  ///< 0: as the exposure tells, or 2544
  bool pure = false;

  Spectrum read(std::size_t i) const {
    return read_spectrum(files[i], pure ? scout::Events::pure : scout::Events::all, model);
  }
};

void sum(const Options& options) {
  Spectrum sum = options.read(0);
  for (std::size_t i = 1; i < options.files.size(); ++i) {
    const Spectrum next = options.read(i);
    try {
      sum.add(next);
    } catch (Error& e) {
      e.file(options.files[i]);
      throw;
    }
  }
  score::write_spectrum(options.output, sum);
  std::cout << options.output << ": " << sum.total() << " events in " << sum.bins().size() << " bins\n";
}

std::string known(std::uint64_t value) { return value == 0 ? "not known" : std::to_string(value); }

void show_exposure(const Spectrum& spectrum) {
  const score::Exposure& exposure = spectrum.exposure;
  if (!spectrum.model.empty()) std::cout << "model                " << core::escaped(spectrum.model) << '\n';
  std::cout << "rows                 " << exposure.rows << '\n';
  if (exposure.rows_only()) {
    std::cout << "exposure             rows only\n";
  } else {
    std::cout << "orbits               " << known(exposure.orbits) << "\ncolliding crossings  "
              << known(exposure.colliding_crossings) << "\nseconds              "
              << fmt::format("{:.6f}", static_cast<double>(exposure.nanoseconds) * 1e-9) << '\n';
  }
  if (exposure.offered != 0)
    std::cout << "kept                 " << exposure.rows << " of " << exposure.offered << '\n';
  std::cout << "lumisections         " << spectrum.lumisections.size() << '\n';
}

std::uint64_t millihertz(double rate) {
  const double scaled = std::round(rate * 1000);
  if (!(scaled >= 0 && scaled < 1e15) || std::abs(scaled - rate * 1000) > 1e-6)
    throw Error(ErrorCode::usage, fmt::format("a rate of {} Hz is no whole number of millihertz", rate));
  return static_cast<std::uint64_t>(scaled);
}

/// Colliding crossings that were looked at: one a row, unless the exposure knows of more (of empty crossings, or of
/// rows that are not in a pure spectrum).
std::uint64_t crossings_seen(const score::Exposure& e) {
  if (e.colliding_crossings == 0 || e.offered == 0) return e.rows;
  return static_cast<std::uint64_t>(std::llround(static_cast<double>(e.colliding_crossings) *
                                                 (static_cast<double>(e.rows) / static_cast<double>(e.offered))));
}

unsigned bunches_of(const score::Exposure& e, unsigned given) {
  if (given != 0) return given;
  return e.orbits > 0 && e.colliding_crossings > 0 && e.colliding_crossings % e.orbits == 0
             ? static_cast<unsigned>(e.colliding_crossings / e.orbits)
             : 2544;
}

void show_rates(const Spectrum& spectrum, const Options& options) {
  const Cumulative cumulative(spectrum);
  const std::uint64_t seen = crossings_seen(spectrum.exposure);
  const unsigned bunches = bunches_of(spectrum.exposure, options.bunches);
  const score::RateScale scale(bunches);
  std::cout << fmt::format("\nthresholds for {} colliding bunches ({:.3f} MHz of crossings)\n", bunches,
                           static_cast<double>(scale.crossing_millihertz()) * 1e-9);
  std::cout << fmt::format("{:>12}  {:>10} {:>10} {:>12}  {:>16}\n", "target [Hz]", "code >= T", "passing", "rate [Hz]",
                           "score > t");
  for (const double rate : options.rates) {
    const std::int64_t threshold = cumulative.threshold(scale.allowed(millihertz(rate), seen));
    const std::uint64_t passing = cumulative.at_least(threshold);
    const double share = rate * 1000 / static_cast<double>(scale.crossing_millihertz());
    const double percent = 100 - 100 * share * (static_cast<double>(seen) / static_cast<double>(spectrum.total()));
    std::cout << fmt::format("{:>12} {:>11} {:>10} {:>12.3f}  {:>16.6f}\n", rate, threshold, passing,
                             scale.hertz(passing, seen), cumulative.percentile(std::max(percent, 0.0)));
  }
  std::cout << fmt::format(
      "code >= T: the firmware's rule, code = score x {}; score > t: the package's, NumPy's percentile\n",
      std::ldexp(1.0, spectrum.fraction()));
}

void show(const Options& options) {
  const Spectrum spectrum = options.read(0);
  show_exposure(spectrum);
  const auto bins = spectrum.bins();
  if (bins.empty()) return;
  std::cout << "scores               " << spectrum.score(bins.front().first) << " to "
            << spectrum.score(bins.back().first) << ", steps of " << spectrum.score(1) << ", " << bins.size()
            << " bins\n";
  show_rates(spectrum, options);
}

void diff(const Options& options) {
  const Spectrum a = options.read(0), b = options.read(1);
  if (a.fraction() != b.fraction())
    throw Error(ErrorCode::mismatch, "the spectra count different steps").file(options.files[1]);
  std::size_t different = 0;
  const auto tell = [&](std::int64_t code, std::uint64_t first, std::uint64_t second) {
    if (++different <= 20) std::cout << fmt::format("{:>10} {:>14} {:>14}\n", code, first, second);
  };
  for (const auto& [code, n] : a.bins())
    if (n != b.at(code)) tell(code, n, b.at(code));
  for (const auto& [code, n] : b.bins())
    if (a.at(code) == 0) tell(code, 0, n);
  if (different > 20) std::cout << "       ... " << different - 20 << " more\n";
  std::cout << different << " bins differ; rows " << a.total() << " and " << b.total() << '\n';
  if (different > 0) throw ErrorsReported{ErrorCode::mismatch};
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

std::string text_of(const Spectrum& spectrum, const Options& options, const score::Range& range) {
  if (options.format == "axo") return score::format_axo(spectrum, utc_now());
  if (options.format == "json") return score::format_json(spectrum);
  if (options.format == "uhi") return score::format_uhi(spectrum, range);
  return score::format_csv(spectrum);
}

void export_as(const Options& options) {
  const bool has_axis = options.format == "uhi" || options.format == "root";
  if (!options.range.empty() && !has_axis)
    throw Error(ErrorCode::usage, "--range is for the formats uhi and root; " + options.format + " holds everything");
  if (options.format == "root" && options.output.empty()) throw Error(ErrorCode::usage, "a ROOT file needs --output");
  const Spectrum spectrum = options.read(0);
  const score::Range range =
      options.range.empty() ? score::Range() : std::pair(options.range.front(), options.range.back());
  if (options.format == "root") return score::write_root(options.output, spectrum, range);
  const std::string text = text_of(spectrum, options, range);
  if (options.output.empty()) {
    std::cout << text;
    return;
  }
  core::write_file(options.output, text);
}

}  // namespace

void add_spectrum(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  const auto add_choice = [options](CLI::App* command) {
    command->add_flag("--pure", options->pure, "Of records: events that no seed of the menu took");
    command->add_option("--of", options->model, "Of records: those of this model (SHA-256, or its beginning)");
  };
  CLI::App* command = program.add_subcommand("spectrum", "Sum, show, compare and export histograms of scores");
  command->require_subcommand(1);
  command->footer(
      "Examples:\n  trigloop spectrum sum stage4 --output run.spectrum\n  trigloop spectrum show run.spectrum");

  CLI::App* summed = command->add_subcommand("sum", "Add spectra, scouting records, .axo files and folders of these");
  summed->add_option("FILES", options->files, "Spectra, records, .axo files, or folders of records or .axo files")
      ->required();
  summed->add_option("-o,--output", options->output, "The sum")->required();
  add_choice(summed);
  summed->footer("Examples:\n  trigloop spectrum sum a.spectrum b.spectrum --output both.spectrum");
  summed->callback([options] { sum(*options); });

  CLI::App* shown = command->add_subcommand("show", "Print exposure, thresholds and rates");
  shown->add_option("FILE", options->files, "A spectrum, a record, an .axo file, or a folder of records or .axo files")
      ->required()
      ->expected(1);
  shown->add_option("--rate", options->rates, "Target rates in Hz")->capture_default_str();
  shown->add_option("--bunches", options->bunches,
                    "Colliding bunches of an orbit (default: as the exposure tells, or 2544)");
  add_choice(shown);
  shown->footer(
      "Examples:\n  trigloop spectrum show run.spectrum --rate 50 1000 --bunches 2448\n"
      "  trigloop spectrum show records --pure --of 46f6229b9768");
  shown->callback([options] { show(*options); });

  CLI::App* compared = command->add_subcommand("diff", "List bins that differ; ends with code 6 if any does");
  compared->add_option("FILES", options->files, "Two spectra")->required()->expected(2);
  add_choice(compared);
  compared->footer("Examples:\n  trigloop spectrum diff old.spectrum new.spectrum");
  compared->callback([options] { diff(*options); });

  CLI::App* exported = command->add_subcommand("export", "Write a spectrum in another format");
  exported
      ->add_option("FILE", options->files, "A spectrum, a record, an .axo file, or a folder of records or .axo files")
      ->required()
      ->expected(1);
  exported->add_option("--format", options->format, "csv, json, uhi (boost-histogram), root (TH1D) or axo")
      ->check(CLI::IsMember({"csv", "json", "uhi", "root", "axo"}))
      ->capture_default_str();
  exported
      ->add_option("--range", options->range,
                   "uhi and root: first and last score of the axis (default: those that occur)")
      ->expected(2);
  exported->add_option("-o,--output", options->output, "Where to; standard output if not given");
  add_choice(exported);
  exported->footer(
      "Examples:\n  trigloop spectrum export run.spectrum --format uhi --output run.json\n"
      "  trigloop spectrum export run.spectrum --format root --range 0 16384 --output run.root");
  exported->callback([options] { export_as(*options); });
}

}  // namespace trigloop::app
