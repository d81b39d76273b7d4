// trigloop conditions: what was valid when.
#include "conditions/conditions.hpp"

#include <fmt/format.h>

#include <iostream>
#include <limits>
#include <memory>
#include <sstream>

#include "app/commands.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"

namespace trigloop::app {
namespace {

struct Options {
  std::string file, at;
  bool json = false;
};

event::LumiKey parse_key(const std::string& text) {
  event::LumiKey key;
  char colon = 0;
  std::istringstream in(text);
  if (!(in >> key.run >> colon >> key.lumisection) || colon != ':' || !in.eof()) {
    throw core::Error(core::ErrorCode::usage, "'" + core::escaped(text) + "' is no lumisection such as 396102:230");
  }
  return key;
}

std::string range_text(const conditions::Interval& interval) {
  const bool open = interval.last == std::numeric_limits<std::uint32_t>::max();
  return fmt::format("{}-{}", interval.first, open ? "" : std::to_string(interval.last));
}

void write_interval(core::JsonWriter& out, const conditions::Interval& interval) {
  out.begin_object().member("run", interval.run).member("lumisections", range_text(interval));
  out.member("model", interval.model).member("menu", interval.menu).member("prescales", interval.prescales);
  out.member("fill", interval.fill).member("bunches", interval.bunches);
  out.array("filling_scheme", interval.filling_scheme).key("thresholds").begin_object();
  for (const auto& [name, code] : interval.thresholds) out.member(name, code);
  out.end_object().end_object();
}

void print_interval(const conditions::Interval& interval) {
  std::string thresholds;
  for (const auto& [name, code] : interval.thresholds) thresholds += fmt::format(" {}={}", name, code);
  std::cout << fmt::format(
      "{:>8} {:>12}  model {}  menu {}  prescales {}  fill {}  bunches {} {}\n", interval.run, range_text(interval),
      interval.model.empty() ? "-" : interval.model.substr(0, 12), interval.menu.empty() ? "-" : interval.menu,
      interval.prescales.empty() ? "-" : interval.prescales, interval.fill, interval.bunches, thresholds);
}

void show_at(const conditions::Conditions& conditions, const Options& options) {
  const event::LumiKey key = parse_key(options.at);
  const conditions::Interval* interval = conditions.at(key);
  const auto pileup = conditions.pileup(key);
  if (interval == nullptr && !pileup) {
    throw core::Error(core::ErrorCode::mismatch, "nothing is known of " + options.at).file(options.file);
  }
  if (options.json) {
    core::JsonWriter out;
    out.begin_object().member("version", conditions.version).key("interval");
    interval != nullptr ? write_interval(out, *interval) : static_cast<void>(out.null());
    out.key("pileup");
    pileup ? out.value(pileup->value) : out.null();
    out.member("certified", conditions.certified(key)).end_object();
    std::cout << out.text() << '\n';
    return;
  }
  if (interval != nullptr) print_interval(*interval);
  if (pileup) std::cout << fmt::format("pile-up {:.2f} +- {:.2f}\n", pileup->value, pileup->error);
  std::cout << (conditions.certified(key) ? "certified\n" : "not certified\n");
}

void show(const Options& options) {
  const conditions::Conditions conditions = conditions::load_conditions(options.file);
  if (!options.at.empty()) return show_at(conditions, options);
  if (options.json) {
    core::JsonWriter out;
    out.begin_object().member("version", conditions.version).member("luminosity_rows", conditions.luminosity.size());
    out.member("certification", conditions.certification.has_value()).key("intervals").begin_array();
    for (const conditions::Interval& interval : conditions.intervals) write_interval(out, interval);
    std::cout << out.end_array().end_object().text() << '\n';
    return;
  }
  std::cout << "version " << conditions.version << '\n';
  for (const conditions::Interval& interval : conditions.intervals) print_interval(interval);
  std::cout << core::with_commas(conditions.luminosity.size()) << " lumisections with luminosity; certification: "
            << (conditions.certification ? std::to_string(conditions.certification->good.size()) + " runs" : "none")
            << '\n';
}

void check(const Options& options) {
  const conditions::Conditions conditions = conditions::load_conditions(options.file);
  const auto gaps = conditions::gaps_of(conditions);
  for (const std::string& gap : gaps) std::cout << gap << '\n';
  std::cout << conditions.intervals.size() << " intervals without overlap, " << gaps.size() << " gaps; version "
            << conditions.version << '\n';
  if (!gaps.empty()) throw ErrorsReported{core::ErrorCode::mismatch};
}

}  // namespace

void add_conditions(CLI::App& program) {
  const auto options = std::make_shared<Options>();
  CLI::App* conditions = program.add_subcommand("conditions", "What was valid when: model, thresholds, fill, pile-up");
  conditions->require_subcommand(1);
  conditions->footer(
      "Examples:\n  trigloop conditions check conditions.yaml\n"
      "  trigloop conditions show conditions.yaml --at 396102:230");
  CLI::App* shown = conditions->add_subcommand("show", "Print the intervals, or what was valid at a lumisection");
  shown->add_option("FILE", options->file, "Conditions, YAML (docs/formats.md)")->required();
  shown->add_option("--at", options->at, "RUN:LUMISECTION");
  shown->add_flag("--json", options->json, "Print as JSON");
  shown->footer("Examples:\n  trigloop conditions show conditions.yaml --at 396102:230");
  shown->callback([options] { show(*options); });
  CLI::App* checked = conditions->add_subcommand("check", "Refuse overlaps, and name gaps (exit code 6)");
  checked->add_option("FILE", options->file, "Conditions, YAML (docs/formats.md)")->required();
  checked->footer("Examples:\n  trigloop conditions check conditions.yaml");
  checked->callback([options] { check(*options); });
}

}  // namespace trigloop::app
