#include "app/menu_rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <optional>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/progress.hpp"
#include "core/text.hpp"
#include "io/any/any.hpp"
#include "menu/count.hpp"

namespace trigloop::app {
namespace {

using menu::Rate;
using menu::Tally;

/// The tally of all inputs, and the menu as they answer it.
struct Counted {
  std::optional<menu::Binding> binding;
  Tally tally;
};

Counted count(const RatesOptions& options) {
  const menu::Menu menu = menu::find_menu(options.menu);
  Counted counted;
  for (const std::string& input : options.inputs) {
    try {
      const auto source = io::open(input);
      const menu::Binding binding = bind_menu(menu, *source, options.input);
      if (!counted.binding) {
        for (const std::string& warning : binding.warnings) std::cerr << "left out: " << warning << '\n';
        counted.tally = Tally(binding.menu.seeds.size());
        counted.binding = binding;
      } else if (binding.menu.id() != counted.binding->menu.id()) {
        throw core::Error(core::ErrorCode::mismatch, "answers other seeds than '" + options.inputs[0] + "'");
      }
      const auto entries = io::find_table(source->info(), binding.table, binding.cycle).entries;
      core::Progress progress("menu", entries, "events",
                              options.quiet ? core::ProgressMode::quiet : core::ProgressMode::automatic);
      menu::CountOptions how;
      how.threads = options.threads;
      how.advance = [&](std::uint64_t n) { progress.advance(n); };
      counted.tally += menu::count_seeds(binding, *source, how);
    } catch (core::Error& error) {
      error.file(input);
      throw;
    }
  }
  return counted;
}

/// Numbers of one seed.
struct Row {
  const menu::Seed* seed;
  std::size_t number;
  std::uint64_t fired, pure;
  double shares;
  Rate rate, pure_rate, proportional;
};

std::vector<Row> make_rows(const Counted& counted, const menu::RateScale& scale, bool all) {
  const Tally& tally = counted.tally;
  std::vector<Row> rows;
  for (std::size_t s = 0; s < tally.seeds; ++s) {
    const std::uint64_t fired = tally.fired(s), pure = tally.pure(s);
    if (fired == 0 && !all) continue;
    rows.push_back({&counted.binding->menu.seeds[s], s, fired, pure, tally.proportional(s), rate_of(fired, scale),
                    rate_of(pure, scale), proportional_rate(tally, s, scale)});
  }
  std::ranges::stable_sort(rows, std::greater{}, &Row::fired);
  return rows;
}

std::string khz(const Rate& rate) { return fmt::format("{:.3f} +- {:.3f}", rate.hz / 1e3, rate.error / 1e3); }

void print_table(const Counted& counted, const std::vector<Row>& rows, const menu::RateScale& scale) {
  const Tally& tally = counted.tally;
  std::size_t width = 5;
  for (const Row& row : rows) width = std::max(width, row.seed->name.size());
  std::cout << fmt::format("{:<{}} {:>5} {:>9} {:>18} {:>18} {:>18}\n", "seed", width, "bit", "fired", "rate [kHz]",
                           "pure [kHz]", "proportional [kHz]");
  for (const Row& row : rows) {
    std::cout << fmt::format("{:<{}} {:>5} {:>9} {:>18} {:>18} {:>18}\n", row.seed->name, width, row.seed->index,
                             row.fired, khz(row.rate), khz(row.pure_rate), khz(row.proportional));
  }
  std::cout << fmt::format("{:<{}} {:>5} {:>9} {:>18}\n", "total", width, "", tally.any,
                           khz(rate_of(tally.any, scale)));
  if (rows.size() < tally.seeds) std::cout << tally.seeds - rows.size() << " other seeds never fired\n";
  std::cout << fmt::format(
      "{} events as a random sample of {:.3f} MHz of colliding crossings ({} bunches); menu {} {}\n",
      core::with_commas(tally.events), scale.per_event() * static_cast<double>(tally.events) / 1e6, scale.bunches,
      counted.binding->menu.name, counted.binding->menu.id());
}

/// Of each seed, those with which it fires most often.
void print_overlap(const Counted& counted, const std::vector<Row>& rows) {
  constexpr std::size_t most = 4;
  const Tally& tally = counted.tally;
  std::cout << "\nfires together with\n";
  for (const Row& row : rows) {
    std::vector<std::size_t> others(tally.seeds);
    std::iota(others.begin(), others.end(), std::size_t{0});
    const auto shared = [&](std::size_t other) { return tally.overlap[row.number * tally.seeds + other]; };
    std::erase_if(others, [&](std::size_t other) { return other == row.number || shared(other) == 0; });
    std::ranges::stable_sort(others, std::greater{}, shared);
    std::string line;
    for (std::size_t i = 0; i < std::min(most, others.size()); ++i) {
      line += fmt::format("{}{} {:.0f} %", i == 0 ? "" : ", ", counted.binding->menu.seeds[others[i]].name,
                          100.0 * static_cast<double>(shared(others[i])) / static_cast<double>(row.fired));
    }
    if (!line.empty()) std::cout << row.seed->name << ": " << line << '\n';
  }
}

void write_csv(const std::string& path, const std::vector<Row>& rows) {
  std::string text =
      "seed,bit,prescale,fired,pure,proportional,rate_hz,rate_error_hz,pure_hz,pure_error_hz,"
      "proportional_hz,proportional_error_hz\n";
  for (const Row& row : rows) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", row.seed->name, row.seed->index,
                        row.seed->prescale / 100.0, row.fired, row.pure, row.shares, row.rate.hz, row.rate.error,
                        row.pure_rate.hz, row.pure_rate.error, row.proportional.hz, row.proportional.error);
  }
  core::write_file(path, text);
}

