#pragma once
// Records of a small detector with one kind of jets and one of e/gamma, and what may go wrong in it.
#include <cmath>
#include <filesystem>
#include <map>

#include "bench/drift/streams.hpp"
#include "core/units.hpp"
#include "scout/record/record.hpp"

namespace trigloop::test {

struct Fault {
  double jet_scale = 1;  ///< of jet pt
  double more = 1;       ///< of the number of objects
  double dead_phi = 0;   ///< share of the objects at phi 36..47 that is lost
  double rate = 1;       ///< of high scores
  double forward = 1;    ///< of the pt of jets at |eta| > 2.5
};

class FakeDetector {
 public:
  explicit FakeDetector(std::uint64_t seed) : random_(seed) {}

  scout::Record record(std::uint32_t lumisection, const Fault& fault) {
    constexpr int events = 1500;
    for (auto& histogram : histograms_) histogram.clear();
    for (int e = 0; e < events; ++e) {
      add_objects(0, 3 * fault.more, 40 * fault.jet_scale, fault);
      add_objects(4, 2 * fault.more, 25, fault);
    }
    scout::Record record;
    record.identity.fraction = 0;
    record.identity.stream.colliding_bunches = 2544;
    record.sum.lumi = {400000, lumisection};
    record.shares.emplace_back();
    record.shares.back().orbits_stated = core::orbits_per_lumisection;
    record.sum.crossings.resize(core::crossings_per_orbit + 1);
    record.sum.all = scores(fault);
    record.sum.inputs.every = 1;
    record.sum.inputs.events = events;
    record.sum.inputs.names = {"Jet0.pt", "Jet0.eta", "Jet0.phi", "Jet.count",   "EG0.pt",
                               "EG0.eta", "EG0.phi",  "EG.count", "Jet.pt@0-57", "Jet.pt@58-"};
    for (const auto& histogram : histograms_) record.sum.inputs.counts.emplace_back(histogram.begin(), histogram.end());
    return record;
  }

 private:
  void add_objects(std::size_t first, double mean, double pt, const Fault& fault) {
    const double n = random_.poisson(mean);
    double kept = 0;
    for (double i = 0; i < n; ++i) {
      const auto phi = static_cast<std::int64_t>(random_.uniform() * 144);
      if (phi >= 36 && phi < 48 && random_.uniform() < fault.dead_phi) continue;
      ++kept;
      const std::int64_t eta = static_cast<std::int64_t>(random_.uniform() * 228) - 114;
      const bool is_forward = eta >= 58 || eta <= -58, is_jet = first == 0;
      const double scale = is_jet && is_forward ? fault.forward : 1;
      const auto value = static_cast<std::int64_t>(20 - scale * pt * std::log(random_.uniform()));
      ++histograms_[first][value];
      if (is_jet) ++histograms_[is_forward ? 9 : 8][value];
      ++histograms_[first + 1][eta];
      ++histograms_[first + 2][phi];
    }
    ++histograms_[first + 3][static_cast<std::int64_t>(kept)];
  }

  /// 10^7 events with 200 beyond 1000, falling as the third power.
  scout::Counts scores(const Fault& fault) {
    scout::Counts counts{{10, 10'000'000}};
    for (std::int64_t s = 200; s < 20'000; s += 50) {
      const auto above = [&](double x) { return 200 * fault.rate * std::pow(x / 1000, -3); };
      const double n = random_.poisson(above(static_cast<double>(s)) - above(static_cast<double>(s) + 50));
      if (n > 0) counts.emplace_back(s, static_cast<std::uint64_t>(n));
    }
    return counts;
  }

  bench::Random random_;
  std::map<std::int64_t, std::uint64_t> histograms_[10];
};

}  // namespace trigloop::test
