#include "report/watch/drift_figures.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace trigloop::report::watching {
namespace {

constexpr std::size_t most_points = 4000;

std::string key_text(event::LumiKey key) { return fmt::format("run {} LS {}", key.run, key.lumisection); }

/// Neighbours are shown by their largest evidence, so that no peak is lost.
Curves evidence(const watch::Monitor& monitor) {
  Curves curves{"Evidence of drift",
                fmt::format("An alarm is raised at {:g}: without a change, once in {:g} lumisections or more seldom.",
                            monitor.level(), monitor.level()),
                "lumisection, in order",
                "evidence",
                false,
                true,
                {}};
  const auto& curve = monitor.curve();
  const std::size_t step = (curve.size() + most_points - 1) / most_points;
  Series series{"evidence", {}, {}, {}}, line{"alarm", {}, {}, {}}, raised{"alarms", {}, {}, {}};
  for (std::size_t i = 0; i < curve.size(); i += step) {
    double largest = 1e-3;
    for (std::size_t k = i; k < std::min(i + step, curve.size()); ++k) largest = std::max(largest, curve[k].evidence);
    series.x.push_back(static_cast<double>(i));
    series.y.emplace_back(std::min(largest, 1e9));
  }
  line.x = {0, static_cast<double>(curve.size())};
  line.y = {monitor.level(), monitor.level()};
  curves.series = {std::move(series), std::move(line)};
  for (const watch::Alarm& alarm : monitor.alarms()) {
    raised.x.push_back(static_cast<double>(alarm.raised_step));
    raised.y.emplace_back(std::min(alarm.evidence, 1e9));
  }
  if (!raised.x.empty()) curves.series.push_back(std::move(raised));
  return curves;
}

Table findings(const std::string& title, const std::string& caption, const std::vector<watch::Finding>& all) {
  Table table{title, caption, {"what", "change", "error", "since", "evidence (nats)"}, {}};
  for (const watch::Finding& one : all) {
    table.rows.push_back({one.channel.substr(0, one.channel.find('@')) + (one.place.empty() ? "" : " at " + one.place),
                          fmt::format("{:+.2f} %", 100 * one.size), fmt::format("{:.2f} %", 100 * one.error),
                          key_text(one.since), fmt::format("{:.1f}", one.evidence)});
  }
  return table;
}

}  // namespace

void add_drift(Page& page, const watch::Monitor& monitor) {
  page.facts.emplace_back("alarms", std::to_string(monitor.alarms().size()));
  if (monitor.curve().empty()) return;
  page.figures.insert(page.figures.begin(), evidence(monitor));
  for (const watch::Alarm& alarm : monitor.alarms()) {
    page.tables.push_back(findings(
        fmt::format("Alarm {}: {}", alarm.number, alarm.cause.text),
        fmt::format("Raised at {}; began at {}. {}.", key_text(alarm.at), key_text(alarm.since), alarm.cause.kind),
        alarm.findings));
  }
  page.tables.push_back(findings("Channels now",
                                 "The strongest alternative of each. Diagnostics: only their average decides.",
                                 monitor.findings()));
}

}  // namespace trigloop::report::watching
