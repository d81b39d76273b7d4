#include "bench/tune/functions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <sstream>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::bench {
namespace {

using std::numbers::pi;
using tune::Trial;

/// The external value of a number.
double get(const Trial& t, const char* name) { return t.find(name)->value; }
std::string word(const Trial& t, const char* name) {
  return tune::external_value(*t.find(name)->distribution, t.find(name)->value).text;
}
double square(double x) { return x * x; }

template <std::size_t n>
std::array<double, n> box(const Trial& t) {
  std::array<double, n> x;
  for (std::size_t i = 0; i < n; ++i) x[i] = t.parameters[i].value;
  return x;
}

/// The last column of a CSV file with a line of names.
std::vector<double> read_table(const char* path) {
  std::istringstream lines(core::read_text(path));
  std::vector<double> values;
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) values.push_back(std::stod(line.substr(line.rfind(',') + 1)));
  return values;
}

double branin(const Trial& t) {
  const double x = get(t, "x"), y = get(t, "y");
  return square(y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6) + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10;
}

double hartmann6(const Trial& t) {
  constexpr double alpha[] = {1.0, 1.2, 3.0, 3.2};
  constexpr double a[4][6] = {
      {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double p[4][6] = {{1312, 1696, 5569, 124, 8283, 5886},
                              {2329, 4135, 8307, 3736, 1004, 9991},
                              {2348, 1451, 3522, 2883, 3047, 6650},
                              {4047, 8828, 8732, 5743, 1091, 381}};
  const auto x = box<6>(t);
  double sum = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    double away = 0;
    for (std::size_t j = 0; j < 6; ++j) away += a[i][j] * square(x[j] - 1e-4 * p[i][j]);
    sum -= alpha[i] * std::exp(-away);
  }
  return sum;
}

double ackley5(const Trial& t) {
  double squares = 0, cosines = 0;
  for (const double v : box<5>(t)) squares += v * v, cosines += std::cos(2 * pi * v);
  return 20 - 20 * std::exp(-0.2 * std::sqrt(squares / 5)) + std::numbers::e - std::exp(cosines / 5);
}

double rosenbrock4(const Trial& t) {
  const auto x = box<4>(t);
  double sum = 0;
  for (std::size_t i = 0; i < 3; ++i) sum += 100 * square(x[i + 1] - x[i] * x[i]) + square(1 - x[i]);
  return sum;
}

double levy4(const Trial& t) {
  auto w = box<4>(t);
  for (double& v : w) v = 1 + (v - 1) / 4;
  double sum = square(std::sin(pi * w[0]));
  for (std::size_t i = 0; i < 3; ++i) sum += square(w[i] - 1) * (1 + 10 * square(std::sin(pi * w[i] + 1)));
  return sum + square(w[3] - 1) * (1 + square(std::sin(2 * pi * w[3])));
}

double styblinski5(const Trial& t) {
  double sum = 0;
  for (const double v : box<5>(t)) sum += square(v * v) - 16 * v * v + 5 * v;
  return sum / 2;
}

double rastrigin3(const Trial& t) {
  double sum = 0;
  for (const double v : box<3>(t)) sum += 10 + v * v - 10 * std::cos(2 * pi * v);
  return sum;
}

double camel2(const Trial& t) {
  const auto [x, y] = box<2>(t);
  return (4 - 2.1 * x * x + square(x * x) / 3) * x * x + x * y + (-4 + 4 * y * y) * y * y;
}

double michalewicz5(const Trial& t) {
  const auto x = box<5>(t);
  double sum = 0;
  for (std::size_t i = 0; i < 5; ++i)
    sum -= std::sin(x[i]) * std::pow(std::sin(static_cast<double>(i + 1) * x[i] * x[i] / pi), 20);
  return sum;
}

double griewank4(const Trial& t) {
  const auto x = box<4>(t);
  double sum = 0, product = 1;
  for (std::size_t i = 0; i < 4; ++i) {
    sum += x[i] * x[i] / 4000;
    product *= std::cos(x[i] / std::sqrt(static_cast<double>(i + 1)));
  }
  return 1 + sum - product;
}

double schwefel3(const Trial& t) {
  double sum = 418.9828872724339 * 3;
  for (const double v : box<3>(t)) sum -= v * std::sin(std::sqrt(std::abs(v)));
  return sum;
}

double dixonprice6(const Trial& t) {
  const auto x = box<6>(t);
  double sum = square(x[0] - 1);
  for (std::size_t i = 1; i < 6; ++i) sum += static_cast<double>(i + 1) * square(2 * x[i] * x[i] - x[i - 1]);
  return sum;
}

/// What each point of a grid of real trainings lacks to the best of them (record_table).
double trainings(const Trial& t) {
  static const std::vector<double> table = read_table(TRIGLOOP_BENCH_TABLE);
  std::size_t row = 0;
  for (const tune::Parameter& p : t.parameters)
    row = row * static_cast<std::size_t>(tune::interval(*p.distribution).high + 1) + static_cast<std::size_t>(p.value);
  return *std::ranges::max_element(table) - table.at(row);
}

/// Floats, a logarithm, integers and categories; the best category is not the best on average.
double mixed(const Trial& t) {
  constexpr double centre[] = {0.2, 0.5, 0.7, 0.9}, depth[] = {1.0, 0.5, 0.0, 0.3}, width[] = {1, 2, 8, 4};
  const auto kind = static_cast<std::size_t>(get(t, "kind"));
  return depth[kind] + width[kind] * (square(get(t, "x") - centre[kind]) + square(get(t, "y") - 1 + centre[kind])) +
         0.2 * square(std::log10(get(t, "rate")) + 3) + 0.01 * square(get(t, "size") - 11) +
         (get(t, "flag") > 0 ? 0.0 : 0.2);
}

/// A tree of parameters: which exist depends on others.
double conditional(const Trial& t) {
  const std::string model = word(t, "model");
  if (model == "linear") return 0.6 + 0.05 * square(std::log10(get(t, "penalty")) + 2);
  if (model == "tree") return 0.3 + 0.01 * square(get(t, "depth") - 7) + 0.05 * square(std::log2(get(t, "leaf")) - 3);
  constexpr double offset[] = {0.2, 0.0, 0.1}, best[] = {40, 24, 12};
  const auto layers = static_cast<std::size_t>(get(t, "layers"));
  double value = 0.2 * square(std::log10(get(t, "rate")) + 2.5) + offset[layers - 1];
  for (std::size_t i = 0; i < layers; ++i)
    value += square((get(t, ("width" + std::to_string(i)).c_str()) - best[i]) / 30);
  return value;
}

/// The space of the training package's search, with a smooth answer of its size.
double package(const Trial& t) {
  double value = 0.3 * square(std::log10(get(t, "rate_contrastive")) + 3.3);
  value += 0.6 * square(std::log10(get(t, "rate_vae")) + 3.5) + 2 * square(get(t, "blur_p") - 0.4);
  value += square(get(t, "blur_m") - get(t, "blur_s")) + 0.5 * square(get(t, "blur_s") - 0.3);
  value += 1.5 * square(get(t, "mask_p") - 0.15) + square(get(t, "alpha") - 0.6);
  value += 0.5 * std::abs(get(t, "beta") - 0.8 * get(t, "alpha"));
  value += 0.02 * square(get(t, "encoder_0") - 29) / 4 + 0.02 * square(get(t, "encoder_1") - 14) / 4;
  value += 0.1 * (5 - get(t, "latent")) + 0.05 * std::abs(get(t, "vae_0") - 10) + 0.05 * (7 - get(t, "vae_1"));
  return value;
}

using Pair = std::array<double, 2>;

double zdt_g(const Trial& t) {
  double sum = 0;
  for (std::size_t i = 1; i < t.parameters.size(); ++i) sum += t.parameters[i].value;
  return 1 + 9 * sum / static_cast<double>(t.parameters.size() - 1);
}
Pair zdt1(const Trial& t) {
  const double x = t.parameters[0].value, g = zdt_g(t);
  return {x, g * (1 - std::sqrt(x / g))};
}
Pair zdt2(const Trial& t) {
  const double x = t.parameters[0].value, g = zdt_g(t);
  return {x, g * (1 - square(x / g))};
}
/// What the package's space would lose, and what its network costs, in multiplications of its encoder.
Pair cost(const Trial& t) {
  const double encoder = get(t, "encoder_0") * (57 + get(t, "encoder_1")) + get(t, "encoder_1") * get(t, "latent");
  return {package(t), encoder / 2000};
}

}  // namespace

