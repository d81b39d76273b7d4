#include "serve/metrics.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace trigloop::serve {
namespace {

TEST(Metrics, AreFamiliesOfSamples) {
  Metrics metrics;
  metrics.gauge("free_bytes", "Free space\nof the \\disk.").sample(1.5e12);
  metrics.counter("events_total", "Events.").sample(3, {{"stage", "a\"b\\\n"}, {"x", "y"}}).sample(4, {{"stage", "c"}});
  EXPECT_EQ(metrics.text(),
            "# HELP trigloop_free_bytes Free space\\nof the \\\\disk.\n"
            "# TYPE trigloop_free_bytes gauge\n"
            "trigloop_free_bytes 1500000000000\n"
            "# HELP trigloop_events_total Events.\n"
            "# TYPE trigloop_events_total counter\n"
            "trigloop_events_total{stage=\"a\\\"b\\\\\\n\",x=\"y\"} 3\n"
            "trigloop_events_total{stage=\"c\"} 4\n");
}

TEST(Metrics, HaveNumbersThatAreNone) {
  Metrics metrics;
  const double infinity = std::numeric_limits<double>::infinity();
  metrics.gauge("a", "A.").sample(infinity).sample(-infinity).sample(std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(metrics.text().ends_with("trigloop_a +Inf\ntrigloop_a -Inf\ntrigloop_a NaN\n"));
}

}  // namespace
}  // namespace trigloop::serve
