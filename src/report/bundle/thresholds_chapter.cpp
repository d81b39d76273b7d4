#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/bundle/chapters.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::FirmwareThreshold;
using bundle::Threshold;

constexpr double few_events = 10;     // as trigloop evaluate warns
constexpr double grid_end_khz = 100;  // of the package's raw rates, on which it looks for pure ones

std::string text_of(const std::optional<FirmwareThreshold>& threshold) {
  if (!threshold) return "–";
  std::string text = std::to_string(threshold->code);
  if (bundle::is_known(threshold->error)) text += fmt::format(" ± {:.0f}", threshold->error);
  if (threshold->is_sparse) text += " *";
  const bundle::Measured& tail = threshold->tail;
  if (bundle::is_known(tail.value))
    text += fmt::format(" (fit: {:.0f} ± {:.0f})", tail.value, (tail.high - tail.low) / 2);
  return text;
}

/// Relative statistical error of a rate, from the number of events that were counted.
std::string error_of_rate(double events) {
  if (!bundle::is_known(events)) return "–";
  return events < 1 ? "> 100 %" : fmt::format("{:.2g} %", 100 / std::sqrt(events));
}

Table table_of(const Bundle& bundle) {
  const bool firmware =
      std::ranges::any_of(bundle.thresholds, [](const Threshold& t) { return t.firmware_raw || t.firmware_pure; });
  Table table{"Thresholds", "Package: an event passes with score > t. ", {"rate (kHz)", "raw t", "pure t"}, {}, {}};
  if (firmware) {
    table.caption +=
        "Firmware: it passes with code ≥ T. * fewer than 10 background events lie above: not to be trusted; a fit of "
        "the tail, where one is shown, is an extrapolation. ";
    table.headers.insert(table.headers.end(), {"raw T", "pure T"});
  }
  table.caption += "Background events: above the raw threshold; from their number follows the error of the rate.";
  table.headers.insert(table.headers.end(), {"background events", "error of the rate"});
  for (const Threshold& t : bundle.thresholds) {
    std::vector<std::string> row{bundles::text_of(t.rate_khz), bundles::text_of(t.raw), bundles::text_of(t.pure)};
    if (firmware) row.insert(row.end(), {text_of(t.firmware_raw), text_of(t.firmware_pure)});
    const double events = events_above(bundle, t);
    row.insert(row.end(),
               {bundle::is_known(events) ? fmt::format("{:.0f}", std::floor(events)) : "–", error_of_rate(events)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Curves thresholds_of(const Bundle& bundle) {
  Curves curves{"Thresholds against rate",
                "The score above which events come at the target rate: of all events (raw), and of those that no other "
                "trigger took (pure).",
                "target rate (kHz)",
                "threshold (score)",
                false,
                true,
                {},
                true,
                {}};
  Series raw{"raw", {}, {}}, pure{"pure", {}, {}};
  for (const Threshold& t : bundle.thresholds) {
    for (auto [series, value] : {std::pair{&raw, t.raw}, std::pair{&pure, t.pure}}) {
      if (!bundle::is_known(value)) continue;
      series->x.push_back(t.rate_khz);
      series->y.emplace_back(value);
    }
  }
  for (Series* series : {&raw, &pure})
    if (!series->x.empty()) curves.series.push_back(std::move(*series));
  return curves;
}

Curves raw_of_pure(const Bundle& bundle) {
  Curves curves{"Raw rate at a pure rate",
                "The rate of all events above the threshold whose pure rate is the target: what a trigger costs in "
                "total for what it adds.",
                "pure rate (kHz)",
                "raw rate (kHz)",
                false,
                true,
                {{"raw rate", {}, {}}},
                true,
                {}};
  for (const bundle::RawOfPure& point : bundle.raw_of_pure) {
    curves.series[0].x.push_back(point.pure);
    curves.series[0].y.emplace_back(point.raw);
  }
  return curves;
}

std::string listed(const std::vector<double>& rates) {
  std::string text;
  for (const double khz : rates) text += (text.empty() ? "" : ", ") + rate_text(khz);
  return text;
}

}  // namespace

std::vector<std::size_t> headline_rates(const Bundle& bundle) {
  std::vector<std::size_t> places;
  for (const double wanted : {0.05, 1.0, 10.0, 105.0}) {
    const auto found = std::ranges::find_if(
        bundle.thresholds, [&](const Threshold& t) { return std::abs(t.rate_khz - wanted) < 1e-9 * wanted; });
    if (found != bundle.thresholds.end()) places.push_back(static_cast<std::size_t>(found - bundle.thresholds.begin()));
  }
  if (places.empty() && !bundle.thresholds.empty()) {
    const std::size_t last = bundle.thresholds.size() - 1;
    places = {0, last / 2, last};
    places.erase(std::unique(places.begin(), places.end()), places.end());
  }
  return places;
}

std::vector<std::string> warnings_of(const Bundle& bundle) {
  std::vector<std::string> warnings = bundle.warnings;
  std::vector<double> sparse, clamped;
  for (const Threshold& t : bundle.thresholds) {
    const double events = events_above(bundle, t);
    if (bundle::is_known(events) && std::floor(events) < few_events) sparse.push_back(t.rate_khz);
    if (t.rate_khz > grid_end_khz && bundle::is_known(t.pure)) clamped.push_back(t.rate_khz);
  }
  if (!sparse.empty())
    warnings.push_back("Fewer than 10 background events lie above the raw thresholds of " + listed(sparse) +
                       ": these thresholds, and all efficiencies at them, cannot be trusted.");
  if (!clamped.empty())
    warnings.push_back("The pure thresholds of " + listed(clamped) +
                       " lie beyond the grid of raw rates on which the package looks for them (up to 100 kHz): they "
                       "are those of its end.");
  return warnings;
}

Section thresholds_chapter(const Bundle& bundle) {
  Section section{"Thresholds",
                  "What score gives which rate. Raw: all events. Pure: events that no other trigger took."};
  if (bundle.thresholds.empty()) {
    section.absent.push_back("thresholds: the bundle has none");
    return section;
  }
  section.tables.push_back(table_of(bundle));
  section.figures.emplace_back(thresholds_of(bundle));
  if (bundle.raw_of_pure.empty()) {
    section.absent.push_back("raw rate at a pure rate: not recorded");
  } else {
    section.figures.emplace_back(raw_of_pure(bundle));
  }
  return section;
}

}  // namespace trigloop::report::bundles
