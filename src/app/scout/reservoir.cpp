// trigloop reservoir: zero bias that `trigloop scout run --reservoir` kept.
#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <optional>

#include "app/commands.hpp"
#include "app/record.hpp"
#include "app/scout/record.hpp"
#include "conditions/conditions.hpp"
#include "conditions/lumi_ranges.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "scout/reservoir/zerobias.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> from;
  std::string output, conditions, certification, run, lumisections;
  std::vector<std::string> only, exclude, moved;
  unsigned threads = 0;
  int deflate = 4;
  bool json = false;
  RecordOptions record;
};

/// What the options say of lumisections.
class Choice {
 public:
  explicit Choice(const Options& options) {
    if (!options.conditions.empty()) conditions_ = conditions::load_conditions(options.conditions);
    if (!options.certification.empty()) certified_ = conditions::load_certification(options.certification);
    if (!options.run.empty()) {
      const std::string ranges = options.lumisections.empty() ? "" : ":" + options.lumisections;
      chosen_ = conditions::parse_lumisections({options.run + ranges});
    }
    if (!options.only.empty()) chosen_ = conditions::parse_lumisections(options.only);
    excluded_ = conditions::parse_lumisections(options.exclude);
  }
  bool holds(event::LumiKey lumi) const {
    return (!chosen_ || chosen_->holds(lumi)) && (!certified_ || certified_->holds(lumi)) &&
           (!conditions_ || conditions_->certified(lumi)) && !excluded_.holds(lumi);
  }
  std::optional<double> pileup(event::LumiKey lumi) const {
    const auto known = conditions_ ? conditions_->pileup(lumi) : std::nullopt;
    return known ? std::optional(known->value) : std::nullopt;
  }

 private:
  std::optional<conditions::Conditions> conditions_;
  std::optional<conditions::Certification> certified_, chosen_;
  conditions::Certification excluded_;
};

std::vector<scout::ReservoirEntry> find(const Options& options, const Choice& choice) {
  return scout::find_reservoirs(
      options.from, [&](event::LumiKey lumi) { return choice.holds(lumi); }, options.threads);
}

void print_json(const std::vector<scout::ReservoirEntry>& entries) {
  core::JsonWriter out;
  out.begin_object().member("version", 1).key("lumisections").begin_array();
  for (const scout::ReservoirEntry& one : entries) {
    out.begin_object().member("run", one.head.lumi.run).member("lumisection", one.head.lumi.lumisection);
    out.member("events", one.head.events).member("rows", one.head.rows).member("prescale", one.head.prescale());
    out.member("bytes", one.bytes).member("committed_at", one.head.committed_at).member("model", one.model);
    out.member("complete", one.complete).end_object();
  }
  std::cout << out.end_array().end_object().text() << '\n';
}

void list(const Options& options) {
  const auto entries = find(options, Choice(options));
  if (options.json) return print_json(entries);
  std::uint64_t events = 0, rows = 0, bytes = 0;
  std::cout << fmt::format("{:>10} {:>6} {:>10} {:>14} {:>12} {:>12}\n", "run", "LS", "events", "of", "prescale",
                           "bytes");
  for (const scout::ReservoirEntry& one : entries) {
    events += one.head.events;
    rows += one.head.rows;
    bytes += one.bytes;
    std::cout << fmt::format("{:>10} {:>6} {:>10} {:>14} {:>12.4g} {:>12}{}\n", one.head.lumi.run,
                             one.head.lumi.lumisection, one.head.events, one.head.rows, one.head.prescale(), one.bytes,
                             one.complete ? "" : "  incomplete");
  }
  std::cout << entries.size() << " lumisections, " << core::with_commas(events) << " of " << core::with_commas(rows)
            << " events, " << core::with_commas(bytes) << " bytes\n";
}

