#include "report/bundle/numbers.hpp"

#include <gtest/gtest.h>

#include "test/report/bundle/small_bundle.hpp"

namespace trigloop::report::bundles {
namespace {

TEST(Numbers, GiveThePercentagesOfAFileTheIntervalOfTheirCounts) {
  const bundle::Bundle b = small_bundle();
  EXPECT_EQ(events_of(b, "haa4b-ma15"), 400u);
  EXPECT_EQ(events_of(b, "unheard of"), 0u);
  // 100 of 400; bounds by sums of the binomial law.
  const bundle::Measured measured = with_interval({25}, 400);
  EXPECT_NEAR(measured.low, 22.77837, 1e-4);
  EXPECT_NEAR(measured.high, 27.35364, 1e-4);
  EXPECT_FALSE(with_interval({25}, 0).has_error());
  EXPECT_EQ(with_interval({25, 24, 26}, 400).low, 24);
}

TEST(Numbers, TellTheBackgroundAboveAThresholdAsCountedElseAsExpected) {
  bundle::Bundle b = small_bundle();
  EXPECT_EQ(events_above(b, b.thresholds[0]), 7);
  EXPECT_NEAR(events_above(b, b.thresholds[1]), 1e7 / 28608, 1e-9);
  b.crossings_khz = bundle::unknown;
  EXPECT_FALSE(bundle::is_known(events_above(b, b.thresholds[1])));
}

TEST(Numbers, ShowTwoDigitsOfTheirErrors) {
  EXPECT_EQ(text_of({53.2549, 53.1, 53.41}), "53.25 ± 0.16");
  EXPECT_EQ(text_of({0.00444, 0.0023, 0.0079}), "0.0044 +0.0035 -0.0021");
  EXPECT_EQ(text_of({0, 0, 0.00123}), "0 +0.0012");
  EXPECT_EQ(text_of(bundle::Measured{12.3456}), "12.35");
  EXPECT_EQ(text_of(bundle::Measured{}), "–");
  EXPECT_EQ(rate_text(0.05), "50 Hz");
  EXPECT_EQ(rate_text(105), "105 kHz");
}

}  // namespace
}  // namespace trigloop::report::bundles
