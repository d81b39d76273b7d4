// Efficiency against rate, and ROC curves.
#include <array>
#include <cmath>

#include "evaluate/proportion.hpp"
#include "report/bundle/chapters.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::Column;
using bundle::EfficiencyTable;

void append(Series& series, double x, const bundle::Measured& value) {
  if (!bundle::is_known(value.value) || !bundle::is_known(x)) return;
  series.x.push_back(x);
  series.y.emplace_back(value.value);
  series.low.emplace_back(value.has_error() ? value.low : value.value);
  series.high.emplace_back(value.has_error() ? value.high : value.value);
}

bundle::Measured at(const Bundle& bundle, const EfficiencyTable& table, Column column, const std::string& signal) {
  for (std::size_t i = 0; i < table.signals.size(); ++i)
    if (table.signals[i] == signal && i < table.of(column).size())
      return with_interval(table.of(column)[i], events_of(bundle, signal));
  return {};
}

Curves efficiency_against_rate(const Bundle& bundle, const std::string& signal) {
  Curves curves{"", "", "target rate (kHz)", "efficiency (%)", false, true, {}, true, {}};
  for (const Column column : {Column::raw_raw, Column::pure_raw, Column::raw_pure, Column::pure_pure}) {
    Series series{std::string(name_of(column).substr(4)), {}, {}};
    for (const EfficiencyTable& table : bundle.efficiencies)
      append(series, table.rate_khz, at(bundle, table, column, signal));
    curves.series.push_back(std::move(series));
  }
  return curves;
}

/// From the working points: the share of background is rate over crossings.
Series roc_of_tables(const Bundle& bundle, const std::string& signal) {
  Series series{"raw thresholds of the tables", {}, {}};
  for (const EfficiencyTable& table : bundle.efficiencies)
    append(series, table.rate_khz / bundle.crossings_khz, at(bundle, table, Column::raw_raw, signal));
  return series;
}

std::vector<double> at_least(const std::vector<double>& counts) {
  std::vector<double> sums(counts.size() + 1, 0);
  for (std::size_t i = counts.size(); i-- > 0;) sums[i] = sums[i + 1] + counts[i];
  return sums;
}

/// From spectra in common bins: exact at each edge.
Series roc_of_spectra(const bundle::Histogram& background, const bundle::Histogram& signal) {
  Series series{"all thresholds", {}, {}};
  const std::vector<double> passing = at_least(background.counts), taken = at_least(signal.counts);
  double last = -1;
  for (std::size_t i = passing.size(); i-- > 0;) {
    if (passing[i] == 0 || passing[i] == last) continue;
    last = passing[i];
    const evaluate::Proportion share = evaluate::proportion(static_cast<std::uint64_t>(std::llround(taken[i])),
                                                            static_cast<std::uint64_t>(std::llround(taken[0])));
    append(series, passing[i] / passing[0], {100 * share.value(), 100 * share.low, 100 * share.high});
  }
  return series;
}

const bundle::Histogram* spectrum_of(const Bundle& bundle, const std::string& name) {
  for (const bundle::Histogram& one : bundle.spectra)
    if (one.name == name) return &one;
  return nullptr;
}

Curves roc(const Bundle& bundle, const std::string& signal) {
  Curves curves{"",   "", "share of background that passes", "share of signal that passes (%)", false, true, {},
                true, {}};
  const bundle::Histogram *background = spectrum_of(bundle, "background"), *taken = spectrum_of(bundle, signal);
  if (background != nullptr && taken != nullptr && background->counts.size() == taken->counts.size())
    curves.series.push_back(roc_of_spectra(*background, *taken));
  if (bundle::is_known(bundle.crossings_khz)) curves.series.push_back(roc_of_tables(bundle, signal));
  return curves;
}

}  // namespace

Section curves_chapter(const Bundle& bundle) {
  Section section{"Efficiency against rate", "What more rate would buy. Bars and bands: 68 % by Clopper and Pearson."};
  if (bundle.efficiencies.empty()) {
    section.absent.push_back("efficiency against rate, ROC: the bundle has no efficiencies");
    return section;
  }
  const EfficiencyTable& any = bundle.efficiencies.front();
  Choice against{"Efficiency against rate", "X-Y: events that are X, above the threshold of kind Y.", "signal", {}};
  Choice curves{"ROC", "Share of signal against share of background, as the threshold falls.", "signal", {}};
  for (const std::string& signal : any.signals) {
    against.plots.emplace_back(signal, efficiency_against_rate(bundle, signal));
    if (Curves one = roc(bundle, signal); !one.series.empty()) curves.plots.emplace_back(signal, std::move(one));
  }
  if (!against.plots.empty()) section.figures.emplace_back(std::move(against));
  if (!curves.plots.empty()) section.figures.emplace_back(std::move(curves));
  if (bundle.spectra.empty())
    section.absent.push_back(
        "ROC over all thresholds: it needs spectra in common bins, which lite.h5 of the package lacks; its working "
        "points are drawn");
  return section;
}

}  // namespace trigloop::report::bundles
