// Distributions of scores.
#include <algorithm>
#include <numeric>

#include "evaluate/evaluate.hpp"
#include "report/bundle/chapters.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::Histogram;

constexpr const char* density_text =
    "Shares of events per unit of score, so that histograms of different bins compare. Dotted: raw thresholds.";

std::vector<Mark> raw_thresholds(const Bundle& bundle) {
  std::vector<Mark> marks;
  for (const std::size_t i : headline_rates(bundle))
    if (bundle::is_known(bundle.thresholds[i].raw))
      marks.push_back({rate_text(bundle.thresholds[i].rate_khz), bundle.thresholds[i].raw});
  return marks;
}

Curves scores(const Bundle& bundle, const Histogram& signal) {
  Curves curves{"", "", "score", "share per unit of score", true, true, {}, false, raw_thresholds(bundle)};
  if (bundle.background) curves.series.push_back(density(*bundle.background, "background"));
  curves.series.push_back(density(signal, signal.name));
  return curves;
}

}  // namespace

Series density(const Histogram& histogram, std::string name) {
  Series series{std::move(name), {}, {}};
  const double total = std::accumulate(histogram.counts.begin(), histogram.counts.end(), 0.0);
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const double width = histogram.edges[i + 1] - histogram.edges[i];
    series.x.push_back((histogram.edges[i] + histogram.edges[i + 1]) / 2);
    series.y.emplace_back(total > 0 && width > 0 ? histogram.counts[i] / (total * width) : 0);
  }
  return series;
}

Section scores_chapter(const Bundle& bundle) {
  Section section{"Scores", "How scores are distributed, signal by signal."};
  if (bundle.signals.empty() && !bundle.background) {
    section.absent.push_back("histograms of scores: the bundle has none");
    return section;
  }
  Choice choice{"Scores of signals", density_text, "signal", {}};
  for (const Histogram& signal : bundle.signals) choice.plots.emplace_back(signal.name, scores(bundle, signal));
  if (!choice.plots.empty()) section.figures.emplace_back(std::move(choice));
  const auto pileup = std::ranges::find(bundle.signals, evaluate::pileup_set, &Histogram::name);
  if (pileup == bundle.signals.end() || !bundle.background) {
    section.absent.push_back("zero bias against pile-up alone: the bundle has no scores of " +
                             std::string(evaluate::pileup_set));
  } else {
    Curves curves = scores(bundle, *pileup);
    curves.title = "Zero bias against pile-up alone";
    curves.caption = "Simulated pile-up against data: where they part, the background is more than pile-up. " +
                     std::string(density_text);
    section.figures.emplace_back(std::move(curves));
  }
  return section;
}

}  // namespace trigloop::report::bundles
