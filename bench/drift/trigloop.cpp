// Detectors of change on simulated streams: one JSON object a line. Usage: bench_drift [SIZE], 1 is all of it.
// bench/README.md says what is measured.
#include <algorithm>
#include <cstdlib>
#include <exception>

#include "bench/drift/measure.hpp"

int main(int argc, char** argv) {
  try {
    const double size = argc > 1 ? std::atof(argv[1]) : 1;
    if (!(size > 0 && size <= 1)) {
      std::fprintf(stderr, "usage: bench_drift [SIZE]\n");
      return 2;
    }
    trigloop::bench::measure_speed(static_cast<std::size_t>(100'000 * std::max(size, 0.05)));
    trigloop::bench::measure_delays(size);
    trigloop::bench::measure_run_lengths(size);
    trigloop::bench::measure_full_set(size);
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_drift: %s\n", e.what());
    return 1;
  }
}
