#include "evaluate/hidden.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "evaluate/histogram.hpp"
#include "test/score/axol1tl_like.hpp"
#include "test/support/support.hpp"

namespace trigloop::evaluate {
namespace {

TEST(PrincipalComponents, are_those_of_a_rotated_gaussian) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  const double angle = 0.5, c = std::cos(angle), s = std::sin(angle);
  std::vector<double> rows;
  for (int i = 0; i < 20000; ++i) {
    const double a = 3 * normal(random), b = normal(random), n = 0.1 * normal(random);
    rows.insert(rows.end(), {1 + c * a - s * b, 2 + s * a + c * b, -3 + n});
  }
  const Components found = principal_components(rows, 3);
  EXPECT_NEAR(found.mean[1], 2, 0.05);
  EXPECT_NEAR(found.directions[0][0], c, 0.01);
  EXPECT_NEAR(found.directions[0][1], s, 0.01);
  EXPECT_NEAR(std::abs(found.directions[2][2]), 1, 0.01);
  EXPECT_NEAR(found.explained[0], 9 / 10.01, 0.01);
  EXPECT_NEAR(found.explained[0] + found.explained[1] + found.explained[2], 1, 1e-12);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      double product = 0;
      for (std::size_t k = 0; k < 3; ++k) product += found.directions[i][k] * found.directions[j][k];
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-12);
    }
  }
}

TEST(PrincipalComponents, of_what_does_not_vary_explain_nothing) {
  const std::vector<double> rows(30, 4.0);
  const Components found = principal_components(rows, 3);
  EXPECT_EQ(found.explained, (std::vector<double>{0, 0, 0}));
  EXPECT_TRUE(principal_components({}, 3).directions.empty());
}

TEST(Hidden, is_what_an_autoencoder_compares) {
  const score::Scorer scorer(test::Axol1tlLike().make());
  const auto nodes = find_hidden(scorer.graph());
  ASSERT_TRUE(nodes);
  ASSERT_TRUE(nodes->rebuilt);
  EXPECT_EQ(scorer.graph()[nodes->vector].output.features(), 10u);
  std::vector<std::int16_t> events(20 * 57);
  for (std::size_t i = 0; i < events.size(); ++i) events[i] = static_cast<std::int16_t>(i * 7 % 301);
  const Hidden hidden = read_hidden(scorer, events);
  ASSERT_EQ(hidden.events(), 20u);
  auto state = scorer.make_state();
  std::vector<double> scores(20);
  scorer.run(events, scores, state);
  for (std::size_t e = 0; e < 20; ++e) {
    EXPECT_EQ(hidden.scores[e], scores[e]);
    double sum = 0;
    for (std::size_t f = 0; f < 10; ++f) sum += std::pow(hidden.rebuilt[e * 10 + f] - hidden.values[e * 10 + f], 2);
    EXPECT_NEAR(std::min(sum, 8192 - 1 / 16.0), scores[e], 1 / 32.0);
  }
}

TEST(Hidden, is_compared_feature_by_feature) {
  Hidden hidden;
  hidden.features = 2;
  hidden.values = {0, 1, 1, 1, 2, 1, 3, 1};
  hidden.rebuilt = {1, 2, 2, 2, 3, 2, 4, 2};
  hidden.scores = {2, 2, 2, 2};
  const auto all = compare_rebuilt("S", hidden);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NEAR(all[0].bias, 1, 1e-12);
  EXPECT_NEAR(all[0].rms, 1, 1e-12);
  EXPECT_NEAR(all[0].correlation, 1, 1e-12);
  EXPECT_TRUE(std::isnan(all[1].correlation));
  std::uint64_t input = 0;
  for (const std::uint64_t n : all[0].input) input += n;
  EXPECT_EQ(input, 4u);
}

TEST(EvenHistogram, is_what_numpy_makes) {
  TRIGLOOP_NEEDS_PEERS();
  std::mt19937 random(2);
  std::exponential_distribution<double> exponential(1 / 3000.0);
  std::vector<std::int32_t> codes;
  std::string text;
  for (int i = 0; i < 20000; ++i) {
    codes.push_back(static_cast<std::int32_t>(std::min(131071.0, exponential(random))));
    text += std::to_string(codes.back()) + "\n";
  }
  score::Spectrum spectrum(4, 0, 131071);
  spectrum.count(codes);
  const EvenHistogram made = even_histogram(score::Cumulative(spectrum), 4);
  const test::TempDir dir;
  test::write_file(dir / "codes.txt", text);
  const auto peer = test::run_command({test::peer_python(), "-c",
                                       "import numpy,sys\ns=(numpy.loadtxt(sys.argv[1])/16).astype('f4')\n"
                                       "c,e=numpy.histogram(s,bins=200)\nprint(*c,*(float(x).hex() for x in e))",
                                       dir / "codes.txt"});
  std::istringstream told(peer.out);
  std::uint64_t count = 0, different = 0;
  for (const std::uint64_t mine : made.counts) {
    ASSERT_TRUE(told >> count);
    different += mine != count;
  }
  std::string edge;
  for (const float mine : made.edges) {
    ASSERT_TRUE(told >> edge);
    // NumPy 2 computes edges in float32, NumPy 1 in float64.
    EXPECT_NEAR(mine, std::strtod(edge.c_str(), nullptr), 1e-6 * made.edges.back());
  }
  EXPECT_LE(different, 2u);
}

}  // namespace
}  // namespace trigloop::evaluate