void write_json(const Counted& counted, const std::vector<Row>& rows, const RatesOptions& options,
                const menu::RateScale& scale) {
  const Tally& tally = counted.tally;
  core::JsonWriter json;
  const auto rate = [&](const char* name, const Rate& value) {
    json.key(name).begin_object().member("hz", value.hz).member("error", value.error).end_object();
  };
  json.begin_object().member("version", 1).member("menu", counted.binding->menu.name);
  json.member("menu_id", counted.binding->menu.id()).member("events", tally.events).member("bunches", options.bunches);
  json.member("fired", tally.any);
  rate("rate", rate_of(tally.any, scale));
  json.key("left_out").begin_array();
  for (const std::string& warning : counted.binding->warnings) json.value(warning);
  json.end_array().key("seeds").begin_array();
  for (const Row& row : rows) {
    json.begin_object().member("name", row.seed->name).member("bit", row.seed->index);
    json.member("prescale", row.seed->prescale / 100.0).member("fired", row.fired).member("pure", row.pure);
    json.member("proportional", row.shares);
    rate("rate", row.rate);
    rate("pure_rate", row.pure_rate);
    rate("proportional_rate", row.proportional);
    json.key("overlap").begin_array();
    for (const Row& other : rows) json.value(tally.overlap[row.number * tally.seeds + other.number]);
    json.end_array().end_object();
  }
  json.end_array().end_object();
  std::cout << json.text() << '\n';
}

}  // namespace

menu::Binding bind_menu(const menu::Menu& menu, const io::Source& source, const MenuInput& input) {
  menu::BindOptions options;
  options.drop_unfit = input.drop_unfit;
  if (menu::has_dense(source.info(), input.dense)) return menu::bind_dense(menu, source, input.dense, options);
  return menu::bind(menu, event::find_layout(input.layout), source, options);
}

void show_rates(const RatesOptions& options) {
  const Counted counted = count(options);
  const menu::RateScale scale{static_cast<double>(options.bunches), counted.tally.events};
  const std::vector<Row> rows = make_rows(counted, scale, options.all);
  if (!options.csv.empty()) write_csv(options.csv, rows);
  if (options.json) return write_json(counted, rows, options, scale);
  print_table(counted, rows, scale);
  if (options.overlap) print_overlap(counted, rows);
}

}  // namespace trigloop::app
