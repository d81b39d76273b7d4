// trigloop scout show: a record in words, or as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>

#include "app/scout/commands.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "scout/history/places.hpp"
#include "scout/record/identity.hpp"
#include "scout/record/record.hpp"

namespace trigloop::app {
namespace {

using scout::Record;

struct Options {
  std::string place;
  bool json = false;
};

const char* state_of(const Record& record) { return record.complete() ? "complete" : "incomplete"; }

/// A record whose facts contradict the description of its stream is shown all the same.
struct Told {
  score::Exposure exposure;
  std::string contradiction;
};

Told exposure_of(const Record& record) {
  try {
    return {record.exposure(), ""};
  } catch (const core::Error& e) {
    return {{.rows = scout::total(record.sum.all)}, e.what()};
  }
}

void show_exposure(const Told& told) {
  const score::Exposure& e = told.exposure;
  if (!told.contradiction.empty()) std::cout << "contradiction        " << told.contradiction << '\n';
  const auto known = [](std::uint64_t n) { return n == 0 ? std::string("not known") : core::with_commas(n); };
  std::cout << "rows                 " << core::with_commas(e.rows) << "\norbits               " << known(e.orbits)
            << "\ncolliding crossings  " << known(e.colliding_crossings)
            << fmt::format("\nseconds              {:.6f}\n", static_cast<double>(e.nanoseconds) * 1e-9);
  if (e.offered == 0) return;
  std::cout << fmt::format("kept fraction        {:.6g} of {}\n",
                           static_cast<double>(e.rows) / static_cast<double>(e.offered), known(e.offered));
}

void show_shares(const Record& record) {
  std::cout << fmt::format("\n{:<32} {:>12} {:>8} {:>6} {:>9} {:>8} {:>13}\n", "input", "rows", "orbits", "split",
                           "duplicate", "repeated", "contradicting");
  for (const scout::InputShare& s : record.shares) {
    std::cout << fmt::format("{:<32} {:>12} {:>8} {:>6} {:>9} {:>8} {:>13}\n", core::escaped(s.input.name), s.rows,
                             s.orbits, s.split_orbits, s.duplicate_orbits, s.repeated_rows, s.contradicting_orbits);
  }
  for (const scout::Contradiction& c : record.contradictions) {
    std::cout << fmt::format("orbit {}: '{}' has {} events, '{}' has {} others; the first are counted\n", c.orbit,
                             core::escaped(c.kept), c.kept_events, core::escaped(c.refused), c.refused_events);
  }
}

void show_text(const Record& record) {
  std::cout << fmt::format("run {}, lumisection {}: {}{}, commit {}\n", record.lumi().run, record.lumi().lumisection,
                           state_of(record), record.why.empty() ? "" : " (" + core::escaped(record.why) + ")",
                           record.generation);
  std::cout << "model                " << core::escaped(record.identity.model_name) << " "
            << record.identity.model.substr(0, 12) << "\nmenu                 "
            << (record.identity.menu.empty() ? "none" : core::escaped(record.identity.menu_name)) << '\n';
  show_exposure(exposure_of(record));
  std::cout << "taken by no seed     "
            << (record.identity.menu.empty() ? "no menu" : core::with_commas(scout::total(record.sum.pure)))
            << "\nother crossings      " << core::with_commas(scout::total(record.sum.noncolliding)) << '\n';
  show_shares(record);
  const auto events = record.sum.tail.sorted();
  std::cout << fmt::format("\ntail: {} events", events.size());
  if (!events.empty()) {
    const auto score = [&](std::int64_t code) {
      return std::ldexp(static_cast<double>(code), -record.identity.fraction);
    };
    std::cout << fmt::format(", scores {:.4f} to {:.4f}", score(events.back().code), score(events.front().code));
  }
  std::cout << '\n';
}

void bins(core::JsonWriter& out, std::string_view name, const scout::Counts& counts) {
  out.key(name).begin_array();
  for (const auto& [code, n] : counts) out.begin_array().value(code).value(n).end_array();
  out.end_array();
}

void json_shares(core::JsonWriter& out, const Record& record) {
  out.key("inputs").begin_array();
  for (const scout::InputShare& s : record.shares) {
    out.begin_object().member("hash", s.input.hash).member("name", s.input.name).member("bytes", s.input.bytes);
    out.member("orbits_stated", s.orbits_stated).member("rows", s.rows).member("orbits", s.orbits);
    out.member("split_orbits", s.split_orbits).member("duplicate_orbits", s.duplicate_orbits);
    out.member("repeated_rows", s.repeated_rows).member("contradicting_orbits", s.contradicting_orbits).end_object();
  }
  out.end_array().key("contradictions").begin_array();
  for (const scout::Contradiction& c : record.contradictions) {
    out.begin_object().member("orbit", c.orbit).member("kept", c.kept).member("refused", c.refused);
    out.member("kept_events", c.kept_events).member("refused_events", c.refused_events).end_object();
  }
  out.end_array();
}

void json_exposure(core::JsonWriter& out, const Told& told) {
  const score::Exposure& e = told.exposure;
  out.member("contradiction", told.contradiction);
  out.key("exposure").begin_object().member("rows", e.rows);
  for (const auto& [name, n] :
       {std::pair("offered", e.offered), std::pair("orbits", e.orbits),
        std::pair("colliding_crossings", e.colliding_crossings), std::pair("nanoseconds", e.nanoseconds)}) {
    out.key(name);
    n == 0 ? out.null() : out.value(n);
  }
  out.end_object();
}

void json_tail(core::JsonWriter& out, const Record& record) {
  out.key("tail").begin_array();
  for (const scout::TailEvent& event : record.sum.tail.sorted()) {
    out.begin_object().member("code", event.code).member("orbit", event.orbit).member("crossing", event.crossing);
    out.key("seeds").begin_array();
    for (const std::uint64_t word : event.seeds) out.value(word);
    out.end_array().key("values").begin_array();
    for (const std::int32_t value : event.values) out.value(value);
    out.end_array().end_object();
  }
  out.end_array();
}

void show_json(const Record& record) {
  core::JsonWriter out;
  out.begin_object().member("version", 1).member("run", record.lumi().run);
  out.member("lumisection", record.lumi().lumisection).member("complete", record.complete());
  out.member("why", record.why).member("generation", record.generation).member("committed_at", record.committed_at);
  out.key("identity").raw(scout::format_identity(record.identity));
  json_exposure(out, exposure_of(record));
  json_shares(out, record);
  bins(out, "all", record.sum.all);
  bins(out, "pure", record.sum.pure);
  bins(out, "noncolliding", record.sum.noncolliding);
  json_tail(out, record);
  std::cout << out.end_object().text() << '\n';
}

/// A lumisection of many: one line, or one object.
std::string line_of(const Record& record) {
  const Told told = exposure_of(record);
  const score::Exposure& e = told.exposure;
  const double kept = e.offered == 0 ? 0 : static_cast<double>(e.rows) / static_cast<double>(e.offered);
  const std::string& remark = told.contradiction.empty() ? record.why : told.contradiction;
  return fmt::format("{:>10} {:>12} {:>12} {:>8} {:>10} {:>7}  {:<10}  {}\n", record.lumi().run,
                     record.lumi().lumisection, e.rows, e.orbits == 0 ? "-" : std::to_string(e.orbits),
                     kept == 0 ? "-" : fmt::format("{:.5f}", kept), record.shares.size(), state_of(record),
                     core::escaped(remark));
}

std::string object_of(const Record& record) {
  core::JsonWriter out;
  out.begin_object().member("run", record.lumi().run).member("lumisection", record.lumi().lumisection);
  out.member("complete", record.complete()).member("why", record.why);
  out.member("inputs", std::uint64_t{record.shares.size()});
  json_exposure(out, exposure_of(record));
  return out.end_object().text();
}

void show_folder(const std::string& folder, bool json) {
  constexpr std::size_t records_a_piece = 256;
  const std::vector<std::filesystem::path> paths = scout::find_records({folder});
  if (!json) {
    std::cout << fmt::format("{:>10} {:>12} {:>12} {:>8} {:>10} {:>7}  {:<10}\n", "run", "lumisection", "rows",
                             "orbits", "kept", "inputs", "state");
  }
  std::vector<std::string> lines(records_a_piece);
  for (std::size_t first = 0; first < paths.size(); first += records_a_piece) {
    const std::size_t n = std::min(records_a_piece, paths.size() - first);
    core::parallel_for(n, 0, [&](std::size_t i, unsigned) {
      const Record record = scout::read_record(paths[first + i], scout::RecordPart::spectra);
      lines[i] = json ? (first + i == 0 ? "[" : ",\n") + object_of(record) : line_of(record);
    });
    for (std::size_t i = 0; i < n; ++i) std::cout << lines[i];
  }
  if (json) std::cout << "]\n";
}

void show(const Options& options) {
  if (std::filesystem::is_directory(options.place)) return show_folder(options.place, options.json);
  const Record record = scout::read_record(options.place);
  options.json ? show_json(record) : show_text(record);
}

}  // namespace

void add_scout_show(CLI::App& scout) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = scout.add_subcommand("show", "Print the record of a lumisection, or a line for each");
  command->add_option("PLACE", options->place, "A record, or an output folder of `trigloop scout run`")->required();
  command->add_flag("--json", options->json, "As JSON (docs/formats.md)");
  command->footer(
      "Examples:\n  trigloop scout show out/run_396102_lumi_214.record\n  trigloop scout show out | grep incomplete");
  command->callback([options] { show(*options); });
}

}  // namespace trigloop::app
