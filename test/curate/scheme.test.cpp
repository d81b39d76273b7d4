#include "curate/scheme.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"

namespace trigloop::curate {
namespace {

using testing::HasSubstr;

Census census_of(std::uint64_t seed) {
  core::Philox random(seed, 0);
  std::vector<std::int16_t> values;
  for (int i = 0; i < 3000; ++i) {
    values.push_back(static_cast<std::int16_t>(random() % 1000));
    values.push_back(static_cast<std::int16_t>(static_cast<int>(random() % 231) - 115));
    values.push_back(7);                     // constant: its spread is 0
    values.insert(values.end(), {0, 0, 0});  // never there
  }
  Census census(2);
  census.add(values, true);
  return census;
}

std::string refusal(const std::string& text) {
  try {
    parse_scheme(text, true, false);
  } catch (const core::Error& e) {
    return e.what();
  }
  return "";
}

TEST(Scheme, NamesAndNumbersAreChecked) {
  EXPECT_THAT(refusal("RobustScale(5,95,-2,2)"), HasSubstr("did you mean 'RobustScaler'?"));
  EXPECT_THAT(refusal("RobustScaler(5,95,-2)"), HasSubstr("3 numbers, not 4"));
  EXPECT_THAT(refusal("RobustScaler(95,5,-2,2)"), HasSubstr("percentiles"));
  EXPECT_THAT(refusal("RobustScaler(5,95,2,2)"), HasSubstr("target is empty"));
  EXPECT_THAT(refusal("RobustScaler(5,x,-2,2)"), HasSubstr("'x' is no number"));
  EXPECT_THAT(refusal("RobustScaler(5,nan,-2,2)"), HasSubstr("is no number"));
  EXPECT_THAT(refusal("RobustScaler(5,95,-2,2"), HasSubstr("bracket"));
  EXPECT_THAT(refusal("Standard(1)"), HasSubstr("1 numbers, not 0"));
  EXPECT_THAT(refusal(""), HasSubstr("is no scheme"));
  EXPECT_EQ(refusal(" MinMax_pow2( -1, 1 ) "), "");
}

TEST(Scheme, ThePercentilesBecomeTheTarget) {
  const Census census = census_of(1);
  const Scaling s = scaling_of(parse_scheme("RobustScaler(5,95,-2,2)", true, false), census);
  for (std::size_t f = 0; f < 2; ++f) {
    EXPECT_NEAR((census.percentile(f, 5) - s.bias[f]) / s.scale[f], -2, 1e-12);
    EXPECT_NEAR((census.percentile(f, 95) - s.bias[f]) / s.scale[f], 2, 1e-12);
  }
}

TEST(Scheme, MinMaxAndStandardAreWhatTheySay) {
  const Census census = census_of(2);
  const Scaling minmax = scaling_of(parse_scheme("MinMax(-1,1)", true, false), census);
  EXPECT_NEAR((census.percentile(0, 0) - minmax.bias[0]) / minmax.scale[0], -1, 1e-12);
  EXPECT_NEAR((census.percentile(0, 100) - minmax.bias[0]) / minmax.scale[0], 1, 1e-12);
  const Scaling standard = scaling_of(parse_scheme("Standard", true, false), census);
  EXPECT_EQ(standard.bias[0], census.mean(0));
  EXPECT_EQ(standard.scale[0], census.deviation(0));
}

TEST(Scheme, PowersOfTwoReallyAre) {
  for (const char* name : {"RobustScaler_pow2(5,95,-2,2)", "MinMax_pow2(-1,1)", "Standard_pow2"}) {
    const std::string exact(name);
    const Scheme scheme = parse_scheme(name, true, false);
    Scheme plain = scheme;
    plain.pow2 = false;
    const Scaling s = scaling_of(scheme, census_of(3)), before = scaling_of(plain, census_of(3));
    for (std::size_t f = 0; f < 6; ++f) {
      EXPECT_EQ(std::log2(s.scale[f]), std::round(std::log2(s.scale[f])));
      EXPECT_GE(s.scale[f], before.scale[f]);
      EXPECT_LT(s.scale[f], 2 * before.scale[f]);
      EXPECT_EQ(s.bias[f], std::nearbyint(before.bias[f]));
    }
    EXPECT_TRUE(s.exact_in_float32());
    EXPECT_FALSE(before.exact_in_float32());
  }
}

TEST(Scheme, ScalesAtAPowerOfTwoStay) {
  Census census(1);
  const std::vector<std::int16_t> values = {1, 1, 1, 17, 9, 1};
  census.add(values, true);
  const Scaling s = scaling_of(parse_scheme("MinMax_pow2(0,2)", true, false), census);
  EXPECT_EQ(s.scale[0], 8);
  EXPECT_EQ(s.scale[1], 4);
}

TEST(Scheme, ScalingIsInvertible) {
  const Scaling s = scaling_of(parse_scheme("RobustScaler_pow2(5,95,-2,2)", true, false), census_of(4));
  for (int x = -32768; x <= 32767; ++x) {
    const auto scaled = static_cast<float>((x - s.bias[0]) / s.scale[0]);
    ASSERT_EQ(static_cast<double>(scaled) * s.scale[0] + s.bias[0], x);
  }
}

TEST(Scheme, NoSpreadMeansScaleOneAndNoObjectMeansBiasZero) {
  const Scaling s = scaling_of(parse_scheme("RobustScaler(5,95,-2,2)", true, false), census_of(5));
  EXPECT_EQ(s.scale[2], 1);
  EXPECT_EQ(s.bias[2], 7);
  EXPECT_EQ(s.absent, std::vector<std::size_t>{1});
  for (std::size_t f = 3; f < 6; ++f) {
    EXPECT_EQ(s.scale[f], 1);
    EXPECT_EQ(s.bias[f], 0);
  }
}

TEST(Scheme, ObjectsMayShareTheScalesOfOne) {
  Scaling s;
  s.scale = {64, 1, 32, 16, 8, 4, 2, 8, 4}, s.bias = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  s.share(std::vector<std::size_t>{0, 1, 1});
  EXPECT_EQ(s.scale, (std::vector<double>{64, 1, 32, 16, 8, 4, 16, 8, 4}));
  EXPECT_EQ(s.bias, (std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Scheme, CompatibleMeansThePackagesFault) {
  const Scheme scheme = parse_scheme("RobustScaler_pow2(5,95,-2,2)", true, true);
  EXPECT_FALSE(scheme.pow2);
  EXPECT_EQ(parse_scheme("MinMax(1,99,-1,1)", true, true).kind, Scheme::Kind::robust);
}

}  // namespace
}  // namespace trigloop::curate
