#include "report/bundle/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.hpp"
#include "evaluate/evaluate.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::Column;
using bundle::EfficiencyTable;
using bundle::Measured;

constexpr std::array compared_columns = {Column::raw_raw, Column::pure_raw, Column::raw_pure, Column::pure_pure};

/// The last `parts` parts of its path.
std::string tail_of(const Bundle& bundle, int parts) {
  auto path = bundle.path.has_filename() ? bundle.path : bundle.path.parent_path();  // "new/" is "new"
  std::filesystem::path tail;
  for (; parts > 0; --parts, path = path.parent_path()) tail = tail.empty() ? path.filename() : path.filename() / tail;
  return tail.generic_string();
}

/// Their own names; trainings of one recipe share one, and are told apart by what they are called on disk.
std::vector<std::string> names_of(std::span<const Bundle> bundles) {
  const auto name_of = [](const Bundle& one, int parts) {
    return parts == 0 && !one.name.empty() ? one.name : tail_of(one, std::max(parts, 1));
  };
  std::vector<std::string> names;
  for (const Bundle& one : bundles) {
    std::string unique = name_of(one, 0);
    for (const int parts : {0, 1, 2}) {
      const std::string name = name_of(one, parts);
      const auto is_same = [&](const Bundle& other) { return name_of(other, parts) == name; };
      if (std::ranges::count_if(bundles, is_same) > 1) continue;
      unique = name;
      break;
    }
    const std::string name = unique;
    for (int i = 2; std::ranges::count(names, unique) != 0; ++i) unique = fmt::format("{} ({})", name, i);
    names.push_back(std::move(unique));
  }
  return names;
}

std::string data_id(const Bundle& bundle) {
  const auto found = std::ranges::find(bundle.lineage, "data", &bundle::LineageId::of);
  return found == bundle.lineage.end() ? "" : found->id;
}

bool has_same_events(const Bundle& a, const Bundle& b) {
  if (data_id(a).empty() || data_id(a) != data_id(b)) return false;
  return std::ranges::all_of(a.signals, [&](const bundle::Histogram& signal) {
    const std::uint64_t events = events_of(b, signal.name);
    return events == 0 || events == events_of(a, signal.name);
  });
}

Measured value_of(const Bundle& bundle, double rate_khz, Column column, const std::string& signal) {
  const EfficiencyTable* table = table_at(bundle, rate_khz);
  if (table == nullptr) return {};
  const auto found = std::ranges::find(table->signals, signal);
  const auto i = static_cast<std::size_t>(found - table->signals.begin());
  if (i >= table->of(column).size()) return {};
  return with_interval(table->of(column)[i], events_of(bundle, signal));
}

ComparedEfficiency compare_signal(std::span<const Bundle> bundles, const std::vector<bool>& same, double rate_khz,
                                  Column column, const std::string& signal) {
  ComparedEfficiency result{signal, column, {}, {}};
  const std::uint64_t first_events = events_of(bundles[0], signal);
  for (std::size_t i = 0; i < bundles.size(); ++i) {
    result.values.push_back(value_of(bundles[i], rate_khz, column, signal));
    const std::uint64_t events = events_of(bundles[i], signal);
    const Measured &a = result.values[0], &b = result.values[i];
    const bool both = i > 0 && bundle::is_known(a.value) && bundle::is_known(b.value) && events > 0 && first_events > 0;
    result.against_first.push_back(
        both ? significance(count_of(a.value, first_events), first_events, count_of(b.value, events), events, same[i])
             : Significance{});
  }
  return result;
}

std::vector<double> mean_log_ratios(const std::vector<ComparedEfficiency>& efficiencies, std::size_t bundles) {
  std::vector<double> means;
  for (std::size_t i = 0; i < bundles; ++i) {
    double sum = 0, n = 0;
    for (const ComparedEfficiency& one : efficiencies) {
      // What is 0 or not known in one of them has no ratio.
      if (one.signal == evaluate::pileup_set) continue;
      if (one.column != Column::raw_raw || !(one.values[0].value > 0) || !(one.values[i].value > 0)) continue;
      sum += std::log(one.values[i].value / one.values[0].value);
      n += 1;
    }
    means.push_back(n > 0 ? sum / n : bundle::unknown);
  }
  return means;
}

ComparedRate compare_rate(std::span<const Bundle> bundles, const std::vector<bool>& same, double rate_khz) {
  ComparedRate result;
  result.rate_khz = rate_khz;
  for (const Bundle& one : bundles) {
    const auto found = std::ranges::find(one.thresholds, rate_khz, &bundle::Threshold::rate_khz);
    result.raw.push_back(found == one.thresholds.end() ? bundle::unknown : found->raw);
    result.pure.push_back(found == one.thresholds.end() ? bundle::unknown : found->pure);
  }
  if (const EfficiencyTable* table = table_at(bundles[0], rate_khz)) {
    for (const std::string& signal : table->signals)
      for (const Column column : compared_columns)
        result.efficiencies.push_back(compare_signal(bundles, same, rate_khz, column, signal));
  }
  result.mean_log_ratio = mean_log_ratios(result.efficiencies, bundles.size());
  return result;
}

Cost cost_of(const Bundle& bundle) {
  Cost cost;
  for (const model::Layer& layer : bundle.layers) {
    cost.ebops += layer.ebops;
    cost.constants += layer.constants;
    cost.non_zero += layer.non_zero;
    cost.working_bits = std::max(cost.working_bits, layer.working_bits);
  }
  cost.layers = bundle.layers.size();
  return cost;
}

}  // namespace

Significance significance(std::uint64_t count_a, std::uint64_t total_a, std::uint64_t count_b, std::uint64_t total_b,
                          bool same_events) noexcept {
  if (total_a == 0 || total_b == 0) return {};
  const auto ka = static_cast<double>(count_a), na = static_cast<double>(total_a);
  const auto kb = static_cast<double>(count_b), nb = static_cast<double>(total_b);
  const double pooled = (ka + kb) / (na + nb);
  const double error = std::sqrt(pooled * (1 - pooled) * (1 / na + 1 / nb));
  Significance result;
  result.z = error > 0 ? (kb / nb - ka / na) / error : 0;
  if (same_events) result.most = std::copysign(std::sqrt(std::abs(kb - ka)), kb - ka);
  return result;
}

Comparison compare(std::span<const Bundle> bundles) {
  if (bundles.size() < 2)
    throw core::Error(core::ErrorCode::usage, "one bundle alone cannot be compared").remedy("Give two or more");
  Comparison result;
  result.names = names_of(bundles);
  for (const Bundle& one : bundles) {
    result.same_events.push_back(has_same_events(bundles[0], one));
    result.costs.push_back(cost_of(one));
  }
  for (const bundle::Threshold& threshold : bundles[0].thresholds) {
    const double rate = threshold.rate_khz;
    const bool everywhere = std::ranges::all_of(bundles, [&](const Bundle& one) {
      return std::ranges::find(one.thresholds, rate, &bundle::Threshold::rate_khz) != one.thresholds.end();
    });
    if (everywhere) result.rates.push_back(compare_rate(bundles, result.same_events, rate));
  }
  if (result.rates.empty())
    throw core::Error(core::ErrorCode::mismatch, "the bundles have no target rate in common")
        .remedy("Evaluate them at the same rates (trigloop evaluate --rate)");
  return result;
}

}  // namespace trigloop::report::bundles
