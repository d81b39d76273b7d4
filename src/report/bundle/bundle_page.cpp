#include "report/bundle/bundle_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "evaluate/evaluate.hpp"
#include "report/bundle/chapters.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::Column;
using bundle::EfficiencyTable;

/// The median over the signals: one number for many, which no single process decides.
std::string median(const EfficiencyTable* table, Column column) {
  std::vector<double> values;
  if (table != nullptr) {
    for (std::size_t i = 0; i < table->of(column).size() && i < table->signals.size(); ++i) {
      const double value = table->of(column)[i].value;
      if (table->signals[i] != evaluate::pileup_set &&  // pile-up alone is no signal
          bundle::is_known(value))
        values.push_back(value);
    }
  }
  if (values.empty()) return "–";
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return text_of(values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2);
}

std::vector<std::pair<std::string, std::string>> facts_of(const Bundle& bundle) {
  std::vector<std::pair<std::string, std::string>> facts{{"format", bundle.format}};
  if (!bundle.efficiencies.empty())
    facts.emplace_back("signals", std::to_string(bundle.efficiencies.front().signals.size()));
  if (const std::uint64_t events = background_events(bundle); events != 0)
    facts.emplace_back("background events", core::with_commas(events));
  if (bundle::is_known(bundle.crossings_khz))
    facts.emplace_back("colliding crossings", fmt::format("{:.4f} MHz", bundle.crossings_khz / 1000));
  std::uint64_t ebops = 0;
  for (const model::Layer& layer : bundle.layers) ebops += layer.ebops;
  if (ebops != 0) facts.emplace_back("cost", core::with_commas(ebops) + " EBOPs");
  return facts;
}

}  // namespace

Table headline_table(const Bundle& bundle) {
  Table table{"Working points",
              "Thresholds t of the package's rule (score > t); the rate's statistical error comes from the number of "
              "background events above. Efficiencies: median over the signals; each with its error is drawn below.",
              {"rate (kHz)", "raw t", "pure t", "raw-raw (%)", "raw-pure (%)", "pure-pure (%)"},
              {},
              {}};
  for (const std::size_t i : headline_rates(bundle)) {
    const bundle::Threshold& t = bundle.thresholds[i];
    const double events = events_above(bundle, t);
    const std::string rate = text_of(t.rate_khz) + (bundle::is_known(events) && events >= 1
                                                        ? fmt::format(" ± {:.2g}", t.rate_khz / std::sqrt(events))
                                                        : std::string());
    const EfficiencyTable* at = table_at(bundle, t.rate_khz);
    table.rows.push_back({rate, text_of(t.raw), text_of(t.pure), median(at, Column::raw_raw),
                          median(at, Column::raw_pure), median(at, Column::pure_pure)});
  }
  return table;
}

std::string readable_config(const std::string& config) {
  const auto parsed = nlohmann::ordered_json::parse(config, nullptr, false);
  return parsed.is_object() ? parsed.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) : config;
}

Page bundle_page(const Bundle& bundle) {
  Page page;
  page.title = bundle.name.empty() ? bundle.path.filename().native() : bundle.name;
  page.subtitle = "Report of " + bundle.path.filename().native();
  page.facts = facts_of(bundle);
  page.warnings = warnings_of(bundle);
  Section summary{"Summary", "What to decide on: thresholds, rates and efficiencies at the main working points."};
  if (!bundle.thresholds.empty()) summary.tables.push_back(headline_table(bundle));
  for (const std::size_t i : headline_rates(bundle)) {
    const double khz = bundle.thresholds[i].rate_khz;
    const EfficiencyTable* table = table_at(bundle, khz);
    if (table != nullptr && (khz >= 1 || headline_rates(bundle).size() == 1)) {
      summary.figures.emplace_back(efficiency_rows(bundle, *table));
      if (summary.figures.size() == 2) break;
    }
  }
  page.sections = {std::move(summary),      thresholds_chapter(bundle), efficiencies_chapter(bundle),
                   curves_chapter(bundle),  scores_chapter(bundle),     events_chapter(bundle),
                   network_chapter(bundle), training_chapter(bundle),   cost_chapter(bundle),
                   lineage_chapter(bundle)};
  if (!bundle.config.empty()) {
    page.text_title = "Configuration";
    page.text = readable_config(bundle.config);
  }
  return page;
}

}  // namespace trigloop::report::bundles
