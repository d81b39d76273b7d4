// Rules by which what moved together is given a name. Faults of a detector are at a place; an energy scale moves one
// object's pt; more collisions make more of every object, everywhere.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "watch/finding.hpp"

namespace trigloop::watch {
namespace {

constexpr double strong = 8;

using Findings = std::vector<Finding>;

bool points_only(const Finding& finding) { return finding.object == "MET" || finding.object == "EtSum"; }

const Finding* find(const Findings& findings, const std::string& object, const std::string& quantity) {
  const auto one = std::ranges::find_if(
      findings, [&](const Finding& f) { return f.object == object && f.quantity == quantity && f.evidence >= strong; });
  return one == findings.end() ? nullptr : &*one;
}

/// The strongest region in phi: a detector is alike all around, and so is all physics. Missing energy only points.
const Finding* region(const Findings& findings) {
  const Finding* best = nullptr;
  for (const Finding& one : findings) {
    if (one.quantity != "phi" || points_only(one) || one.evidence < strong) continue;
    if (best == nullptr || one.evidence > best->evidence) best = &one;
  }
  return best;
}

Cause region_cause(const Findings& findings, const Finding& phi) {
  const bool dead = phi.size < 0;
  std::string text = fmt::format("{} region at {}", dead ? "dead or inefficient" : "noisy", phi.place);
  if (const Finding* eta = find(findings, phi.object, "eta"); eta != nullptr && (eta->size < 0) == dead) {
    text += ", " + eta->place;
  }
  return {dead ? "dead-region" : "noisy-region", text + ": " + words_of(phi)};
}

/// More or fewer of at least two kinds of objects, in the same direction.
const Finding* multiplicity(const Findings& findings) {
  const Finding *jets = find(findings, "Jet", "count"), *photons = find(findings, "EG", "count");
  if (jets == nullptr || photons == nullptr || (jets->size > 0) != (photons->size > 0)) return nullptr;
  return jets->evidence > photons->evidence ? jets : photons;
}

/// The object's pt everywhere, where that moved by most of what it did in the strongest region: then the region is but
/// where it shows best.
const Finding& everywhere(const Findings& findings, const Finding& best) {
  constexpr double most_of_it = 0.6;
  const auto all = std::ranges::find_if(findings, [&](const Finding& f) {
    return f.object == best.object && f.quantity == "pt" && f.place.empty() && f.evidence >= strong;
  });
  const bool moved = all != findings.end() && std::abs(all->size) >= most_of_it * std::abs(best.size);
  return moved && (all->size > 0) == (best.size > 0) ? *all : best;
}

const Finding* energy(const Findings& findings) {
  const Finding* best = nullptr;
  for (const Finding& one : findings) {
    if (one.quantity != "pt" || points_only(one) || one.evidence < strong) continue;
    if (best == nullptr || one.evidence > best->evidence) best = &one;
  }
  return best == nullptr ? nullptr : &everywhere(findings, *best);
}

}  // namespace

Cause cause_of(const Findings& findings) {
  if (const Finding* phi = region(findings)) return region_cause(findings, *phi);
  if (const Finding* more = multiplicity(findings)) {
    return {"pile-up", fmt::format("{} collisions a crossing: {}", more->size > 0 ? "more" : "fewer", words_of(*more))};
  }
  if (const Finding* scale = energy(findings)) return {"energy-scale", "energy scale: " + words_of(*scale)};
  const Finding& first = findings.front();
  return {first.object == "rate" ? "rate" : "shape", words_of(first)};
}

}  // namespace trigloop::watch