const std::vector<Problem>& problems() {
  static const std::string unit =
      "x0: {low: 0, high: 1}\nx1: {low: 0, high: 1}\nx2: {low: 0, high: 1}\nx3: {low: 0, high: 1}\n"
      "x4: {low: 0, high: 1}\nx5: {low: 0, high: 1}\n";
  static const std::vector<Problem> all = {
      {"zdt1", unit, zdt1}, {"zdt2", unit, zdt2}, {"cost", function("package").space, cost}};
  return all;
}

const Problem& problem(const std::string& name) {
  for (const Problem& one : problems())
    if (one.name == name) return one;
  throw core::Error(core::ErrorCode::usage, "there is no problem '" + name + "'");
}

const std::vector<Function>& functions() {
  static const std::vector<Function> all = {
      {"branin", 0.39788735772973816, "x: {low: -5, high: 10}\ny: {low: 0, high: 15}\n", branin},
      {"hartmann6", -3.3223680114155147,
       "x0: {low: 0, high: 1}\nx1: {low: 0, high: 1}\nx2: {low: 0, high: 1}\n"
       "x3: {low: 0, high: 1}\nx4: {low: 0, high: 1}\nx5: {low: 0, high: 1}\n",
       hartmann6},
      {"ackley5", 0,
       "x0: {low: -5, high: 10}\nx1: {low: -5, high: 10}\nx2: {low: -5, high: 10}\nx3: {low: -5, high: 10}\n"
       "x4: {low: -5, high: 10}\n",
       ackley5},
      {"rosenbrock4", 0,
       "x0: {low: -5, high: 10}\nx1: {low: -5, high: 10}\nx2: {low: -5, high: 10}\nx3: {low: -5, high: 10}\n",
       rosenbrock4},
      {"levy4", 0,
       "x0: {low: -10, high: 10}\nx1: {low: -10, high: 10}\nx2: {low: -10, high: 10}\nx3: {low: -10, high: 10}\n",
       levy4},
      {"styblinski5", -195.83082851885712,
       "x0: {low: -5, high: 5}\nx1: {low: -5, high: 5}\nx2: {low: -5, high: 5}\nx3: {low: -5, high: 5}\n"
       "x4: {low: -5, high: 5}\n",
       styblinski5},
      {"rastrigin3", 0, "x0: {low: -4, high: 6}\nx1: {low: -4, high: 6}\nx2: {low: -4, high: 6}\n", rastrigin3},
      {"mixed", 0,
       "kind: {choices: [a, b, c, d]}\nx: {low: 0, high: 1}\ny: {low: 0, high: 1}\n"
       "rate: {low: 1e-5, high: 1, log: true}\nsize: {type: int, low: 1, high: 16}\nflag: {choices: [false, true]}\n",
       mixed},
      {"conditional", 0,
       "model: {choices: [linear, tree, network]}\n"
       "penalty: {low: 1e-6, high: 1, log: true, when: {model: linear}}\n"
       "depth: {type: int, low: 1, high: 12, when: {model: tree}}\n"
       "leaf: {type: int, low: 1, high: 128, log: true, when: {model: tree}}\n"
       "rate: {low: 1e-5, high: 1, log: true, when: {model: network}}\n"
       "layers: {type: int, low: 1, high: 3, when: {model: network}}\n"
       "width0: {type: int, low: 4, high: 64, when: {model: network}}\n"
       "width1: {type: int, low: 4, high: 64, when: {layers: [2, 3]}}\n"
       "width2: {type: int, low: 4, high: 64, when: {layers: 3}}\n",
       conditional},
      {"package", 0,
       "rate_contrastive: {low: 1e-4, high: 1e-3, log: true}\nrate_vae: {low: 1e-4, high: 1e-3, log: true}\n"
       "blur_p: {low: 0, high: 1}\nblur_m: {low: 0, high: 1}\nblur_s: {low: 0, high: 1}\nmask_p: {low: 0, high: 1}\n"
       "alpha: {low: 0, high: 1}\nbeta: {low: 0, high: 1}\n"
       "encoder_0: {type: int, low: 24, high: 31}\nencoder_1: {type: int, low: 8, high: 17}\n"
       "latent: {type: int, low: 4, high: 5}\nvae_0: {type: int, low: 8, high: 11}\n"
       "vae_1: {type: int, low: 6, high: 7}\n",
       package},
      {"camel2", -1.0316284534898774, "x0: {low: -3, high: 3}\nx1: {low: -2, high: 2}\n", camel2},
      {"michalewicz5", -4.687658179088148,
       "x0: {low: 0, high: 3.141592653589793}\nx1: {low: 0, high: 3.141592653589793}\n"
       "x2: {low: 0, high: 3.141592653589793}\nx3: {low: 0, high: 3.141592653589793}\n"
       "x4: {low: 0, high: 3.141592653589793}\n",
       michalewicz5},
      {"griewank4", 0,
       "x0: {low: -50, high: 70}\nx1: {low: -50, high: 70}\nx2: {low: -50, high: 70}\nx3: {low: -50, high: 70}\n",
       griewank4},
      {"schwefel3", 0, "x0: {low: -500, high: 500}\nx1: {low: -500, high: 500}\nx2: {low: -500, high: 500}\n",
       schwefel3},
      {"dixonprice6", 0,
       "x0: {low: -10, high: 10}\nx1: {low: -10, high: 10}\nx2: {low: -10, high: 10}\n"
       "x3: {low: -10, high: 10}\nx4: {low: -10, high: 10}\nx5: {low: -10, high: 10}\n",
       dixonprice6},
      {"trainings", 0,
       "rate_contrastive: {type: int, low: 0, high: 3}\nrate_vae: {type: int, low: 0, high: 4}\n"
       "mask_p: {type: int, low: 0, high: 2}\nbeta: {type: int, low: 0, high: 3}\n"
       "encoder_1: {type: int, low: 0, high: 2}\nbatch: {choices: [512, 2048]}\n",
       trainings}};
  return all;
}

const Function& function(const std::string& name) {
  for (const Function& one : functions())
    if (one.name == name) return one;
  throw core::Error(core::ErrorCode::usage, "there is no function '" + name + "'");
}

tune::Space space_of(const Function& function) {
  return tune::read_space(core::parse_yaml(function.space, function.name), function.name);
}

}  // namespace trigloop::bench
