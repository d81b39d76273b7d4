#include "simulate/generator.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "simulate/jets.hpp"
#include "simulate/leptons.hpp"
#include "simulate/seeds.hpp"

namespace trigloop::simulate {
namespace {

/// The tables hold ET less this, so that pile-up beyond the fitted range still adds its share (dev/fit_simulation.py).
constexpr int et_per_collision = 42, et_shift = 3000;

/// Muons from 10 GeV on steer the missing energy: they leave next to none in the calorimeter.
constexpr int hard_muon = 20;

/// Nearly Gaussian, mean 0, variance 1: a binomial of 64 tosses, made continuous. Exact on every machine.
float gaussian(EventRandom& random) noexcept {
  const auto tosses = static_cast<float>(std::popcount(random.next()));
  const auto part = static_cast<float>(random.word() >> 8) * 0x1p-24f;
  return (tosses - 32.5f + part) * 0.24872168f;  // 1 / sqrt(16 + 1/12)
}

/// A direction at `turn` towers (16.16) to either side of `phi` (144 to the turn).
int turned(int phi, std::int32_t turn, Bits& bits) noexcept {
  const int towers = turn >> 16;
  const int to = phi / 2 + (bits.take(1) != 0 ? towers : 72 - towers);
  return (to >= 72 ? to - 72 : to) * 2 + static_cast<int>(bits.take(1));
}

void draw_missing_energy(const Process& p, Level jet, EtPlace et, EventRandom& random, Event& e) noexcept {
  const int lead = e.jets.count > 0 ? e.jets.pt[0] : 0, muon = e.muons.count > 0 ? e.muons.pt[0] : 0;
  e.met = std::min(p.met_level.value(et, p.met_link.draw(random.next(), jet, muon)) >> 16, saturated_sum);
  Bits bits(random.next());
  if (muon >= hard_muon) {
    e.met_phi = turned(e.muons.phi[0] / 4, p.met_mu.draw_short(bits, muon), bits);
  } else if (lead > 0) {
    e.met_phi = turned(e.jets.phi[0], p.met_turn.draw_short(bits, lead, e.met), bits);
  } else {
    e.met_phi = static_cast<int>(bits.below(144));
  }
}

void draw_labels(EventRandom& random, Event& e) noexcept {
  // Isolation and charge of the samples are even and independent of everything; so are these.
  Bits isolation(random.next()), other(random.next());
  for (std::size_t i = 0; i < Objects::room; ++i) {
    e.eg_isolation[i] = static_cast<std::int16_t>(isolation.take(2));
    e.tau_isolation[i] = static_cast<std::int16_t>(other.take(1));
    e.muon_charge[i] = other.take(1) != 0 ? 1 : -1;
  }
}

}  // namespace

int draw_pileup(const PileupProfile& profile, float scale, EventRandom& random) noexcept {
  float mean;
  if (profile.flat) {
    const auto part = static_cast<float>(random.word() >> 8) * 0x1p-24f;
    mean = profile.first + part * (profile.second - profile.first);
  } else {
    mean = profile.first + profile.second * gaussian(random);
  }
  mean = std::max(mean * scale, 0.0f);
  // Poisson by the Cornish-Fisher expansion: Gaussian with the skewness 1/sqrt(mean) put back.
  const float g = gaussian(random);
  const float number = mean + std::sqrt(mean) * g + (g * g - 1) * (1.0f / 6);
  return static_cast<int>(std::max(number + 0.5f, 0.0f));
}

void Generator::make(std::uint64_t number, float pileup_scale, Event& event) const noexcept {
  EventRandom random(seed_, Purpose::event, number);
  const Process& p = process_;
  event.pileup = draw_pileup(p.pileup, pileup_scale, random);
  const int lead = draw_leading_jet(p, random, event);
  const int above = p.sumet.draw_mixed(random.next(), event.pileup, lead) >> 16;
  event.total_et = std::clamp(above + et_per_collision * event.pileup - et_shift, 0, saturated_sum);
  const EtPlace et = p.et(event.total_et);
  const JetLevels levels = draw_jets(p, et, random, event);
  draw_muons(p, random, event);
  draw_egs(p, et, levels, random, event);
  draw_missing_energy(p, levels.first, et, random, event);
  draw_labels(random, event);
}

void make_event(const Generator& generator, const std::vector<Drift>& drifts, std::uint64_t seed, std::uint64_t number,
                StreamPosition at, Event& event) noexcept {
  generator.make(number, drifts.empty() ? 1.0f : pileup_scale(drifts, at), event);
  if (!drifts.empty()) apply(drifts, at, EventRandom(seed, Purpose::drift, number), event);
  finish(event);
}

void finish(Event& event) noexcept {
  event.ht = scalar_sum(event);
  event.l1 = fires(event);
}

}  // namespace trigloop::simulate
