#include "bundle/fill.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::bundle {
namespace {

using evaluate::Evaluation;
using evaluate::Kind;
using evaluate::Proportion;

constexpr auto package_rule = static_cast<std::size_t>(evaluate::Rule::package);
constexpr auto firmware_rule = static_cast<std::size_t>(evaluate::Rule::firmware);

Measured percent(const Proportion& p) {
  if (p.total == 0) return {};
  return {100 * p.value(), 100 * p.low, 100 * p.high};
}
Measured percent(const std::optional<Proportion>& p) { return p ? percent(*p) : Measured(); }

template <class To, class From>
std::vector<To> as(const std::vector<From>& values) {
  std::vector<To> out;
  for (const From v : values) out.push_back(static_cast<To>(v));
  return out;
}

FirmwareThreshold firmware(const evaluate::KindThreshold& t, Kind kind) {
  const evaluate::Threshold& made = t.by_rule[firmware_rule];
  FirmwareThreshold out{made.code, t.error, kind == Kind::raw ? made.raw : made.pure, t.is_sparse, {}};
  if (t.tail) out.tail = {t.tail->code, t.tail->code - t.tail->error, t.tail->code + t.tail->error};
  return out;
}

void set_thresholds(const Evaluation& e, Bundle& bundle) {
  for (const evaluate::RateRow& row : e.rows) {
    const auto& raw = row.thresholds[static_cast<std::size_t>(Kind::raw)];
    const auto& pure = row.thresholds[static_cast<std::size_t>(Kind::pure)];
    bundle.thresholds.push_back({row.rate_khz, raw.by_rule[package_rule].score, pure.by_rule[package_rule].score,
                                 firmware(raw, Kind::raw), firmware(pure, Kind::pure)});
    bundle.raw_of_pure.push_back({row.rate_khz, row.raw_of_pure});
  }
}

std::vector<EfficiencyTable> tables_of(const Evaluation& e) {
  std::vector<EfficiencyTable> tables;
  for (std::size_t r = 0; r < e.rows.size(); ++r) {
    EfficiencyTable& table = tables.emplace_back();
    table.rate_khz = e.rows[r].rate_khz;
    for (const evaluate::SignalTable& signal : e.signals) {
      const evaluate::Columns& c = signal.rates[r][package_rule];
      table.signals.push_back(signal.name);
      // In the order of Column; c is [events][above].
      const Measured values[columns] = {percent(c[0][0]), percent(c[1][0]),   percent(c[0][1]),
                                        percent(c[1][1]), percent(signal.l1), percent(signal.ht)};
      for (std::size_t k = 0; k < columns; ++k) table.values[k].push_back(values[k]);
    }
  }
  return tables;
}

std::vector<double> score_edges(const Evaluation& e) {
  std::vector<double> edges;
  for (const std::int64_t code : e.histograms.edges)
    edges.push_back(std::ldexp(static_cast<double>(code), -e.fraction));
  return edges;
}

void set_histograms(const Evaluation& e, Bundle& bundle) {
  for (std::size_t k = 0; k < e.even_histograms.size(); ++k) {
    const evaluate::EvenHistogram& even = e.even_histograms[k];
    if (even.counts.empty()) continue;
    Histogram histogram{k == 0 ? "background" : e.signals[k - 1].name, as<double>(even.edges), as<double>(even.counts)};
    if (k == 0)
      bundle.background = std::move(histogram);
    else
      bundle.signals.push_back(std::move(histogram));
  }
  const std::vector<double> edges = score_edges(e);
  bundle.spectra.push_back({"background", edges, as<double>(e.histograms.background)});
  bundle.spectra.push_back({"background pure", edges, as<double>(e.histograms.pure)});
  for (std::size_t k = 0; k < e.signals.size(); ++k)
    bundle.spectra.push_back({e.signals[k].name, edges, as<double>(e.histograms.signals[k])});
}

void set_pileup(const Evaluation& e, Plots& plots) {
  const double khz = e.options.crossings.khz();
  for (const evaluate::PileupTable& table : e.pileup) {
    PileupTable& out = plots.pileup.emplace_back(PileupTable{table.name, {}});
    for (const evaluate::PileupBin& bin : table.bins) {
      PileupBin& made = out.bins.emplace_back(PileupBin{bin.low, bin.high, bin.events, {}});
      for (const Proportion& p : bin.passing) made.rates.push_back({khz * p.value(), khz * p.low, khz * p.high});
    }
  }
}

void set_embedding(const evaluate::EmbeddingTable& table, Plots& plots) {
  const auto direction = [&](std::size_t k) {
    return k < table.components.directions.size() ? table.components.directions[k]
                                                  : std::vector<double>(table.components.mean.size());
  };
  Embedding& e = plots.embedding.emplace();
  e = {table.tensor, table.components.explained, table.components.mean, direction(0), direction(1), {}};
  for (const auto& s : table.samples)
    e.samples.push_back({s.sample, as<float>(s.x), as<float>(s.y), as<float>(s.score)});
}

}  // namespace

void set_plots(const Evaluation& e, Bundle& bundle) {
  Plots& plots = bundle.plots;
  const std::vector<double> edges = score_edges(e);
  for (const evaluate::Plane& plane : e.planes)
    plots.planes.push_back({e.background, plane.quantity, plane.unit, plane.x_edges, edges, as<double>(plane.counts)});
  set_pileup(e, plots);
  if (e.embedding) set_embedding(*e.embedding, plots);
  for (const evaluate::Rebuilt& r : e.rebuilt) {
    plots.reconstruction.push_back({r.sample, "hidden " + std::to_string(r.feature), r.edges, as<double>(r.input),
                                    as<double>(r.rebuilt), r.bias, r.rms, r.correlation});
  }
}

void set_results(const Evaluation& evaluation, Bundle& bundle) {
  bundle.crossings_khz = evaluation.options.crossings.khz();
  bundle.background_events = evaluation.events;
  bundle.background_pure = evaluation.pure_events;
  bundle.fraction = evaluation.fraction;
  set_thresholds(evaluation, bundle);
  std::ranges::stable_sort(bundle.thresholds, {}, &Threshold::rate_khz);
  bundle.efficiencies = tables_of(evaluation);
  std::ranges::stable_sort(bundle.efficiencies, {}, &EfficiencyTable::rate_khz);
  set_histograms(evaluation, bundle);
  set_plots(evaluation, bundle);
}

void set_drifted(const Evaluation& moved, const std::string& drift, Bundle& bundle) {
  bundle.drift = drift;
  bundle.drifted = tables_of(moved);
  std::ranges::stable_sort(bundle.drifted, {}, &EfficiencyTable::rate_khz);
}

}  // namespace trigloop::bundle
