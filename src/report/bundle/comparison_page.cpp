#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "evaluate/evaluate.hpp"
#include "report/bundle/chapters.hpp"
#include "report/bundle/comparison.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::Column;

constexpr double clear = 3;  // standard deviations from which on a difference is counted

constexpr const char* test_text =
    "z: pooled test of two proportions on independent events; errors of thresholds are not in it. A range: on the same "
    "events z lies between that and McNemar's largest.";

Table verdict(const Comparison& comparison) {
  Table table{
      "Against " + comparison.names[0],
      fmt::format("Signals whose raw-raw efficiency is higher or lower by more than {} standard deviations "
                  "(of two proportions on independent events); mean over signals of the logarithm of the ratio.",
                  clear),
      {"bundle", "rate (kHz)", "higher", "lower", "neither", "mean log ratio"},
      {},
      {},
      {}};
  for (std::size_t i = 1; i < comparison.names.size(); ++i) {
    for (const ComparedRate& rate : comparison.rates) {
      int higher = 0, lower = 0, neither = 0;
      for (const ComparedEfficiency& one : rate.efficiencies) {
        if (one.column != Column::raw_raw || one.signal == evaluate::pileup_set) continue;
        const double z = one.against_first[i].z;
        (z > clear ? higher : z < -clear ? lower : neither) += 1;
      }
      const double ratio = rate.mean_log_ratio[i];
      table.rows.push_back({comparison.names[i], text_of(rate.rate_khz), std::to_string(higher), std::to_string(lower),
                            std::to_string(neither), bundle::is_known(ratio) ? fmt::format("{:+.3f}", ratio) : "–"});
    }
  }
  return table;
}

