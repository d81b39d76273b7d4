#include "tune/search/distribution.hpp"

#include <cmath>

#include "core/error.hpp"
#include "test/support/support.hpp"
#include "tune/search/draw.hpp"

namespace trigloop::tune {
namespace {

using config::Value;

Distribution categories() {
  return CategoricalDistribution{
      {Value{}, Value::of(true), Value::of(std::int64_t{3}), Value::of(0.5), Value::of(std::string("m\xC3\xBC\"\n"))}};
}

TEST(Distribution, WritesTheJsonOfOptuna) {
  EXPECT_EQ(to_json(FloatDistribution{1e-5, 1, {}, true}),
            R"({"name": "FloatDistribution", "attributes": {"step": null, "low": 1e-05, "high": 1.0, "log": true}})");
  EXPECT_EQ(to_json(IntDistribution{24, 31, 1, false}),
            R"({"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 24, "high": 31}})");
  EXPECT_EQ(to_json(CategoricalDistribution{{Value{}, Value::of(std::string("a"))}}),
            R"({"name": "CategoricalDistribution", "attributes": {"choices": [null, "a"]}})");
}

TEST(Distribution, ReadsWhatItWrites) {
  for (const Distribution& d :
       {checked(FloatDistribution{-1, 2.5, 0.5, false}), checked(IntDistribution{1, 9, 1, true}), categories()})
    EXPECT_EQ(distribution_from_json(to_json(d)), d) << to_json(d);
}

TEST(Distribution, WritesWhatOptunaReadsAndWritesAgain) {
  TRIGLOOP_NEEDS_PEERS();
  const std::string script =
      "import sys\nfrom optuna.distributions import *\n"
      "for t in sys.argv[1:]: print(distribution_to_json(json_to_distribution(t)))";
  std::vector<std::string> words = {test::peer_python(), "-W", "ignore", "-c", script};
  std::string expected;
  for (const Distribution& d :
       {checked(FloatDistribution{0.1, 1.05, 0.1, false}), checked(FloatDistribution{1e-300, 1e22, {}, true}),
        checked(IntDistribution{-7, 20, 4, false}), categories()}) {
    words.push_back(to_json(d));
    expected += to_json(d) + "\n";
  }
  const auto result = test::run_command(words);
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, expected);
}

TEST(Distribution, ReadsOlderNames) {
  EXPECT_EQ(distribution_from_json(R"({"name": "LogUniformDistribution", "attributes": {"low": 1.0, "high": 2.0}})"),
            Distribution(FloatDistribution{1, 2, {}, true}));
  EXPECT_EQ(distribution_from_json(
                R"({"name": "DiscreteUniformDistribution", "attributes": {"low": 0.0, "high": 1.0, "q": 0.25}})"),
            Distribution(FloatDistribution{0, 1, 0.25, false}));
  EXPECT_EQ(distribution_from_json(R"({"type": "int", "low": 1, "high": 4})"), Distribution(IntDistribution{1, 4, 1}));
}

TEST(Distribution, RefusesWhatIsNoDistribution) {
  for (const char* bad :
       {"", "{", "[]", "7", R"({"name": "FloatDistribution"})", R"({"name": "Normal", "attributes": {}})",
        R"({"name": "FloatDistribution", "attributes": {"low": 2, "high": 1, "log": false}})",
        R"({"name": "CategoricalDistribution", "attributes": {"choices": []}})",
        R"({"name": "CategoricalDistribution", "attributes": {"choices": [[1]]}})"})
    EXPECT_THROW(distribution_from_json(bad), core::Error) << bad;
  EXPECT_THROW(checked(FloatDistribution{0, 1, {}, true}), core::Error);
  EXPECT_THROW(checked(FloatDistribution{std::nan(""), 1, {}, false}), core::Error);
  EXPECT_THROW(checked(IntDistribution{0, std::int64_t{1} << 60, 1, false}), core::Error);
}

TEST(Distribution, MovesItsHighEndToTheLastStep) {
  EXPECT_EQ(std::get<FloatDistribution>(checked(FloatDistribution{0, 1, 0.3, false})).high, 0.9);
  EXPECT_EQ(std::get<IntDistribution>(checked(IntDistribution{1, 10, 4, false})).high, 9);
}

TEST(Distribution, GivesEveryStepTheSameShareOfTheLine) {
  const Interval line = interval(Distribution(IntDistribution{1, 4, 1, false}));
  for (int k = 0; k < 4; ++k) EXPECT_EQ(from_unit(line, (k + 0.5) / 4), k + 1);
  EXPECT_EQ(from_unit(line, 1e-9), 1);
  EXPECT_EQ(from_unit(line, 1 - 1e-9), 4);
  const Interval rate = interval(Distribution(FloatDistribution{1e-4, 1e-2, {}, true}));
  EXPECT_NEAR(from_unit(rate, 0.5), 1e-3, 1e-15);
  EXPECT_NEAR(to_unit(rate, 1e-3), 0.5, 1e-12);
}

TEST(Distribution, TranslatesValuesBothWays) {
  const Distribution d = categories();
  for (double i = 0; i < 5; ++i) EXPECT_EQ(internal_value(d, external_value(d, i)), i);
  EXPECT_THROW(internal_value(d, Value::of(std::string("b"))), core::Error);
  EXPECT_THROW(internal_value(IntDistribution{1, 9, 2, false}, Value::of(std::int64_t{4})), core::Error);
}

}  // namespace
}  // namespace trigloop::tune
