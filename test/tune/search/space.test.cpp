#include "tune/search/space.hpp"

#include "test/support/support.hpp"
#include "tune/search/random_sampler.hpp"

namespace trigloop::tune {
namespace {

constexpr const char* example = R"(
rate:   {low: 1e-4, high: 1e-3, log: true}
layers: {type: int, low: 1, high: 3}
second: {type: int, low: 8, high: 16, when: {layers: [2, 3]}}
third:  {type: int, low: 4, high: 8, when: {layers: 3}}
loss:   {choices: [mse, 2, "2", true, null]}
)";

Space read(const std::string& text) { return read_space(core::parse_yaml(text, "study.yml"), "study.yml"); }

TEST(Space, ReadsParametersAndTheirConditions) {
  const Space space = read(example);
  ASSERT_EQ(space.dimensions().size(), 5u);
  EXPECT_EQ(*space.find("rate")->distribution, Distribution(FloatDistribution{1e-4, 1e-3, {}, true}));
  EXPECT_EQ(space.find("second")->when.front().values, (std::vector<double>{2, 3}));
  const auto& choices = std::get<CategoricalDistribution>(*space.find("loss")->distribution).choices;
  EXPECT_EQ(choices[1].kind, config::Value::Kind::integer);
  EXPECT_EQ(choices[2].kind, config::Value::Kind::text);
}

TEST(Space, TellsWhereItIsWrong) {
  for (const char* bad :
       {"x: {low: 2, high: 1}", "x: {low: 1}", "x: {low: 0, high: 1, log: true}", "x: {choices: []}", "{}", "x: 3",
        "x: {low: 0, high: 1, setp: 1}", "x: {low: 0, high: 1, when: {y: 1}}",
        "y: {choices: [a]}\nx: {low: 0, high: 1, when: {y: b}}", "x: {low: 0, high: 1, when: {x: 1}}"}) {
    try {
      read(bad);
      ADD_FAILURE() << bad;
    } catch (const core::Error& e) {
      EXPECT_EQ(e.code(), core::ErrorCode::usage);
      EXPECT_NE(std::string(e.what()).find("study.yml"), std::string::npos) << e.what();
    }
  }
}

TEST(RandomSampler, GivesParametersOnlyWhereTheirConditionsHold) {
  const Space space = read(example);
  const History history("study", {Direction::minimize});
  RandomSampler sampler(1);
  int with_third = 0;
  for (int n = 0; n < 300; ++n) {
    Trial trial;
    trial.parameters = sampler.suggest(history, space, n, {}).parameters;
    const double layers = trial.find("layers")->value;
    EXPECT_EQ(trial.find("second") != nullptr, layers >= 2);
    EXPECT_EQ(trial.find("third") != nullptr, layers == 3);
    with_third += layers == 3;
    for (const Parameter& p : trial.parameters) EXPECT_TRUE(contains(*p.distribution, p.value)) << p.name;
  }
  EXPECT_NEAR(with_third, 100, 40);
}

TEST(RandomSampler, RepeatsItselfAndKeepsWhatIsFixed) {
  const Space space = read(example);
  const History history("study", {Direction::minimize});
  RandomSampler one(7), two(7);
  const auto a = one.suggest(history, space, 5, {}).parameters, b = two.suggest(history, space, 5, {}).parameters;
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].value, b[i].value);
  const Fixed fixed = {{"layers", 3.0}, {"third", 6.0}};
  Trial trial;
  trial.parameters = one.suggest(history, space, 6, fixed).parameters;
  EXPECT_EQ(trial.find("layers")->value, 3);
  EXPECT_EQ(trial.find("third")->value, 6);
}

}  // namespace
}  // namespace trigloop::tune
