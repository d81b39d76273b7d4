// The rate detector: how long it is silent without a change, and how soon it speaks after one, beside other rules.
#include <algorithm>

#include "bench/drift/measure.hpp"
#include "bench/drift/rules.hpp"
#include "bench/drift/streams.hpp"
#include "watch/drift/rate_test.hpp"

namespace trigloop::bench {
namespace {

using watch::drift::Count;
using watch::drift::RateTest;

struct Setting {
  const char* name;
  RateTruth truth;
  std::size_t reference = 200;
  std::size_t terms = 1;  ///< 1: pile-up is not modelled
};

constexpr std::uint64_t longest = 10'000'000;

RateTest detector(const Setting& setting, RateStream& stream) {
  std::vector<Count> counts;
  for (std::size_t i = 0; i < setting.reference; ++i) counts.push_back(stream.next());
  return RateTest(watch::drift::fit_rate(counts, setting.terms));
}

double run_length(const Setting& setting, double level, std::uint64_t seed) {
  RateStream stream(setting.truth, seed);
  RateTest test = detector(setting, stream);
  for (std::uint64_t t = 0; t < longest; ++t) {
    test.step(stream.next(), t);
    if (test.value() >= level) return static_cast<double>(t + 1);
  }
  return static_cast<double>(longest);
}

/// After 50 calm lumisections; streams with an alarm before that do not count.
template <class Step>
double delay(RateStream& stream, double ratio, std::uint64_t most, const Step& step) {
  constexpr int calm = 50;
  for (int t = 0; t < calm; ++t) {
    if (step(stream.next())) return -1;
  }
  for (std::uint64_t t = 0; t < most; ++t) {
    if (step(stream.next(ratio))) return static_cast<double>(t + 1);
  }
  return static_cast<double>(most);
}

double delay_of_ours(const Setting& setting, double level, double ratio, std::uint64_t most, std::uint64_t seed) {
  RateStream stream(setting.truth, seed);
  RateTest test = detector(setting, stream);
  std::uint64_t t = 0;
  return delay(stream, ratio, most, [&](const Count& seen) {
    test.step(seen, t++);
    return test.value() >= level;
  });
}

template <class Rule>
double delay_of_rule(Rule rule, double ratio, std::uint64_t most, std::uint64_t seed) {
  RateStream stream({}, seed);
  return delay(stream, ratio, most, [&](const Count& seen) { return rule.step(seen.count); });
}

/// The limit with which a rule is silent for `aim` lumisections on average: by bisection on the same streams.
template <class Rule>
Rule tuned(Rule rule, double low, double high, double aim, std::size_t streams) {
  for (int i = 0; i < 9; ++i) {
    rule.limit = 0.5 * (low + high);
    const Mean mean = mean_of(streams, [&](std::uint64_t seed) {
      Rule one = rule;
      RateStream stream({}, seed);
      const auto most = static_cast<std::uint64_t>(20 * aim);
      std::uint64_t t = 1;
      while (t < most && !one.step(stream.next().count)) ++t;
      return static_cast<double>(t);
    });
    (mean.value < aim ? low : high) = rule.limit;
  }
  rule.limit = 0.5 * (low + high);
  return rule;
}

}  // namespace

void measure_run_lengths(double size) {
  const auto alarms = static_cast<std::size_t>(10'000 * size);
  constexpr double level = 500;
  const Setting settings[] = {
      {"Poisson counts, reference of 200", {}},
      {"2 % overdispersion, reference of 200", {1165.5, 0.02, 0, 0}},
      {"pile-up slope of 5 %, modelled, reference of 200", {1165.5, 0, 0.05, 0.9}, 200, 2},
      {"5 counts a lumisection, reference of 200", {5, 0, 0, 0}},
      {"pile-up slope of 5 %, NOT modelled, reference of 200", {1165.5, 0, 0.05, 0.9}, 200, 1},
  };
  for (const Setting& setting : settings) {
    print(setting.name, "trigloop", level, 1,
          mean_of(alarms, [&](std::uint64_t seed) { return run_length(setting, level, seed); }));
  }
}

void measure_delays(double size) {
  const auto streams = static_cast<std::size_t>(100'000 * size);
  const auto fewer = std::max<std::size_t>(streams / 50, 20);
  constexpr double level = 10'000, mean = 1165.5;
  const double spread = std::sqrt(mean);
  const std::size_t tuning = static_cast<std::size_t>(std::max(50.0, 400 * size));
  const SigmaRule sigma{3.89, mean, spread};
  const CusumRule cusum{7.65, mean, 1.02};
  const auto page_hinkley = tuned(PageHinkleyRule{20, 0.3, mean, spread}, 4, 60, level, tuning);
  for (const double ratio : {1.01, 1.02, 1.05, 1.1, 1.2, 0.98, 0.95}) {
    const std::uint64_t most = 20'000;
    const bool slow = std::abs(ratio - 1) < 0.015;
    const std::size_t n = slow ? fewer : streams;
    const Setting poisson{"delay, Poisson counts, reference of 200", {}};
    const Setting spread_out{"delay, 2 % overdispersion, reference of 200", {1165.5, 0.02, 0, 0}};
    print(poisson.name, "trigloop", level, ratio,
          mean_of(n, [&](std::uint64_t s) { return delay_of_ours(poisson, level, ratio, most, s); }));
    print(spread_out.name, "trigloop", level, ratio,
          mean_of(fewer, [&](std::uint64_t s) { return delay_of_ours(spread_out, level, ratio, most, s); }));
    const char* known = "delay, Poisson counts, true mean known";
    print(known, "3.89 sigma a lumisection", level, ratio,
          mean_of(fewer, [&](std::uint64_t s) { return delay_of_rule(sigma, ratio, most, s); }));
    print(known, "CUSUM 1.02", level, ratio,
          mean_of(fewer, [&](std::uint64_t s) { return delay_of_rule(cusum, ratio, most, s); }));
    print(known, "Page-Hinkley", level, ratio,
          mean_of(fewer, [&](std::uint64_t s) { return delay_of_rule(page_hinkley, ratio, most, s); }));
  }
}

}  // namespace trigloop::bench
