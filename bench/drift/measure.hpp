#pragma once
// Means over many simulated streams, on all cores; a stream depends on its number alone.
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "core/parallel.hpp"

namespace trigloop::bench {

struct Mean {
  double value = 0, error = 0;
  std::size_t streams = 0;
};

/// Of the non-negative results of `one(stream)`.
inline Mean mean_of(std::size_t streams, const std::function<double(std::uint64_t)>& one) {
  std::vector<double> results(streams);
  core::parallel_for(streams, 0, [&](std::size_t i, unsigned) { results[i] = one(i + 1); });
  Mean mean;
  double sum = 0, squares = 0;
  for (const double result : results) {
    if (result < 0) continue;
    ++mean.streams;
    sum += result;
    squares += result * result;
  }
  const auto n = static_cast<double>(mean.streams);
  mean.value = sum / n;
  mean.error = std::sqrt(std::max(0.0, squares / n - mean.value * mean.value) / n);
  return mean;
}

inline void print(const std::string& what, const std::string& rule, double promised, double ratio, const Mean& mean) {
  std::printf(
      "{\"what\": \"%s\", \"rule\": \"%s\", \"promised\": %g, \"ratio\": %g, \"mean\": %.6g, \"error\": %.3g, "
      "\"streams\": %zu}\n",
      what.c_str(), rule.c_str(), promised, ratio, mean.value, mean.error, mean.streams);
  std::fflush(stdout);
}

/// The benchmarks; `size` 1 is all of it, less is quicker.
void measure_run_lengths(double size);
void measure_delays(double size);
void measure_full_set(double size);
void measure_speed(std::size_t lumisections);

}  // namespace trigloop::bench
