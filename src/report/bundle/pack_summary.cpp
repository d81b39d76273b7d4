#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.hpp"
#include "report/bundle/numbers.hpp"
#include "report/bundle/pack.hpp"

namespace trigloop::report::bundles {
namespace {

using evaluate::Evaluation;
using evaluate::Kind;
using evaluate::KindThreshold;
using evaluate::Proportion;
using evaluate::Rule;

std::size_t at(auto which) { return static_cast<std::size_t>(which); }

std::string percent(const Proportion& p) { return text_of({100 * p.value(), 100 * p.low, 100 * p.high}); }
std::string percent(const std::optional<Proportion>& p) { return p ? percent(*p) : "–"; }

/// The rate that stands first: 1 kHz, or what is nearest above.
std::size_t main_rate(const Evaluation& evaluation) {
  const auto found = std::ranges::find_if(evaluation.rows, [](const auto& row) { return row.rate_khz >= 1; });
  return static_cast<std::size_t>((found == evaluation.rows.end() ? evaluation.rows.begin() : found) -
                                  evaluation.rows.begin());
}

std::string code_of(const KindThreshold& t) {
  return fmt::format("{} ± {:.0f}{}", t.by_rule[at(Rule::firmware)].code, t.error, t.is_sparse ? " *" : "");
}

Table thresholds(const Evaluation& e) {
  Table table{"Thresholds",
              "Firmware: an event passes with code ≥ T, error by bootstrap; package: with score > t. * fewer than 10 "
              "background events lie above: not to be trusted. The rate's error is that of the number of events above.",
              {"rate (kHz)", "raw T", "pure T", "raw t", "pure t", "events above", "error of the rate"},
              {},
              {},
              {}};
  for (const evaluate::RateRow& row : e.rows) {
    const auto& [raw, pure] = row.thresholds;
    const std::uint64_t events = raw.by_rule[at(Rule::firmware)].raw;
    table.rows.push_back({text_of(row.rate_khz), code_of(raw), code_of(pure),
                          text_of(raw.by_rule[at(Rule::package)].score), text_of(pure.by_rule[at(Rule::package)].score),
                          std::to_string(events),
                          events == 0 ? "–" : fmt::format("{:.2g} %", 100 / std::sqrt(static_cast<double>(events)))});
  }
  return table;
}

Table efficiencies(const Evaluation& e, std::size_t rate) {
  Table table{
      "Efficiencies at " + rate_text(e.rows[rate].rate_khz),
      "Percent of all events of the signal, firmware's rule; X-Y: events that are X above the threshold of kind "
      "Y. 68 % by Clopper and Pearson.",
      {"signal", "raw-raw", "pure-raw", "raw-pure", "pure-pure", "L1", "HT", "events"},
      {},
      {},
      {}};
  for (const evaluate::SignalTable& signal : e.signals) {
    const evaluate::Columns& columns = signal.rates[rate][at(Rule::firmware)];
    std::vector<std::string> row{signal.name};
    for (const Kind above : {Kind::raw, Kind::pure})
      for (const Kind events : {Kind::raw, Kind::pure}) row.push_back(percent(columns[at(events)][at(above)]));
    row.insert(row.end(), {percent(signal.l1), percent(signal.ht), std::to_string(signal.events)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<std::string> warnings(const PackInput& input) {
  std::vector<std::string> result = input.provenance.warnings;
  std::string sparse;
  for (const evaluate::RateRow& row : input.evaluation.rows)
    if (row.thresholds[0].is_sparse) sparse += (sparse.empty() ? "" : ", ") + rate_text(row.rate_khz);
  if (!sparse.empty())
    result.push_back("Fewer than 10 background events lie above the raw thresholds of " + sparse + ".");
  if (!input.evaluation.knows_l1) result.push_back("L1 decisions are not known: all events count as pure.");
  return result;
}

}  // namespace

Page pack_summary(const PackInput& input) {
  const Evaluation& e = input.evaluation;
  Page page;
  page.title = input.bundle.name.empty() ? input.provenance.model : input.bundle.name;
  page.subtitle = "Every number here is recomputed by check.py of this folder, with NumPy and onnxruntime alone.";
  page.warnings = warnings(input);
  page.facts = {{"background events", core::with_commas(e.events)},
                {"L1", input.provenance.l1.empty() ? "not known" : input.provenance.l1},
                {"colliding crossings", fmt::format("{:.4f} MHz", e.options.crossings.khz() / 1000)},
                {"score", fmt::format("code x 2^-{}", e.fraction)}};
  for (const bundle::LineageId& id : input.bundle.lineage) page.facts.emplace_back(id.of, id.id);
  Section points{"Working points",
                 "What score gives which rate. Raw: all events. Pure: events that no other trigger took."};
  points.tables.push_back(thresholds(e));
  page.sections.push_back(std::move(points));
  if (!e.signals.empty()) {
    Section signals{"Signals", "Shares of signal events that the trigger takes."};
    signals.tables.push_back(efficiencies(e, main_rate(e)));
    page.sections.push_back(std::move(signals));
  }
  return page;
}

}  // namespace trigloop::report::bundles
