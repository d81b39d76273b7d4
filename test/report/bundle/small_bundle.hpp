#pragma once
// A bundle with all that reports draw, made of a few numbers.
#include <cmath>
#include <string>

#include "bundle/bundle.hpp"

namespace trigloop::report::bundles {

inline bundle::Histogram ramp(std::string name, double events) {
  bundle::Histogram histogram{std::move(name), {}, {}};
  double left = events;
  for (int i = 0; i <= 20; ++i) histogram.edges.push_back(10 * i);
  for (int i = 0; i < 20; ++i) {
    const double n = i == 19 ? left : std::floor(left / 2);
    histogram.counts.push_back(n);
    left -= n;
  }
  return histogram;
}

inline bundle::EfficiencyTable efficiencies(double rate_khz, double percent) {
  bundle::EfficiencyTable table;
  table.rate_khz = rate_khz;
  table.signals = {"haa4b-ma15", "SingleNeutrino_E-10-gun"};
  for (auto& column : table.values) column = {{percent}, {0}};
  return table;
}

inline void add_plots(bundle::Plots& plots) {
  for (const char* sample : {"background", "haa4b-ma15"})
    plots.planes.push_back({sample, "pile-up", "", {0, 10, 20}, {0, 1, 2, 3}, {5, 1, 0, 3, 2, 1}});
  plots.pileup.push_back(
      {"background", {{0, 10, 100, {{1, 0.5, 2}, {10, 8, 13}}}, {10, 20, 100, {{2, 1, 3}, {20, 17, 24}}}}});
  bundle::Embedding embedding;
  embedding.tensor = "q_dense_1";
  embedding.explained = {0.5, 0.25};
  for (const char* name : {"background", "haa4b-ma15"}) {
    bundle::Embedding::Sample sample{name, {}, {}, {}};
    for (int i = 0; i < 500; ++i) {
      sample.x.push_back(static_cast<float>(std::sin(i * 1.7) + (embedding.samples.empty() ? 0 : 1)));
      sample.y.push_back(static_cast<float>(std::cos(i * 0.9)));
      sample.score.push_back(1);
    }
    embedding.samples.push_back(std::move(sample));
  }
  plots.embedding = std::move(embedding);
  plots.reconstruction.push_back({"background", "jet 1 pt", {0, 1, 2}, {7, 2}, {6, 3}, 0.1, 0.5, 0.9});
}

inline bundle::Bundle small_bundle() {
  bundle::Bundle b;
  b.path = "small.h5";
  b.format = "lite.h5";
  b.name = "small";
  b.config = R"({"seed": 3})";
  b.lineage = {{"data", "0123abcd"}};
  b.crossings_khz = 28608;
  b.thresholds = {{1, 100, 50, bundle::FirmwareThreshold{1600, 20, 7, true, {}}, {}}, {10, 60, 30, {}, {}}};
  b.raw_of_pure = {{1, 5}, {10, 27}};
  b.efficiencies = {efficiencies(1, 25), efficiencies(10, 50)};
  b.drift = "tower noise";
  b.drifted = {efficiencies(1, 20), efficiencies(10, 45)};
  b.background = ramp("background", 1e6);
  b.signals = {ramp("haa4b-ma15", 400), ramp("SingleNeutrino_E-10-gun", 300)};
  b.spectra = {ramp("background", 1e6), ramp("haa4b-ma15", 400)};
  b.history = {{"total_vae_loss", {3, 2, 1}}, {"lr_vae", {1e-3, 1e-4, 1e-5}}, {"raw-pure/haa4b-ma15", {1, 2, 3}}};
  b.layers = {{"dense", "dense", {"input"}, 8, "<10,6>", 10, 4, 20, -1, 1, 64, 32, 1234}};
  add_plots(b.plots);
  return b;
}

}  // namespace trigloop::report::bundles
