#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "bundle/files.hpp"
#include "core/error.hpp"

namespace trigloop::bundle {
namespace {

using core::Error;
using core::ErrorCode;

/// A rate as a group's name: "0.05", "105".
double rate_of(const std::string& text) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(rate))
    throw Error(ErrorCode::damaged, "group '" + core::escaped(text) + "' names no rate");
  return rate;
}

/// Numbers one a signal; NaN where the file tells none.
std::vector<double> numbers_for(const Tree& tree, const std::string& group, const std::string& name,
                                std::size_t wanted) {
  if (!tree.has(group, name)) return std::vector<double>(wanted, unknown);
  std::vector<double> values = tree.numbers(group, name);
  require_equal(values.size(), wanted, group + "/" + name);
  return values;
}

EfficiencyTable read_table(const Tree& tree, const std::string& group, const std::string& errors, double rate) {
  EfficiencyTable table;
  table.rate_khz = rate;
  table.signals = tree.strings(group, "Signal Name");
  for (std::size_t c = 0; c < columns; ++c) {
    const std::string name(name_of(static_cast<Column>(c)));
    const std::size_t n = table.signals.size();
    const auto value = numbers_for(tree, group, name, n), low = numbers_for(tree, errors, name + " low", n),
               high = numbers_for(tree, errors, name + " high", n);
    for (std::size_t k = 0; k < n; ++k) table.values[c].push_back({value[k], low[k], high[k]});
  }
  return table;
}

Histogram read_histogram(const Tree& tree, const std::string& group, const std::string& name) {
  Histogram histogram{name, tree.numbers(group, "bin"), tree.numbers(group, "count")};
  require_equal(histogram.edges.size(), histogram.counts.size() + 1, group);
  return histogram;
}

void read_thresholds(const Tree& tree, Bundle& bundle) {
  const std::string group = "results/threshold";
  const auto rate = tree.numbers(group, "rate"), raw = tree.numbers(group, "raw"), pure = tree.numbers(group, "pure");
  require_equal(rate.size(), raw.size(), group);
  require_equal(rate.size(), pure.size(), group);
  for (std::size_t k = 0; k < rate.size(); ++k) bundle.thresholds.push_back({rate[k], raw[k], pure[k], {}, {}});
  std::ranges::stable_sort(bundle.thresholds, {}, &Threshold::rate_khz);
  const auto grid_pure = tree.numbers("results/raw_wrt_pure", "pure"),
             grid = tree.numbers("results/raw_wrt_pure", "raw");
  require_equal(grid_pure.size(), grid.size(), "results/raw_wrt_pure");
  for (std::size_t k = 0; k < grid.size(); ++k) bundle.raw_of_pure.push_back({grid_pure[k], grid[k]});
}

}  // namespace

void require_equal(std::size_t a, std::size_t b, const std::string& where) {
  if (a == b) return;
  throw Error(ErrorCode::damaged, "its lists have " + std::to_string(a) + " and " + std::to_string(b) + " values")
      .in("group '" + core::escaped(where) + "'");
}

double crossings_of(const std::string& config_json) {
  const auto json = nlohmann::json::parse(config_json, nullptr, false);
  if (!json.is_object() || !json.contains("threshold") || !json["threshold"].is_object()) return unknown;
  const auto& khz = json["threshold"]["bc_khz"];
  return khz.is_number() ? khz.get<double>() : unknown;
}

std::vector<EfficiencyTable> read_tables(const Tree& tree, const std::string& group, const std::string& errors) {
  std::vector<EfficiencyTable> tables;
  for (const std::string& rate : tree.groups(group))
    tables.push_back(read_table(tree, group + "/" + rate, errors + "/" + rate, rate_of(rate)));
  std::ranges::stable_sort(tables, {}, &EfficiencyTable::rate_khz);
  return tables;
}

void read_results(const Tree& tree, Bundle& bundle) {
  read_thresholds(tree, bundle);
  bundle.efficiencies = read_tables(tree, "results/axo_scores", "trigloop/axo_scores");
  const std::string histograms = "results/score_hist";
  if (tree.has(histograms + "/background", "bin"))
    bundle.background = read_histogram(tree, histograms + "/background", "background");
  for (const std::string& name : tree.groups(histograms + "/signal"))
    bundle.signals.push_back(read_histogram(tree, histograms + "/signal/" + name, name));
}

void read_history(const Tree& tree, const std::string& group, Bundle& bundle) {
  for (const std::string& name : tree.sets(group)) bundle.history.push_back({name, tree.numbers(group, name)});
  for (const std::string& inner : tree.groups(group)) {
    for (const std::string& name : tree.sets(group + "/" + inner))
      bundle.history.push_back({inner + "/" + name, tree.numbers(group + "/" + inner, name)});
  }
}

}  // namespace trigloop::bundle
