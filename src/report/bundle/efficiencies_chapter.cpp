#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/bundle/chapters.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::Column;
using bundle::EfficiencyTable;

constexpr std::array all_columns = {Column::raw_raw,   Column::pure_raw, Column::raw_pure,
                                    Column::pure_pure, Column::l1,       Column::ht};
constexpr std::array<const char*, bundle::columns> short_names = {"raw-raw",   "pure-raw", "raw-pure",
                                                                  "pure-pure", "L1",       "HT"};

/// The rate that tables show first: the one that efficiencies are published at, if it is there.
double main_rate(const Bundle& bundle) {
  const std::vector<std::size_t> headline = headline_rates(bundle);
  if (headline.empty()) return bundle::unknown;
  const auto found = std::ranges::find_if(headline, [&](std::size_t i) { return bundle.thresholds[i].rate_khz >= 1; });
  return bundle.thresholds[found == headline.end() ? headline.front() : *found].rate_khz;
}

bundle::Measured value_of(const Bundle& bundle, const EfficiencyTable& table, Column column, std::size_t signal) {
  const auto& values = table.of(column);
  if (signal >= values.size()) return {};
  return with_interval(values[signal], events_of(bundle, table.signals[signal]));
}

Table table_of(const Bundle& bundle, const std::vector<EfficiencyTable>& tables, const std::string& title,
               const std::string& caption) {
  Table result{title, caption, {"signal", "rate (kHz)"}, {}, 1, bundles::text_of(main_rate(bundle))};
  for (const Column column : all_columns)
    result.headers.emplace_back(std::string(short_names[static_cast<std::size_t>(column)]) + " (%)");
  result.headers.emplace_back("events");
  for (const EfficiencyTable& table : tables) {
    for (std::size_t i = 0; i < table.signals.size(); ++i) {
      std::vector<std::string> row{table.signals[i], bundles::text_of(table.rate_khz)};
      for (const Column column : all_columns) row.push_back(bundles::text_of(value_of(bundle, table, column, i)));
      const std::uint64_t events = events_of(bundle, table.signals[i]);
      row.push_back(events == 0 ? "–" : fmt::format("{}", events));
      result.rows.push_back(std::move(row));
    }
  }
  return result;
}

Series series_of(const Bundle& bundle, const EfficiencyTable& table, Column column, std::string name) {
  Series series{std::move(name), {}, {}};
  for (std::size_t i = 0; i < table.signals.size(); ++i) append(series, value_of(bundle, table, column, i));
  return series;
}

constexpr const char* meaning =
    "X-Y: share of events that are X (raw: all; pure: not taken by L1) above the threshold of kind Y, of all events of "
    "the signal. L1: taken by the other triggers. HT: above the HT threshold. Errors: 68 % by Clopper and Pearson.";

}  // namespace

void append(Series& series, const bundle::Measured& value) {
  const auto optional = [](double v) { return bundle::is_known(v) ? std::optional(v) : std::nullopt; };
  series.y.push_back(optional(value.value));
  series.low.push_back(optional(value.low));
  series.high.push_back(optional(value.high));
}

Rows efficiency_rows(const Bundle& bundle, const EfficiencyTable& table) {
  Rows rows{"Efficiencies at " + rate_text(table.rate_khz), meaning, "efficiency (%)", table.signals, {}, true};
  for (const Column column : all_columns)
    rows.series.push_back(series_of(bundle, table, column, short_names[static_cast<std::size_t>(column)]));
  return rows;
}

Section efficiencies_chapter(const Bundle& bundle) {
  Section section{"Efficiencies", "Shares of signal events that the trigger takes, by the package's rule (score > t)."};
  if (bundle.efficiencies.empty()) {
    section.absent.push_back("efficiencies: the bundle has none; trigloop evaluate makes them");
    return section;
  }
  section.tables.push_back(table_of(bundle, bundle.efficiencies, "Efficiencies of all signals", meaning));
  Choice choice{"Efficiencies by rate", meaning, "rate", {}};
  for (const EfficiencyTable& table : bundle.efficiencies) {
    if (table.rate_khz == main_rate(bundle)) choice.chosen = choice.plots.size();
    choice.plots.emplace_back(rate_text(table.rate_khz), efficiency_rows(bundle, table));
  }
  section.figures.emplace_back(std::move(choice));
  if (bundle.drifted.empty()) {
    section.absent.push_back("efficiencies under drift: no measured drift was given");
    return section;
  }
  section.tables.push_back(table_of(bundle, bundle.drifted, "Efficiencies under drift",
                                    "The same events moved by the drift " + bundle.drift + "."));
  Choice drift{
      "Nominal and drifted", "Raw-raw efficiencies, nominal and moved by the drift " + bundle.drift + ".", "rate", {}};
  for (std::size_t i = 0; i < std::min(bundle.efficiencies.size(), bundle.drifted.size()); ++i) {
    const EfficiencyTable& nominal = bundle.efficiencies[i];
    drift.plots.emplace_back(rate_text(nominal.rate_khz),
                             Rows{"",
                                  "",
                                  "raw-raw efficiency (%)",
                                  nominal.signals,
                                  {series_of(bundle, nominal, Column::raw_raw, "nominal"),
                                   series_of(bundle, bundle.drifted[i], Column::raw_raw, "drifted")},
                                  true});
  }
  section.figures.emplace_back(std::move(drift));
  return section;
}

}  // namespace trigloop::report::bundles