Table efficiencies(const Comparison& comparison) {
  Table table{"Efficiencies", test_text, {"signal", "rate (kHz)", "column"}, {}, 1, {}};
  for (std::size_t i = 0; i < comparison.names.size(); ++i) {
    table.headers.push_back(comparison.names[i] + " (%)");
    if (i > 0) table.headers.push_back("z");
  }
  for (const ComparedRate& rate : comparison.rates) {
    for (const ComparedEfficiency& one : rate.efficiencies) {
      std::vector<std::string> row{one.signal, text_of(rate.rate_khz), std::string(name_of(one.column).substr(4))};
      for (std::size_t i = 0; i < one.values.size(); ++i) {
        row.push_back(text_of(one.values[i]));
        if (i > 0) row.push_back(text_of(one.against_first[i]));
      }
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

Rows rows_of(const Comparison& comparison, const ComparedRate& rate) {
  Rows rows{"", "", "raw-raw efficiency (%)", {}, {}, true};
  for (const std::string& name : comparison.names) rows.series.push_back({name, {}, {}});
  for (const ComparedEfficiency& one : rate.efficiencies) {
    if (one.column != Column::raw_raw) continue;
    rows.names.push_back(one.signal);
    for (std::size_t i = 0; i < one.values.size(); ++i) append(rows.series[i], one.values[i]);
  }
  return rows;
}

Table thresholds(const Comparison& comparison) {
  Table table{"Thresholds", "Package: score > t.", {"rate (kHz)"}, {}, {}, {}};
  for (const std::string& name : comparison.names) {
    table.headers.push_back(name + " raw");
    table.headers.push_back("pure");
  }
  for (const ComparedRate& rate : comparison.rates) {
    std::vector<std::string> row{text_of(rate.rate_khz)};
    for (std::size_t i = 0; i < rate.raw.size(); ++i) {
      row.push_back(text_of(rate.raw[i]));
      row.push_back(text_of(rate.pure[i]));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Curves spectra(const Comparison& comparison, std::span<const Bundle> bundles) {
  Curves curves{"Scores of the background",
                "Shares of events per unit of score.",
                "score",
                "share per unit of score",
                true,
                true,
                {},
                false,
                {}};
  for (std::size_t i = 0; i < bundles.size(); ++i)
    if (bundles[i].background) curves.series.push_back(density(*bundles[i].background, comparison.names[i]));
  return curves;
}

Table costs(const Comparison& comparison) {
  Table table{"Cost",
              "EBOPs: effective bit operations; working bits: of the widest intermediate.",
              {"bundle", "EBOPs", "layers", "non-zero constants", "working bits"},
              {},
              {},
              {}};
  for (std::size_t i = 0; i < comparison.names.size(); ++i) {
    const Cost& cost = comparison.costs[i];
    const bool known = cost.layers > 0;
    table.rows.push_back({comparison.names[i], known ? core::with_commas(cost.ebops) : "–",
                          known ? std::to_string(cost.layers) : "–",
                          known ? fmt::format("{} of {}", cost.non_zero, cost.constants) : "–",
                          known ? std::to_string(cost.working_bits) : "–"});
  }
  return table;
}

/// Keys of JSON configurations and their values, "a.b.c".
std::map<std::string, std::string> keys_of(const std::string& config) {
  std::map<std::string, std::string> keys;
  const auto parsed = nlohmann::json::parse(config, nullptr, false);
  if (!parsed.is_object()) return keys;
  const nlohmann::json flat = parsed.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    std::string key = pointer.substr(1);
    std::ranges::replace(key, '/', '.');
    keys[key] = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return keys;
}

Table config_differences(const Comparison& comparison, std::span<const Bundle> bundles) {
  Table table{"Configurations", "Keys whose values differ.", {"key"}, {}, {}, {}};
  std::vector<std::map<std::string, std::string>> all;
  std::map<std::string, std::string> union_of_keys;
  for (const Bundle& one : bundles) {
    all.push_back(keys_of(one.config));
    union_of_keys.insert(all.back().begin(), all.back().end());
  }
  for (const std::string& name : comparison.names) table.headers.push_back(name);
  for (const auto& [key, any] : union_of_keys) {
    std::vector<std::string> row{key};
    bool differs = false;
    for (auto& keys : all) {
      const auto found = keys.find(key);
      row.push_back(found == keys.end() ? "–" : found->second);
      differs |= row.back() != row[1];
    }
    if (differs) table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

Page comparison_page(const Comparison& comparison, std::span<const Bundle> bundles) {
  Page page;
  page.title = "Comparison of " + comparison.names[0];
  for (std::size_t i = 1; i < comparison.names.size(); ++i)
    page.title += (i + 1 == comparison.names.size() ? " and " : ", ") + comparison.names[i];
  page.subtitle = "Every other bundle against the first.";
  for (std::size_t i = 1; i < comparison.names.size(); ++i)
    page.facts.emplace_back(comparison.names[i],
                            comparison.same_events[i] ? "the same events" : "events not known to be the same");
  Choice by_rate{"Efficiencies by rate", "Points with 68 % intervals by Clopper and Pearson.", "rate", {}};
  for (const ComparedRate& rate : comparison.rates)
    by_rate.plots.emplace_back(rate_text(rate.rate_khz), rows_of(comparison, rate));
  Section summary{"Summary", test_text};
  summary.tables.push_back(verdict(comparison));
  Section all{"Efficiencies", "Shares of signal events that the trigger takes."};
  all.figures.emplace_back(std::move(by_rate));
  all.tables.push_back(efficiencies(comparison));
  Section scores{"Thresholds and scores", ""};
  scores.tables.push_back(thresholds(comparison));
  if (Curves curves = spectra(comparison, bundles); !curves.series.empty()) {
    scores.figures.emplace_back(std::move(curves));
  } else {
    scores.absent.push_back("histograms of scores: no bundle has any");
  }
  Section other{"Cost and configuration", ""};
  other.tables.push_back(costs(comparison));
  if (Table differences = config_differences(comparison, bundles); !differences.rows.empty())
    other.tables.push_back(std::move(differences));
  page.sections = {std::move(summary), std::move(all), std::move(scores), std::move(other)};
  return page;
}

}  // namespace trigloop::report::bundles
