// Hidden features of the network, and what it rebuilds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/bundle/chapters.hpp"
#include "report/bundle/numbers.hpp"

namespace trigloop::report::bundles {
namespace {

using bundle::Bundle;
using bundle::Embedding;
using Grid = std::vector<std::vector<double>>;

constexpr std::size_t cells = 56;

/// An axis that holds all but the outermost 0.5 % of the background on either side, and a margin.
std::vector<double> edges_over(std::vector<float> values) {
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return static_cast<double>(values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))]);
  };
  const double low = at(0.005), high = at(0.995), margin = 0.25 * std::max(high - low, 1e-6);
  std::vector<double> edges;
  for (std::size_t i = 0; i <= cells; ++i)
    edges.push_back(low - margin + (high - low + 2 * margin) * static_cast<double>(i) / cells);
  return edges;
}

std::size_t cell(double value, const std::vector<double>& edges) {
  const double place = (value - edges.front()) / (edges.back() - edges.front()) * cells;
  return static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(cells - 1)));
}

/// Each cell takes a part of its neighbours': lines of few events are less ragged.
Grid smoothed(const Grid& grid) {
  Grid result = grid;
  for (std::size_t r = 0; r < cells; ++r) {
    for (std::size_t c = 0; c < cells; ++c) {
      double sum = 0, weights = 0;
      for (std::size_t i = r - std::min<std::size_t>(r, 1); i <= std::min(r + 1, cells - 1); ++i) {
        for (std::size_t k = c - std::min<std::size_t>(c, 1); k <= std::min(c + 1, cells - 1); ++k) {
          const double weight = (i == r ? 2 : 1) * (k == c ? 2 : 1);
          sum += weight * grid[i][k];
          weights += weight;
        }
      }
      result[r][c] = sum / weights;
    }
  }
  return result;
}

/// For each cell the share of events in cells at least as dense.
Grid held_share(const Grid& grid) {
  std::vector<double> densest;
  for (const auto& row : grid) densest.insert(densest.end(), row.begin(), row.end());
  std::ranges::sort(densest, std::greater{});
  const double total = std::max(std::accumulate(densest.begin(), densest.end(), 0.0), 1e-300);
  std::vector<double> sums(densest.size());
  std::partial_sum(densest.begin(), densest.end(), sums.begin());
  Grid result = grid;
  for (auto& row : result) {
    for (double& n : row) {
      const auto after = std::ranges::upper_bound(densest, n, std::greater{}) - densest.begin();
      n = n > 0 ? std::round(1e4 * sums[static_cast<std::size_t>(after - 1)] / total) / 1e4 : 1;
    }
  }
  return result;
}

Contours contours_of(const Embedding& embedding) {
  const auto percent = [&](std::size_t i) {
    return i < embedding.explained.size() ? fmt::format(" ({:.0f} % of the variance)", 100 * embedding.explained[i])
                                          : std::string();
  };
  Contours contours{
      "Hidden features",
      fmt::format("Principal components of the layer {}, defined by the background. Lines hold 30, 60 and "
                  "90 % of a sample; more samples are in the legend.",
                  embedding.tensor),
      "first component" + percent(0),
      "second component" + percent(1),
      {},
      {},
      {},
      {0.3, 0.6, 0.9}};
  const std::vector<double> x = edges_over(embedding.samples.front().x), y = edges_over(embedding.samples.front().y);
  for (std::size_t i = 0; i < cells; ++i) {
    contours.x.push_back((x[i] + x[i + 1]) / 2);
    contours.y.push_back((y[i] + y[i + 1]) / 2);
  }
  for (const Embedding::Sample& sample : embedding.samples) {
    Grid grid(cells, std::vector<double>(cells, 0));
    for (std::size_t i = 0; i < sample.x.size(); ++i) {
      const bool inside =
          sample.x[i] >= x.front() && sample.x[i] <= x.back() && sample.y[i] >= y.front() && sample.y[i] <= y.back();
      if (inside) grid[cell(sample.y[i], y)][cell(sample.x[i], x)] += 1;
    }
    contours.layers.push_back({sample.name, held_share(smoothed(grid))});
  }
  return contours;
}

Choice rebuilt(const Bundle& bundle) {
  Choice choice{"Reconstruction", "What goes in, and what the network rebuilds.", "feature", {}};
  for (const bundle::Reconstruction& one : bundle.plots.reconstruction) {
    Curves curves{"", "", one.feature, "events", true, true, {}, false, {}};
    std::vector<double> x;
    for (std::size_t i = 0; i + 1 < one.edges.size(); ++i) x.push_back((one.edges[i] + one.edges[i + 1]) / 2);
    curves.series.push_back({"input", x, {one.input.begin(), one.input.end()}});
    curves.series.push_back({"rebuilt", x, {one.rebuilt.begin(), one.rebuilt.end()}});
    choice.plots.emplace_back(one.feature + ", " + one.sample, std::move(curves));
  }
  return choice;
}

Table quality(const Bundle& bundle) {
  Table table{
      "Reconstruction by feature", "Of rebuilt - input.", {"feature", "sample", "bias", "rms", "correlation"}, {}, 1};
  for (const bundle::Reconstruction& one : bundle.plots.reconstruction)
    table.rows.push_back({one.feature, one.sample, text_of(one.bias), text_of(one.rms), text_of(one.correlation)});
  return table;
}

}  // namespace

Section network_chapter(const Bundle& bundle) {
  Section section{"Inside the network", "How samples lie among the hidden features, and what the network rebuilds."};
  const auto& embedding = bundle.plots.embedding;
  if (!embedding || embedding->samples.empty() || embedding->samples.front().x.empty()) {
    section.absent.push_back(
        "principal components of hidden features: not recorded, and not in lite.h5 of the package");
  } else {
    section.figures.emplace_back(contours_of(*embedding));
  }
  if (bundle.plots.reconstruction.empty()) {
    section.absent.push_back("reconstruction by feature: not recorded, or the network rebuilds nothing");
  } else {
    section.tables.push_back(quality(bundle));
    section.figures.emplace_back(rebuilt(bundle));
  }
  return section;
}

}  // namespace trigloop::report::bundles
