// The generator against the Pythia samples that it is fitted to: every marginal and the main correlations, at the
// distances that docs/simulation.md states. The samples' numbers are in reference.txt (dev/fit_simulation.py).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "simulate/generator.hpp"
#include "test/support/support.hpp"

namespace trigloop::simulate {
namespace {

using Values = std::vector<double>;
using Observables = std::map<std::string, Values>;

int folded(int a, int b, int turn) {
  const int d = std::abs(a - b) % turn;
  return std::min(d, turn - d);
}

void add_ranks(Observables& o, const std::string& kind, const Objects& objects, std::initializer_list<int> ranks) {
  for (const int rank : ranks) {
    const auto k = static_cast<std::size_t>(rank - 1);
    o[kind + std::to_string(rank) + "_pt"].push_back(rank <= objects.count ? objects.pt[k] : 0);
  }
  o["n_" + kind].push_back(objects.count);
  if (objects.count == 0) return;
  o[kind + "1_eta"].push_back(objects.eta[0]);
  o[kind + "1_phi"].push_back(objects.phi[0]);
}

/// The same as observables() in dev/fit_simulation.py.
Observables observe(const Process& process, std::uint64_t events, double& fired) {
  const Generator generator(process, 2026);
  Observables o;
  Event e;
  fired = 0;
  for (std::uint64_t i = 0; i < events; ++i) {
    make_event(generator, {}, 2026, i, {i, 0}, e);
    fired += e.l1;
    o["pileup"].push_back(e.pileup);
    o["et"].push_back(e.total_et);
    o["ht"].push_back(e.ht);
    o["met"].push_back(e.met);
    o["met_phi"].push_back(e.met_phi);
    add_ranks(o, "jet", e.jets, {1, 2, 3, 4, 6, 8, 12});
    add_ranks(o, "eg", e.egs, {1, 2, 3, 4, 8, 12});
    add_ranks(o, "mu", e.muons, {1, 2});
    if (e.jets.count > 0) o["met_turn"].push_back(folded(e.met_phi, e.jets.phi[0], 144));
    if (e.jets.count < 2) continue;
    o["jet2_eta"].push_back(e.jets.eta[1]);
    o["jet_turn"].push_back(folded(e.jets.phi[0], e.jets.phi[1], 144));
  }
  fired /= static_cast<double>(events);
  return o;
}

double correlation(const Values& a, const Values& b) {
  const auto n = static_cast<double>(a.size());
  double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ma += a[i] / n;
    mb += b[i] / n;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
    ab += (a[i] - ma) * (b[i] - mb);
  }
  return ab / std::sqrt(aa * bb);
}

double share(const Values& values, double at) {
  double n = 0;
  for (const double v : values) n += v <= at;
  return n / static_cast<double>(values.size());
}

/// What is allowed: the largest difference of a cumulative distribution, of a correlation coefficient, of the natural
/// logarithm of a count above a threshold, and of the share of events with an L1 bit (a factor).
struct Allowed {
  double cdf, correlation, log_tail, l1_factor;
};

struct Worst {
  double value = 0;
  std::string what;
  void add(double distance, const std::string& name) {
    if (distance > value) {
      value = distance;
      what = name;
    }
  }
};

void compare(const Process& process, std::uint64_t events, const Allowed& allowed) {
  double fired = 0;
  const Observables made = observe(process, events, fired);
  std::ifstream file(test::project_root() / "test/simulate/reference.txt");
  Worst cdf, corr, tail;
  int lines = 0;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, kind, first, second;
    words >> name >> kind;
    if (name != process.name) continue;
    ++lines;
    if (kind == "cdf") {
      words >> first;
      for (double at, expected; words >> at >> expected;) {
        const double distance = std::abs(share(made.at(first), at) - expected);
        cdf.add(distance, first);
        EXPECT_LT(distance, allowed.cdf) << process.name << ": " << first << " at " << at;
      }
    } else if (kind == "corr") {
      double expected = 0;
      words >> first >> second >> expected;
      const double distance = std::abs(correlation(made.at(first), made.at(second)) - expected);
      corr.add(distance, first + "-" + second);
      EXPECT_LT(distance, allowed.correlation) << process.name << ": " << first << " and " << second;
    } else if (kind == "tail") {
      double at = 0, expected = 0;
      words >> first >> at >> expected;
      const double found = 1e6 * (1 - share(made.at(first), at));
      // Below so many events in both samples there is nothing to compare.
      if (std::min(found, expected) * static_cast<double>(std::min<std::uint64_t>(events, 12000)) < 20e6) continue;
      tail.add(std::abs(std::log(found / expected)), first);
      EXPECT_LT(std::abs(std::log(found / expected)), allowed.log_tail) << process.name << ": " << first << " > " << at;
    } else if (kind == "l1") {
      double expected = 0;
      words >> expected;
      EXPECT_LT(std::abs(std::log(fired / expected)), std::log(allowed.l1_factor)) << process.name << ": L1 share";
      std::printf("%-24s cdf %.3f (%s), correlation %.3f (%s), tail %.2f (%s), L1 %.4f for %.4f\n",
                  process.name.c_str(), cdf.value, cdf.what.c_str(), corr.value, corr.what.c_str(), tail.value,
                  tail.what.c_str(), fired, expected);
    }
  }
  EXPECT_GT(lines, 50) << "reference.txt says nothing of " << process.name;
}

TEST(Fit, ZeroBiasIsLikeItsSample) { compare(zero_bias(), 200000, {0.04, 0.09, 0.25, 1.15}); }

TEST(Fit, SignalsAreLikeTheirSamples) {
  for (const Process& process : signals()) compare(process, 24000, {0.18, 0.24, 0.4, 1.3});
}

}  // namespace
}  // namespace trigloop::simulate
