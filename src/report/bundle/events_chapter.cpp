// Rates and scores against what else is known of an event.
#include <algorithm>
#include <cmath>

#include "report/bundle/chapters.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::Plane;

std::vector<double> middles(const std::vector<double>& edges) {
  std::vector<double> result;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) result.push_back((edges[i] + edges[i + 1]) / 2);
  return result;
}

HeatMap map_of(const Plane& plane) {
  HeatMap map{"",
              "",
              plane.quantity + (plane.unit.empty() ? "" : " (" + plane.unit + ")"),
              "score",
              "events",
              middles(plane.x_edges),
              middles(plane.score_edges),
              {},
              true,
              {}};
  Series mean{"mean", {}, {}};
  map.z.assign(map.y.size(), std::vector<double>(map.x.size(), 0));
  for (std::size_t i = 0; i < map.x.size(); ++i) {
    double events = 0, sum = 0;
    for (std::size_t k = 0; k < map.y.size(); ++k) {
      const double n = plane.counts[i * map.y.size() + k];
      map.z[k][i] = n;
      events += n;
      sum += n * map.y[k];
    }
    mean.x.push_back(map.x[i]);
    mean.y.push_back(events > 0 ? std::optional(sum / events) : std::nullopt);
  }
  map.over.push_back(std::move(mean));
  return map;
}

/// One figure a quantity, in the order in which they come; samples to choose from.
std::vector<Figure> planes_of(const Bundle& bundle) {
  std::vector<Choice> choices;
  for (const Plane& plane : bundle.plots.planes) {
    const std::string title = "Score against " + plane.quantity;
    auto found = std::ranges::find(choices, title, &Choice::title);
    if (found == choices.end()) {
      choices.push_back({title, "Events in each cell; the line is the mean score.", "sample", {}});
      found = choices.end() - 1;
    }
    found->plots.emplace_back(plane.sample, map_of(plane));
  }
  return {choices.begin(), choices.end()};
}

Curves rates_of(const Bundle& bundle, const bundle::PileupTable& table) {
  Curves curves{"", "", "pile-up", "rate (kHz)", false, true, {}, false, {}};
  for (const std::size_t rate : headline_rates(bundle)) {
    Series series{"threshold of " + rate_text(bundle.thresholds[rate].rate_khz), {}, {}};
    for (const bundle::PileupBin& bin : table.bins) {
      if (rate >= bin.rates.size() || !bundle::is_known(bin.rates[rate].value)) continue;
      series.x.push_back((bin.low + bin.high) / 2);
      series.y.emplace_back(bin.rates[rate].value);
      series.low.emplace_back(bin.rates[rate].has_error() ? bin.rates[rate].low : bin.rates[rate].value);
      series.high.emplace_back(bin.rates[rate].has_error() ? bin.rates[rate].high : bin.rates[rate].value);
    }
    curves.series.push_back(std::move(series));
  }
  return curves;
}

}  // namespace

Section events_chapter(const Bundle& bundle) {
  Section section{"Pile-up, HT and momenta", "What else the score depends on."};
  if (bundle.plots.pileup.empty()) {
    section.absent.push_back("rate against pile-up: not recorded");
  } else {
    Choice choice{"Rate against pile-up",
                  "The rate that crossings of a pile-up would have, if all were like that, above the raw thresholds.",
                  "sample",
                  {}};
    for (const bundle::PileupTable& table : bundle.plots.pileup) {
      if (table.sample == "background") choice.chosen = choice.plots.size();
      choice.plots.emplace_back(table.sample, rates_of(bundle, table));
    }
    section.figures.emplace_back(std::move(choice));
  }
  if (bundle.plots.planes.empty()) {
    section.absent.push_back(
        "scores against pile-up, HT and momenta of objects: not recorded, and not in lite.h5 of the package");
  }
  for (Figure& figure : planes_of(bundle)) section.figures.push_back(std::move(figure));
  return section;
}

}  // namespace trigloop::report::bundles
