// trigloop reference: what is normal, from chosen runs.
#include "watch/reference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include "app/commands.hpp"
#include "app/record.hpp"
#include "app/report/working_points.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"
#include "scout/record/record.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> spectra;
  WorkingPoints points;
  std::set<std::uint32_t> runs;
  std::string conditions, output, file;
  std::uint32_t first = 0, last = 0xFFFFFFFF;
  unsigned bunches = 0, threads = 0;
  bool force = false;
  RecordOptions record;
};

void print(const watch::Reference& reference) {
  std::cout << "reference " << reference.id << '\n';
  for (const auto& [run, ranges] : reference.runs) {
    std::cout << "run " << run << ":";
    for (const auto& [first, last] : ranges) std::cout << ' ' << first << '-' << last;
    std::cout << '\n';
  }
  std::cout << fmt::format("{} lumisections; left out: {} outliers, {} not certified\n", reference.lumisections,
                           reference.outliers, reference.uncertified);
  std::cout << (reference.knows_pileup ? fmt::format("pile-up {:.1f} +- {:.1f}, regressed\n", reference.pileup_mean,
                                                     reference.pileup_spread)
                                       : std::string("pile-up is not known, and not regressed\n"));
  if (reference.proxy) {
    std::cout << fmt::format("where nothing tells it: {:.2f} {:+.2f} x (jets and e/gammas of an event), +- {:.2f}\n",
                             reference.proxy->offset, reference.proxy->slope, reference.proxy->error);
  }
  for (const watch::RateReference& rate : reference.rates) {
    std::cout << fmt::format("{:<14} from score {:<10g} beyond counting: {:.2f} % (up to {:.2f} % is allowed for)\n",
                             watch::name_of(rate.point),
                             std::ldexp(static_cast<double>(rate.threshold), -reference.fraction),
                             100 * std::sqrt(rate.model.dispersion.best), 100 * std::sqrt(rate.model.dispersion.upper));
  }
  for (const watch::HistogramReference& histogram : reference.histograms) {
    double best = 0, upper = 0;
    for (const auto& test : histogram.tests) {
      best = std::max(best, test.dispersion.best);
      upper = std::max(upper, test.dispersion.upper);
    }
    std::cout << fmt::format("{:<14} {} bins, dispersion {:.2g} (up to {:.2g})\n", histogram.name(),
                             histogram.edges.size() - 1, best, upper);
  }
}

std::vector<fs::path> chosen(const Options& options) {
  std::vector<fs::path> files;
  for (const fs::path& file : watch::find_lumis(options.spectra)) {
    const auto key = scout::lumi_of(file);
    if (!key || (!options.runs.empty() && !options.runs.contains(key->run))) continue;
    if (key->lumisection >= options.first && key->lumisection <= options.last) files.push_back(file);
  }
  return files;
}

void build(const Options& options) {
  if (!options.force && fs::exists(options.output)) {
    throw core::Error(core::ErrorCode::usage, "exists")
        .file(options.output)
        .remedy("Name another file, or give --force");
  }
  std::optional<conditions::Conditions> conditions;
  if (!options.conditions.empty()) conditions = conditions::load_conditions(options.conditions);
  watch::ReferenceOptions how;
  how.bunches = options.bunches;
  how.threads = options.threads;
  how.points = options.points.points(std::move(how.points));
  const std::vector<fs::path> files = chosen(options);
  Recorder record(options.record, "reference");
  record.input_sizes("spectra", "spectra", options.spectra.front().filename(), files);
  if (!options.conditions.empty()) record.input("conditions", "config", options.conditions);
  watch::Reference reference = watch::build_reference(files, conditions ? &*conditions : nullptr, how);
  const std::string text = watch::format_reference(reference);
  core::write_file(options.output, text);
  record.output_text("reference", "reference", fs::path(options.output).stem(), "reference.json", text);
  record.commit();
  reference.id = core::sha256_hex(text);
  print(reference);
}

}  // namespace

void add_reference(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* reference = program.add_subcommand("reference", "What is normal: from chosen lumisections, for `watch`");
  reference->require_subcommand(1);
  reference->footer(
      "Examples:\n  trigloop reference build --spectra records --last 400 --output normal.json\n"
      "  trigloop reference show normal.json");
  CLI::App* built = reference->add_subcommand("build", "Fit rates and histograms of certified lumisections");
  built->add_option("--spectra", options->spectra, "Output folders of `trigloop scout run`, or folders of .axo files")
      ->required();
  built->add_option("-o,--output", options->output, "The reference, JSON (docs/formats.md)")->required();
  built->add_option("--runs", options->runs, "Only these runs");
  built->add_option("--first", options->first, "Only lumisections from this one on");
  built->add_option("--last", options->last, "Only lumisections up to this one");
  built->add_option("--conditions", options->conditions, "Certification and luminosity (`trigloop conditions`)");
  options->points.add_to(*built);
  built->add_option("--bunches", options->bunches, "Colliding bunches, where the exposure does not tell rates (.axo)")
      ->check(CLI::Range(1, 3564));
  built->add_option("--threads", options->threads, "Threads (default: all cores)");
  built->add_flag("--force", options->force, "Replace the output if it exists");
  add_record_options(*built, options->record);
  built->footer(
      "Examples:\n  trigloop reference build --spectra records --runs 396102 --last 400 --output normal.json\n"
      "  trigloop reference build --spectra records --conditions conditions.yaml --output normal.json");
  built->callback([options] { build(*options); });
  CLI::App* shown = reference->add_subcommand("show", "What a reference knows, and how well");
  shown->add_option("FILE", options->file, "A reference")->required();
  shown->footer("Examples:\n  trigloop reference show normal.json");
  shown->callback([options] { print(watch::load_reference(options->file)); });
}

}  // namespace trigloop::app
