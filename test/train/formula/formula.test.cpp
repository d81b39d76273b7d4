// Losses as expressions: their derivatives against central differences in double, and against the losses that the
// engine has of its own.
#include "train/formula/formula.hpp"

#include <gtest/gtest.h>

#include "config/config.hpp"
#include "core/error.hpp"
#include "core/isa.hpp"
#include "core/random.hpp"
#include "train/engine/feed.hpp"
#include "train/engine/initialise.hpp"
#include "train/engine/program.hpp"
#include "train/nodes/layers.hpp"
#include "train/nodes/losses.hpp"

namespace trigloop::train {
namespace {

using Kind = TapeOperation::Kind;
using kernel::Elementary;

/// Tensors of the tests: a and b of five features, t and w of one.
std::optional<std::size_t> features_of(const std::string& name) {
  if (name == "a" || name == "b") return 5;
  return name == "t" || name == "w" ? std::optional<std::size_t>(1) : std::nullopt;
}

Formula parse(const std::string& text) {
  Scope scope(config::Config::master().root());
  scope.define("weights", {1, 2, 3, 4, 5});
  scope.define("alpha", {0.25});
  return {text, features_of, scope};
}

double elementary(Elementary f, double a, double b) {
  switch (f) {
    case Elementary::add:
      return a + b;
    case Elementary::subtract:
      return a - b;
    case Elementary::multiply:
      return a * b;
    case Elementary::divide:
      return a / b;
    case Elementary::minimum:
      return std::min(a, b);
    case Elementary::maximum:
      return std::max(a, b);
    case Elementary::exp:
      return std::exp(a);
    case Elementary::log:
      return std::log(a);
    case Elementary::sqrt:
      return std::sqrt(a);
    case Elementary::abs:
      return std::abs(a);
  }
  return 0;
}

/// The tape in double precision for one event. `frozen` holds what `stop` lets through.
double in_double(const Formula& formula, const std::vector<std::vector<double>>& inputs,
                 const std::vector<std::vector<double>>& frozen) {
  const auto run = [&](const auto& given) {
    std::vector<std::vector<double>> y;
    for (const TapeOperation& op : formula.tape()) {
      std::vector<double>& out = y.emplace_back(op.width);
      for (std::size_t j = 0; j < op.width; ++j) {
        if (op.kind == Kind::input) out[j] = given[op.a][j];
        if (op.kind == Kind::constant) out[j] = op.values[j];
        if (op.kind == Kind::elementary) out[j] = elementary(op.elementary, y[op.a][j], y[op.b][j % y[op.b].size()]);
        if (op.kind == Kind::sum)
          for (const double v : y[op.a]) out[0] += v;
        if (op.kind == Kind::spread) out[j] = y[op.a][0];
        if (op.kind == Kind::select) out[j] = y[op.a][op.index[j]];
        if (op.kind == Kind::stop) out[j] = frozen.empty() ? y[op.a][j] : frozen[y.size() - 1][j];
      }
    }
    return y;
  };
  const auto y = run(inputs);
  double sum = 0;
  for (const double v : y[formula.value()]) sum += v / static_cast<double>(y[formula.value()].size());
  return sum;
}

/// Values of all operations, for `stop`.
std::vector<std::vector<double>> values_of(const Formula& formula, const std::vector<std::vector<double>>& inputs) {
  std::vector<std::vector<double>> y;
  for (const TapeOperation& op : formula.tape()) {
    std::vector<double>& out = y.emplace_back(op.width);
    for (std::size_t j = 0; j < op.width; ++j) {
      if (op.kind == Kind::input) out[j] = inputs[op.a][j];
      if (op.kind == Kind::stop) out[j] = y[op.a][j];
    }
  }
  return y;
}

constexpr std::size_t events = 29;  // no multiple of anything

class EveryExpression : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryExpression, HasTheDerivativesOfItsCentralDifferences) {
  const Formula formula = parse(GetParam());
  core::Philox random(3, 3);
  std::vector<Table> tables, gradients;
  for (const FormulaInput& input : formula.inputs()) {
    Table& table = tables.emplace_back(input.features, events);
    for (std::size_t e = 0; e < events; ++e)
      for (std::size_t j = 0; j < input.features; ++j) {
        const float x = 2.5f * random.uniform() - 1;
        table.row(e)[j] = input.name == "w" ? x + 1.2f : x;  // w is positive
      }
    gradients.emplace_back(input.features, events);
  }
  std::vector<Strided<const float>> rows;
  std::vector<Strided<float>> out;
  for (std::size_t k = 0; k < tables.size(); ++k) {
    rows.push_back({tables[k].row(0), tables[k].stride(), 1});
    out.push_back({gradients[k].row(0), gradients[k].stride(), 1});
  }
  FormulaRun run(formula);
  const double sum = run.sum(rows.data(), events);
  run.add_gradients(1, out.data(), events);
  double expected = 0;
  for (std::size_t e = 0; e < events; ++e) {
    std::vector<std::vector<double>> x;
    for (const Table& table : tables) x.emplace_back(table.row(e), table.row(e) + table.features);
    const auto frozen = values_of(formula, x);
    expected += in_double(formula, x, {});
    for (std::size_t k = 0; k < x.size(); ++k) {
      for (std::size_t j = 0; j < x[k].size(); ++j) {
        const auto difference = [&](double h) {
          auto up = x, down = x;
          up[k][j] += h;
          down[k][j] -= h;
          return (in_double(formula, up, frozen) - in_double(formula, down, frozen)) / (2 * h);
        };
        const double fine = difference(1e-6), coarse = difference(1e-5);
        if (std::abs(fine - coarse) > 1e-4 * (1 + std::abs(fine))) continue;  // a kink between them
        EXPECT_NEAR(gradients[k].row(e)[j], fine, 2e-5 * (1 + std::abs(fine))) << e << " " << k << " " << j;
      }
    }
    for (const Table& g : gradients)
      for (std::size_t j = g.features; j < g.stride(); ++j) EXPECT_EQ(g.row(e)[j], 0) << "padding";
  }
  EXPECT_NEAR(sum, expected, 1e-5 * (1 + std::abs(expected)));
}

INSTANTIATE_TEST_SUITE_P(Formula, EveryExpression,
                         ::testing::Values("a", "mean((a - b)^2)", "a + 2 * b - a / 4", "a / (b^2 + 1)", "exp(a) - b",
                                           "log(exp(a) + 1)", "sum(log(w))", "sqrt(a^2 + b^2 + 1)", "abs(a - b)",
                                           "min(a, b) + max(a, 0.5)", "huber(t - 0.3, 1)", "tanh(a) * sigmoid(b)",
                                           "sinh(a) + cosh(b)", "relu(a - alpha)", "square(sum(a * weights))",
                                           "a[0] * a[3:5] - b[0::3][1]", "stop(a) * a", "log(sum(exp(a))) - sum(b * a)",
                                           "w^2.5 + w^0.5", "w ^ -1", "(a[1:4] * t)^3", "mean(a * sum(a)) / w",
                                           "-0.5 * (1 + a - b^2 - exp(a))", "view(a, 0) - 2 * view(a, 1)"));

TEST(Formula, NamesWhatItDoesNotKnow) {
  for (const auto& [text, part] : {std::pair{"a + nothing", "'nothing' is no tensor"},
                                   {"hubre(a, 1)", "did you mean 'huber'?"},
                                   {"a + [1, 2]", "combines 2 features with 5"},
                                   {"a[7]", "takes no item"},
                                   {"1 + alpha", "depend on a tensor"},
                                   {"a ^ b", "exponent"},
                                   {"min(a)", "takes 2 arguments"},
                                   {"[a, b]", "a list holds numbers"},
                                   {"view(a, 0) + a", "either all tensors"},
                                   {"view(a + 1, 0)", "'view' takes a tensor"},
                                   {"a[::0]", "step"},
                                   {"a +", "no expression"}}) {
    try {
      (void)parse(text);
      FAIL() << text;
    } catch (const core::Error& e) {
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << e.what();
    }
  }
}

/// Gradients of a small network by a loss: `add` appends it to the tensors y (of `width` features), x and classes.
template <class Add>
std::vector<float> gradients_of(std::size_t width, unsigned threads, const Add& add) {
  constexpr std::size_t batch = 300;
  core::Philox random(7, 7);
  Table table(12, batch), classes(width, batch);
  for (std::size_t e = 0; e < batch; ++e) {
    for (std::size_t k = 0; k < 12; ++k) table.row(e)[k] = 2 * random.uniform() - 1;
    classes.row(e)[e % width] = 1;
  }
  Network net;
  Feed& feed = net.add(std::make_unique<Feed>("input", table), {});
  Feed& target = net.add(std::make_unique<Feed>("classes", classes), {});
  const auto dense = [&](const char* name, TensorId x, std::size_t n) {
    return net.add(std::make_unique<Dense>(name, Dense::Options{net.features(x), n, {}, {}}, net.parameters), {x})
        .output;
  };
  const TensorId h = dense("h", feed.output, 9), y = dense("y", h, width), l = dense("l", h, width);
  add(net, y, l, width == 12 ? feed.output : target.output);
  initialise(net, 5);
  const Permutation order(batch, 0, 0);
  feed.set_order(&order);
  target.set_order(&order);
  Team team(threads);
  Program program(net, batch, 1, team);
  const double loss = program.step({.number = 0, .seed = 1, .events = batch, .views = 1, .first = 0});
  std::vector<float> out(program.gradients(), program.gradients() + net.parameters.size());
  out.push_back(static_cast<float>(loss));
  return out;
}

/// The same network with an expression of `y`, `l` and `x` for its loss.
std::vector<float> gradients_of(std::size_t width, const std::string& text, double weight, unsigned threads = 2) {
  return gradients_of(width, threads, [&](Network& net, TensorId y, TensorId l, TensorId x) {
    Scope scope(config::Config::master().root());
    scope.define("scale", std::vector<double>(12, 2.0));
    Formula formula(
        text,
        [&](const std::string& name) {
          return name == "x" || name == "y" || name == "l" ? std::optional(width) : std::nullopt;
        },
        scope);
    std::vector<TensorId> inputs;
    for (const FormulaInput& input : formula.inputs())
      inputs.push_back(input.name == "x" ? x : input.name == "y" ? y : l);
    net.add(std::make_unique<FormulaLoss>("loss", formula, weight), inputs);
  });
}

void expect_alike(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  float scale = 0;
  for (const float v : a) scale = std::max(scale, std::abs(v));
  for (std::size_t k = 0; k < a.size(); ++k) ASSERT_NEAR(a[k], b[k], 2e-6f * scale) << k;
}

TEST(Formula, GivesTheGradientsOfTheReconstructionLosses) {
  for (const auto& [kind, text] :
       {std::pair{Reconstruction::Kind::squared, "(y - x)^2"}, {Reconstruction::Kind::absolute, "mean(abs(y - x))"}}) {
    expect_alike(gradients_of(12, 2,
                              [&](Network& net, TensorId y, TensorId, TensorId x) {
                                net.add(std::make_unique<Reconstruction>("loss", kind, 12, 3.0), {y, x});
                              }),
                 gradients_of(12, text, 3.0));
  }
}

TEST(Formula, GivesTheGradientsOfTheDivergence) {
  expect_alike(gradients_of(4, 2,
                            [](Network& net, TensorId y, TensorId l, TensorId) {
                              net.add(std::make_unique<Divergence>("loss", 4, 0.7), {y, l});
                            }),
               gradients_of(4, "-0.5 * (1 + l - y^2 - exp(l))", 0.7));
}

TEST(Formula, GivesTheGradientsOfMomenta) {
  const std::vector<MomentumReconstruction::Object> objects(4, {2.0f, 0.0f, 2.0f, 0.0f});
  expect_alike(gradients_of(12, 2,
                            [&](Network& net, TensorId y, TensorId, TensorId x) {
                              net.add(std::make_unique<MomentumReconstruction>("loss", objects, 1.0), {y, x});
                            }),
               gradients_of(12,
                            "mean(abs(2 * (y[0::3] - x[0::3]))) + mean(abs(2 * y[0::3] * sinh(scale[1::3] * y[1::3]) - "
                            "2 * x[0::3] * sinh(2 * x[1::3])))",
                            1.0));
}

TEST(Formula, GivesTheGradientsOfCrossEntropy) {
  expect_alike(gradients_of(5, 2,
                            [](Network& net, TensorId y, TensorId, TensorId x) {
                              net.add(std::make_unique<CrossEntropy>("loss", 5, 1.0), {y, x});
                            }),
               gradients_of(5, "log(sum(exp(y))) - sum(x * y)", 1.0));
}

TEST(Formula, HasTheSameBitsForAnyThreadsAndInstructionSet) {
  const char* text = "huber(y - x, 0.5) + log(1 + exp(l)) / sqrt(1 + y^2)";
  const std::vector<float> expected = gradients_of(12, text, 1, 1);
  for (const std::string& isa : core::usable_isas()) {
    if (isa != "avx2" && isa != "avx512" && isa != "neon") continue;
    core::force_isa(isa);
    EXPECT_EQ(gradients_of(12, text, 1, 3), expected) << isa;
  }
  core::force_isa("");
}

}  // namespace
}  // namespace trigloop::train
