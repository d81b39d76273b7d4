// Our side of the search benchmark (bench/tune/run).
//
// usage: bench_tune list                                    the functions and their minima
//        bench_tune points FUNCTION COUNT                   "FUNCTION {parameters}" and the value, a line each
//        bench_tune search FUNCTION FIRST+SEEDS TRIALS SAMPLER    one line a seed: the best value after each trial, as
//        JSON
//        bench_tune front PROBLEM FIRST+SEEDS TRIALS SAMPLER      one line a seed: both objectives of each trial, as
//        JSON bench_tune speed TRIALS ROUNDS SAMPLER             ms of CPU a suggestion with its report, 13 parameters
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <exception>
#include <limits>
#include <string>

#include "bench/tune/functions.hpp"
#include "config/value.hpp"
#include "tune/search/sampler.hpp"

namespace trigloop::bench {
namespace {

using namespace tune;

config::Value parameters_of(const Trial& trial) {
  config::Value all;
  for (const Parameter& p : trial.parameters) all.child(p.name) = external_value(*p.distribution, p.value);
  return all;
}

/// Asks, evaluates, tells.
double step(History& history, Sampler& sampler, const Space& space, const Function& f, std::int64_t number) {
  Trial trial;
  trial.number = number;
  trial.state = TrialState::complete;
  trial.parameters = sampler.suggest(history, space, number).parameters;
  const double value = f.value(trial);
  trial.values = {value};
  history.put(std::move(trial));
  return value;
}

void points(const Function& f, int count) {
  const Space space = space_of(f);
  const History history("points", {Direction::minimize});
  const auto sampler = make_sampler("random", 1);
  for (int n = 0; n < count; ++n) {
    Trial trial;
    trial.parameters = sampler->suggest(history, space, n).parameters;
    std::printf("%s %s\t%.17g\n", f.name.c_str(), config::to_json(parameters_of(trial)).c_str(), f.value(trial));
  }
}

void search(const Function& f, std::uint64_t first, std::uint64_t seeds, int trials, const std::string& name) {
  const Space space = space_of(f);
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    History history("search", {Direction::minimize});
    const auto sampler = make_sampler(name, seed);
    double best = std::numeric_limits<double>::infinity();
    for (int n = 0; n < trials; ++n) {
      best = std::min(best, step(history, *sampler, space, f, n));
      std::printf("%s%.17g", n == 0 ? "[" : ", ", best);
    }
    std::printf("]\n");
  }
}

void front(const Problem& problem, std::uint64_t first, std::uint64_t seeds, int trials, const std::string& name) {
  const Space space = read_space(core::parse_yaml(problem.space, problem.name), problem.name);
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    History history("front", {Direction::minimize, Direction::minimize});
    const auto sampler = make_sampler(name, seed);
    for (int n = 0; n < trials; ++n) {
      Trial trial;
      trial.number = n;
      trial.state = TrialState::complete;
      Suggestion suggestion = sampler->suggest(history, space, n);
      trial.parameters = std::move(suggestion.parameters);
      trial.system_attributes = std::move(suggestion.system_attributes);
      const auto values = problem.values(trial);
      trial.values.assign(values.begin(), values.end());
      std::printf("%s[%.17g, %.17g]", n == 0 ? "[" : ", ", values[0], values[1]);
      history.put(std::move(trial));
    }
    std::printf("]\n");
  }
}

double cpu_ms() { return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void speed(int trials, int rounds, const std::string& name) {
  const Function& f = function("package");
  const Space space = space_of(f);
  History history("speed", {Direction::minimize});
  const auto prior = make_sampler("random", 1), sampler = make_sampler(name, 1);
  for (int n = 0; n < trials; ++n) step(history, *prior, space, f, n);
  for (int n = 0; n < 2; ++n) step(history, *sampler, space, f, trials + n);
  const double begin = cpu_ms();
  for (int n = 0; n < rounds; ++n) step(history, *sampler, space, f, trials + 2 + n);
  std::printf("%.6f\n", (cpu_ms() - begin) / rounds);
}

int run(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  if (what == "list") {
    for (const Function& f : functions()) std::printf("%s\t%.17g\n", f.name.c_str(), f.minimum);
  } else if (what == "points" && count == 4) {
    points(function(words[2]), std::stoi(words[3]));
  } else if ((what == "search" || what == "front") && count == 6) {
    const std::string seeds = words[3];
    const std::uint64_t first = std::stoul(seeds), number = std::stoul(seeds.substr(seeds.find('+') + 1));
    if (what == "search")
      search(function(words[2]), first, number, std::stoi(words[4]), words[5]);
    else
      front(problem(words[2]), first, number, std::stoi(words[4]), words[5]);
  } else if (what == "speed" && count == 5) {
    speed(std::stoi(words[2]), std::stoi(words[3]), words[4]);
  } else {
    std::fprintf(stderr, "see the top of bench/tune/trigloop.cpp\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace trigloop::bench

int main(int count, char** words) {
  try {
    return trigloop::bench::run(count, words);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
