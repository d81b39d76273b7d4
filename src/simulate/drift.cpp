// Changes of events. parse_drift is in drift_text.cpp.
#include "simulate/drift.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "simulate/jets.hpp"
#include "simulate/vector_sum.hpp"

namespace trigloop::simulate {
namespace {

constexpr double eta_unit = 0.0435, degrees_per_phi = 2.5, eta_reach = 5;

/// value * factor with the fraction rounded up or down at random: means move by the factor, not by the rounding.
int scaled(int value, double factor, EventRandom& random) noexcept {
  const auto fixed = static_cast<std::int64_t>(value * factor * 65536);
  return static_cast<int>((fixed + (random.word() >> 16)) >> 16);
}

/// Drops objects below `least` and restores the falling order of pt.
void settle(Objects& objects, int least) noexcept {
  int kept = 0;
  for (int i = 0; i < objects.count; ++i) {
    const auto from = static_cast<std::size_t>(i);
    if (objects.pt[from] < least) continue;
    auto to = static_cast<std::size_t>(kept++);
    const auto pt = objects.pt[from], eta = objects.eta[from], phi = objects.phi[from];
    for (; to > 0 && objects.pt[to - 1] < pt; --to) {
      objects.pt[to] = objects.pt[to - 1];
      objects.eta[to] = objects.eta[to - 1];
      objects.phi[to] = objects.phi[to - 1];
    }
    objects.pt[to] = pt;
    objects.eta[to] = eta;
    objects.phi[to] = phi;
  }
  objects.count = kept;
}

void scale_jets(double factor, EventRandom& random, Event& e) noexcept {
  for (int i = 0; i < e.jets.count; ++i) {
    auto& pt = e.jets.pt[static_cast<std::size_t>(i)];
    pt = static_cast<std::int16_t>(std::min(pt_of_steps(scaled(steps_of_pt(pt), factor, random)), saturated_jet));
  }
  settle(e.jets, least_jet);
}

bool inside(const Drift& d, int eta, int phi) noexcept {
  const double at_eta = eta * eta_unit, at_phi = phi * degrees_per_phi;
  const bool turns = d.phi[0] > d.phi[1];  // a range over 0, such as 350..10
  const bool in_phi = turns ? at_phi >= d.phi[0] || at_phi <= d.phi[1] : at_phi >= d.phi[0] && at_phi <= d.phi[1];
  return in_phi && at_eta >= d.eta[0] && at_eta <= d.eta[1];
}

/// Takes a share of the energy of the objects in the region; what it took of jets, as a vector.
void weaken(const Drift& d, double share, EventRandom& random, Objects& objects, int least, VectorSum* lost) noexcept {
  for (int i = 0; i < objects.count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (!inside(d, objects.eta[k], objects.phi[k])) continue;
    const int left = scaled(objects.pt[k], 1 - share, random);
    if (lost != nullptr) lost->add(objects.pt[k] - left, objects.phi[k]);
    objects.pt[k] = static_cast<std::int16_t>(left);
  }
  settle(objects, least);
}

void lose_region(const Drift& d, double share, EventRandom& random, Event& e) noexcept {
  VectorSum missing(e.met, e.met_phi), before = missing;
  weaken(d, share, random, e.egs, least_eg, nullptr);
  weaken(d, share, random, e.jets, least_jet, &missing);
  // Besides jets the region held its share of the soft energy.
  const double turn = d.phi[1] - d.phi[0] + (d.phi[0] > d.phi[1] ? 360 : 0);
  const double area = (d.eta[1] - d.eta[0]) / (2 * eta_reach) * turn / 360;
  e.total_et -= scaled(e.total_et, std::clamp(area * share, 0.0, 1.0), random);
  if (!(missing == before)) missing.store(e.met, e.met_phi);
}

void add_object(Objects& objects, int room, int most, int pt, int eta, int phi) noexcept {
  if (objects.count == room && objects.pt[static_cast<std::size_t>(room - 1)] >= pt) return;
  if (objects.count < room) ++objects.count;
  const auto last = static_cast<std::size_t>(objects.count - 1);
  objects.pt[last] = static_cast<std::int16_t>(std::min(pt, most));
  objects.eta[last] = static_cast<std::int16_t>(eta);
  objects.phi[last] = static_cast<std::int16_t>(phi);
  settle(objects, 1);
}

/// The tower is an e/gamma, a jet of its own or part of one, and unbalanced energy.
void add_noise(const Drift& d, double gev, Event& e) noexcept {
  const int pt = static_cast<int>(2 * gev);
  const int tower_eta = static_cast<int>(std::floor(d.eta[0] / (2 * eta_unit) + 0.5));
  const int tower_phi = static_cast<int>(d.phi[0] / (2 * degrees_per_phi)) % 72;
  if (std::abs(2 * tower_eta) <= 68 && pt >= least_eg)
    add_object(e.egs, max_egs, saturated_lepton, pt, 2 * tower_eta, 2 * tower_phi);
  constexpr int half_window = 8;
  bool merged = false;
  for (int i = 0; i < e.jets.count && !merged; ++i) {
    const auto k = static_cast<std::size_t>(i);
    const int turn = std::abs(e.jets.phi[k] - 2 * tower_phi - 1);
    if (std::abs(e.jets.eta[k] - 2 * tower_eta) > half_window || std::min(turn, 144 - turn) > half_window) continue;
    e.jets.pt[k] =
        static_cast<std::int16_t>(std::min(pt_of_steps(steps_of_pt(e.jets.pt[k]) + steps_of_pt(pt)), saturated_jet));
    merged = true;
  }
  const int jet = pt_of_steps(steps_of_pt(pt));
  if (!merged && jet >= least_jet) add_object(e.jets, max_jets, saturated_jet, jet, 2 * tower_eta, 2 * tower_phi + 1);
  settle(e.jets, least_jet);
  e.total_et = std::min(e.total_et + pt, saturated_sum);
  VectorSum missing(e.met, e.met_phi);
  missing.add(pt, 2 * tower_phi + 72);  // missing energy points away from what is seen
  missing.store(e.met, e.met_phi);
}

}  // namespace

double Drift::progress(StreamPosition at) const noexcept {
  const std::uint64_t here = by_lumisection ? at.lumisection : at.event;
  if (here < start) return 0;
  if (here - start >= ramp) return 1;
  return static_cast<double>(here - start + 1) / static_cast<double>(ramp + 1);
}

float pileup_scale(const std::vector<Drift>& drifts, StreamPosition at) noexcept {
  double scale = 1;
  for (const Drift& d : drifts) {
    if (d.kind == DriftKind::pile_up) scale *= 1 + d.size * d.progress(at);
  }
  return static_cast<float>(scale);
}

void apply(const std::vector<Drift>& drifts, StreamPosition at, EventRandom random, Event& event) noexcept {
  for (const Drift& d : drifts) {
    const double size = d.size * d.progress(at);
    if (size == 0) continue;
    if (d.kind == DriftKind::jet_scale) scale_jets(1 + size, random, event);
    if (d.kind == DriftKind::dead_region) lose_region(d, size, random, event);
    if (d.kind == DriftKind::noisy_tower && random.word() < d.rate * 4294967296.0) add_noise(d, size, event);
  }
}

}  // namespace trigloop::simulate