void write(const Options& options) {
  const Choice choice(options);
  Recorder record(options.record, "reservoir");
  const auto entries = find(options, choice);
  scout::ZeroBiasOptions how;
  how.deflate = options.deflate;
  how.threads = options.threads;
  how.moved = options.moved;
  how.pileup = [&](event::LumiKey lumi) { return choice.pileup(lumi); };
  const scout::ZeroBiasSummary summary = scout::write_zerobias(entries, options.output, how);
  std::set<event::LumiKey> lumisections;
  for (const scout::ReservoirEntry& one : entries) lumisections.insert(one.head.lumi);
  if (!options.conditions.empty()) record.input("conditions", "config", options.conditions);
  record.output_references("zerobias", "dataset", fs::path(options.output).stem(), {options.output},
                           ranges_of(lumisections));
  record.commit();
  if (options.json) {
    core::JsonWriter out;
    out.begin_object().member("version", 1).member("lumisections", summary.lumisections);
    out.member("events", summary.events).member("dropped", summary.dropped);
    out.member("smallest_prescale", summary.smallest_prescale);
    std::cout << out.member("largest_prescale", summary.largest_prescale).end_object().text() << '\n';
    return;
  }
  std::cout << fmt::format("{}: {} events of {} lumisections, prescales {:.4g} to {:.4g}\n", options.output,
                           core::with_commas(summary.events), summary.lumisections, summary.smallest_prescale,
                           summary.largest_prescale);
  if (summary.dropped > 0) std::cout << summary.dropped << " lumisections went meanwhile\n";
}

void add_choice(CLI::App& command, Options& options) {
  command.add_option("FOLDERS", options.from, "Output folders of `trigloop scout run --reservoir`")->required();
  auto* run = command.add_option("--run", options.run, "Only this run");
  command.add_option("--ls", options.lumisections, "Only these lumisections of it, as 214-300,310")->needs(run);
  command.add_option("--only", options.only, "Only these of several runs, as 396102:214-300,310 396104:1-25")
      ->excludes(run);
  command.add_option("--exclude", options.exclude, "Leave these out, as 396102 or 396102:214-300,310");
  command.add_option("--certification", options.certification, "Only lumisections that this JSON certifies");
  command.add_option("--conditions", options.conditions, "Certification and pile-up (`trigloop conditions`)");
  command.add_option("--threads", options.threads, "Threads (default: all cores)");
}

}  // namespace

void add_reservoir(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* reservoir = program.add_subcommand("reservoir", "Zero bias from the stream: whole events, kept at random");
  reservoir->require_subcommand(1);
  reservoir->footer(
      "Examples:\n  trigloop reservoir list records\n"
      "  trigloop reservoir export records --run 396102 --ls 412-460 --output zerobias.h5");
  CLI::App* listed = reservoir->add_subcommand("list", "Lumisections with their events and prescales");
  add_choice(*listed, *options);
  listed->add_flag("--json", options->json, "Print as JSON (docs/formats.md)");
  listed->footer("Examples:\n  trigloop reservoir list records --run 396102 --ls 412-");
  listed->callback([options] { list(*options); });
  CLI::App* exported = reservoir->add_subcommand("export", "Write the training package's zero-bias HDF5");
  add_choice(*exported, *options);
  exported->add_option("-o,--output", options->output, "The HDF5 file (docs/formats.md)")->required();
  exported->add_option("--deflate", options->deflate, "Compression, 0 to 9")->check(CLI::Range(0, 9));
  exported->add_option("--moved", options->moved,
                       "Move pt as a recalibration will: jet=+2%, and met, eg, muon, et, ht");
  exported->add_flag("--json", options->json, "Print the summary as JSON");
  add_record_options(*exported, options->record);
  exported->footer(
      "Examples:\n  trigloop reservoir export records --output zerobias.h5\n"
      "  trigloop reservoir export records --run 396102 --ls 412-460 --exclude 396102:430-433 --output zerobias.h5\n"
      "  trigloop reservoir export records --only 396102:412-460 396104:1-25 --output zerobias.h5");
  exported->callback([options] { write(*options); });
}

}  // namespace trigloop::app
