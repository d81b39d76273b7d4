#include "scout/record/stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/error.hpp"
#include "core/units.hpp"

namespace trigloop::scout {
namespace {

using testing::HasSubstr;

std::string error_of(const std::string& yaml) {
  try {
    parse_stream(yaml, "s.yaml");
  } catch (const core::Error& e) {
    return e.what();
  }
  return "none";
}

/// A lumisection of a random sample: `kept` of the colliding crossings 1..bunches of every orbit.
struct Sample {
  Sample(std::uint64_t orbits, unsigned bunches, double kept, unsigned seed = 1) : crossings(3565) {
    std::mt19937 random(seed);
    std::poisson_distribution<std::uint64_t> events(kept * static_cast<double>(orbits));
    for (unsigned b = 1; b <= bunches; ++b) examined.rows += crossings[b] = events(random);
    examined.lumi = {396102, 214};
    examined.orbits = orbits;
    examined.orbits_stated = true;
    examined.crossings = crossings;
  }
  Examined examined;
  std::vector<std::uint64_t> crossings;
};

std::string exposure_error(const StreamDescription& stream, const Examined& examined) {
  try {
    exposure_of(stream, examined);
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::mismatch);
    return e.what();
  }
  return "none";
}

TEST(Stream, ComesBackFromItsText) {
  for (const std::string text : {"stream: {}", "stream: {sampling: all, colliding_bunches: 2544}",
                                 "stream: {sampling: random, kept_fraction: 0.0149}",
                                 "stream: {sampling: nonempty, filling_scheme: [1-36, 40, \"50-51\"]}",
                                 "stream: {crossings: [1-36, 40], prescale: 10}"}) {
    const StreamDescription stream = parse_stream(text, "s.yaml");
    EXPECT_EQ(parse_stream(format_stream(stream), "again"), stream) << text;
  }
  const StreamDescription scheme = parse_stream("stream: {filling_scheme: [1-36, 40]}", "s.yaml");
  EXPECT_EQ(std::count(scheme.colliding.begin(), scheme.colliding.end(), true), 37);
  EXPECT_TRUE(scheme.colliding[36] && scheme.colliding[40] && !scheme.colliding[37] && !scheme.colliding[0]);
}

TEST(Stream, RefusesWhatContradictsItselfWithBothNumbers) {
  EXPECT_THAT(error_of("stream: {colliding_bunches: 30, filling_scheme: [1-36]}"),
              HasSubstr("30 colliding bunches are declared, but the filling scheme has 36"));
  EXPECT_THAT(error_of("stream: {sampling: all, kept_fraction: 0.5}"), HasSubstr("0.5 is declared"));
  EXPECT_THAT(error_of("stream: {filling_scheme: [36-1]}"), HasSubstr("'36-1' is no crossing"));
  EXPECT_THAT(error_of("stream: {filling_scheme: [4000]}"), HasSubstr("is no crossing"));
  EXPECT_THAT(error_of("stream: {crossings: [1-36], colliding_bunches: 30}"), HasSubstr("give a filling_scheme"));
  EXPECT_THAT(error_of("stream: {crossings: [1-36], filling_scheme: [40-50]}"), HasSubstr("none of them collides"));
  EXPECT_THAT(error_of("stream: {prescale: 0}"), HasSubstr("prescale"));
  EXPECT_THAT(error_of("stream: {sampling: al}"), HasSubstr("line 1"));
  EXPECT_THAT(error_of("stream: {kept: 1}"), HasSubstr("not a known key"));
}

TEST(Exposure, OfARandomSampleIsMeasured) {
  const Sample sample(2634, 2544, 0.0149);
  const score::Exposure e = exposure_of({}, sample.examined);
  EXPECT_EQ(e.rows, sample.examined.rows);
  EXPECT_EQ(e.orbits, 2634u);
  EXPECT_EQ(e.colliding_crossings, 2634u * 2544);
  EXPECT_EQ(e.offered, 2634u * 2544);
  EXPECT_NEAR(static_cast<double>(e.nanoseconds) * 1e-9, 2634 / core::orbit_rate_hz, 1e-9);
  // Both conventions agree for such a sample: 28.6 MHz times the share.
  EXPECT_NEAR(exact_hertz(100, e), 100.0 / static_cast<double>(e.rows) * 2544 * core::orbit_rate_hz, 1);
  EXPECT_NEAR(old_hertz(100, e), exact_hertz(100, e), 1e-3);
}

TEST(Exposure, HasADeclaredKeptFractionWhereItFits) {
  const Sample sample(2634, 2544, 0.0149);
  StreamDescription stream;
  stream.kept_fraction = 0.0149;
  stream.colliding_bunches = 2544;
  const score::Exposure e = exposure_of(stream, sample.examined);
  EXPECT_NEAR(static_cast<double>(e.rows) / static_cast<double>(e.offered), 0.0149, 1e-8);
  EXPECT_NEAR(exact_hertz(100, e), 100 / (2634 / core::orbit_rate_hz * 0.0149), 1e-2);
}

TEST(Exposure, ContradictionsNameBothNumbers) {
  const Sample sample(2634, 2544, 0.0149);
  StreamDescription stream;
  stream.kept_fraction = 0.02;
  EXPECT_THAT(exposure_error(stream, sample.examined),
              testing::AllOf(HasSubstr("run 396102, lumisection 214"), HasSubstr("0.020000"), HasSubstr("0.014")));
  stream = {};
  stream.colliding_bunches = 2448;
  EXPECT_THAT(exposure_error(stream, sample.examined),
              HasSubstr("2448 colliding bunches are declared, but 2544 crossings have events"));
  stream = parse_stream("stream: {filling_scheme: [1-2543]}", "s");
  EXPECT_THAT(exposure_error(stream, sample.examined), HasSubstr("events are in crossings that do not collide"));
  stream = parse_stream("stream: {sampling: nonempty, colliding_bunches: 30}", "s");
  EXPECT_THAT(exposure_error(stream, sample.examined), HasSubstr("79020 colliding crossings"));
}

TEST(Exposure, OfAllAndOfNonemptyCrossingsKeepsAll) {
  const Sample sample(1000, 2544, 1, 2);
  Examined all = sample.examined;
  all.rows = 1000 * 2544;
  StreamDescription stream = parse_stream("stream: {sampling: all, colliding_bunches: 2544}", "s");
  const score::Exposure e = exposure_of(stream, all);
  EXPECT_EQ(e.offered, all.rows);
  EXPECT_NEAR(exact_hertz(50, e), 50 / (1000 / core::orbit_rate_hz), 1e-6);
  // Half of the crossings are empty: the share of rows is twice too large, the exact rate is not.
  all.rows /= 2;
  stream = parse_stream("stream: {sampling: nonempty, colliding_bunches: 2544}", "s");
  const score::Exposure half = exposure_of(stream, all);
  EXPECT_NEAR(exact_hertz(50, half), 50 / (1000 / core::orbit_rate_hz), 1e-6);
  EXPECT_NEAR(old_hertz(50, half), 2 * exact_hertz(50, half), 1e-3);
}

/// A tenth of the rows, each for ten: rates are what they were.
TEST(Exposure, AllowsForAPrescale) {
  const Sample sample(1000, 2544, 1, 2);
  Examined part = sample.examined;
  part.rows = 1000 * 2544 / 10;
  const double rate = 50 / (1000 / core::orbit_rate_hz);
  for (const std::string text : {"all", "nonempty"}) {
    const auto stream = parse_stream("stream: {sampling: " + text + ", colliding_bunches: 2544, prescale: 10}", "s");
    EXPECT_NEAR(exact_hertz(5, exposure_of(stream, part)), rate, 1e-6) << text;
  }
  const Sample random(2634, 2544, 0.00149);
  const auto stream = parse_stream("stream: {kept_fraction: 0.0149, colliding_bunches: 2544, prescale: 10}", "s");
  EXPECT_NEAR(exact_hertz(100, exposure_of(stream, random.examined)), 100 / (2634 / core::orbit_rate_hz * 0.00149), 1);
  EXPECT_THAT(
      exposure_error(parse_stream("stream: {kept_fraction: 0.0149, colliding_bunches: 2544}", "s"), random.examined),
      HasSubstr("0.0149"));
}

TEST(Exposure, OfChosenCrossingsIsOfTheseAlone) {
  const Sample sample(2634, 100, 0.0149);
  const auto stream = parse_stream("stream: {filling_scheme: [1-2544], crossings: [1-100]}", "s");
  const score::Exposure e = exposure_of(stream, sample.examined);
  EXPECT_EQ(e.colliding_crossings, 2634u * 100);
  EXPECT_NEAR(static_cast<double>(e.rows) / static_cast<double>(e.offered), 0.0149, 0.001);
}

TEST(Exposure, IsNotKnownWhereTheRowsCannotTell) {
  const Sample few(10, 2544, 0.0149);
  const score::Exposure e = exposure_of({}, few.examined);
  EXPECT_EQ(e.orbits, 10u);
  EXPECT_EQ(e.colliding_crossings, 0u) << "382 rows in 2544 crossings";
  EXPECT_TRUE(std::isnan(exact_hertz(1, e)));
  Sample sparse(100'000, 2544, 0.001);  // 2.5 rows an orbit: 8 % of the orbits have none
  EXPECT_EQ(exposure_of({}, sparse.examined).orbits, 100'000u);
  sparse.examined.orbits_stated = false;
  EXPECT_TRUE(exposure_of({}, sparse.examined).rows_only());
}

}  // namespace
}  // namespace trigloop::scout
