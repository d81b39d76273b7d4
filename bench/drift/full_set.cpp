// All detectors together on simulated histograms and counts, and how fast they are.
#include <chrono>
#include <ctime>

#include "bench/drift/measure.hpp"
#include "bench/drift/streams.hpp"
#include "watch/monitor.hpp"

namespace trigloop::bench {
namespace {

using watch::HistogramReference;
using watch::Reference;
using watch::Sample;

/// Two rates, scores, and pt, eta, phi and number of two kinds of objects.
struct Detector {
  Reference blank;  ///< bins, but no models yet
  std::vector<std::vector<double>> shares;
  std::vector<double> entries;  ///< of a lumisection

  Detector() {
    blank.rates = {{{true, 50}, 0, {}}, {{false, 1000}, 0, {}}};
    blank.id = "simulated";
    for (const char* object : {"Jet", "EG"}) {
      add(object, "pt", falling(20, 400, 30), 4000);
      add(object, "eta", flat(-114, 114), 4000);
      add(object, "phi", flat(0, 144), 4000);
      add(object, "count", falling(0, 12, 3), 1500);
    }
    add("score", "score", falling(0, 20000, 300), 1e6);
  }

  static scout::Counts falling(std::int64_t low, std::int64_t high, double scale) {
    scout::Counts counts;
    for (std::int64_t v = low; v < high; ++v) {
      const double n = 1e8 / scale * std::exp(-static_cast<double>(v - low) / scale);
      if (n >= 1) counts.emplace_back(v, static_cast<std::uint64_t>(n));
    }
    return counts;
  }
  static scout::Counts flat(std::int64_t low, std::int64_t high) {
    scout::Counts counts;
    for (std::int64_t v = low; v < high; ++v) counts.emplace_back(v, 1'000'000);
    return counts;
  }

  void add(const char* object, const char* quantity, scout::Counts fine, double n) {
    HistogramReference histogram{object, quantity, {}, std::move(fine), {}};
    histogram.edges = watch::edges_for({object, quantity, histogram.fine}, 1000);
    std::vector<double> bins = watch::binned(histogram.fine, histogram.edges);
    double total = 0;
    for (const double bin : bins) total += bin;
    for (double& bin : bins) bin /= total;
    blank.histograms.push_back(std::move(histogram));
    shares.push_back(std::move(bins));
    entries.push_back(n);
  }

  /// `scale`: of jet pt; `rate`: of both rates.
  Sample draw(Random& random, std::uint32_t lumisection, double scale, double rate) const {
    Sample sample;
    sample.key = {1, lumisection};
    sample.counts = {{random.poisson(1165.5 * rate), 1, 0, 0}, {random.poisson(23310 * rate), 1, 0, 0}};
    for (std::size_t h = 0; h < shares.size(); ++h) {
      const bool scaled = h == 0 && scale != 1;
      const std::vector<double> now =
          scaled ? watch::stretched(blank.histograms[h].fine, blank.histograms[h].edges, scale) : shares[h];
      std::vector<double> bins;
      double left = random.poisson(entries[h]), rest = 1;
      for (const double share : now) {
        bins.push_back(random.binomial(left, std::min(1.0, share / std::max(rest, 1e-12))));
        left -= bins.back();
        rest -= share;
      }
      sample.bins.push_back(std::move(bins));
    }
    return sample;
  }

  Reference reference(Random& random, std::size_t lumisections) const {
    std::vector<Sample> samples;
    for (std::size_t i = 0; i < lumisections; ++i) samples.push_back(draw(random, 0, 1, 1));
    Reference fitted = blank;
    watch::fit_reference(fitted, samples, 1);
    return fitted;
  }
};

/// Lumisections until the alarm, of which `calm` are without a change; negative, if it came in these.
double until_alarm(const Detector& detector, double level, std::uint32_t calm, double scale, double rate,
                   std::uint32_t most, std::uint64_t seed) {
  Random random(seed);
  watch::Monitor monitor(detector.reference(random, 200), {level});
  for (std::uint32_t t = 0; t < calm; ++t) {
    if (monitor.step(detector.draw(random, t, 1, 1)) != nullptr) return -1;
  }
  for (std::uint32_t t = 0; t < most; ++t) {
    if (monitor.step(detector.draw(random, calm + t, scale, rate)) != nullptr) return t + 1;
  }
  return most;
}

}  // namespace

void measure_full_set(double size) {
  const auto streams = static_cast<std::size_t>(1000 * size);
  const Detector detector;
  constexpr double level = 100, usual = 10'000;
  // Run lengths are cut at ten times the promise, which makes their mean smaller, never larger.
  print("full set, reference of 200", "trigloop", level, 1, mean_of(streams, [&](std::uint64_t seed) {
          return until_alarm(detector, level, 0, 1, 1, 10 * static_cast<std::uint32_t>(level), seed);
        }));
  for (const double change : {1.02, 1.05}) {
    print("full set, rates change", "trigloop", usual, change, mean_of(streams / 5, [&](std::uint64_t seed) {
            return until_alarm(detector, usual, 50, 1, change, 2000, seed);
          }));
  }
  for (const double change : {1.01, 1.03}) {
    print("full set, jet pt changes", "trigloop", usual, change, mean_of(streams / 5, [&](std::uint64_t seed) {
            return until_alarm(detector, usual, 50, change, 1, 2000, seed);
          }));
  }
}

void measure_speed(std::size_t lumisections) {
  const Detector detector;
  Random random(1);
  watch::Monitor monitor(detector.reference(random, 500), {1e9});
  std::vector<Sample> samples;
  for (std::uint32_t t = 0; t < 1000; ++t) samples.push_back(detector.draw(random, t, 1, 1));
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu_start = std::clock();
  for (std::size_t t = 0; t < lumisections; ++t) monitor.step(samples[t % samples.size()]);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  const double cpu = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;
  std::printf(
      "{\"what\": \"speed\", \"rule\": \"trigloop\", \"lumisections\": %zu, \"seconds\": %.3f, \"cpu_seconds\": "
      "%.3f}\n",
      lumisections, seconds.count(), cpu);
  std::fflush(stdout);
}

}  // namespace trigloop::bench
