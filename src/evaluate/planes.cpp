#include "evaluate/planes.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "evaluate/side.hpp"

namespace trigloop::evaluate {
namespace {

using curate::Side;

constexpr double gev_per_step = 0.5;
constexpr std::array<const char*, curate::object_kinds> kind_words = {"MET", "e/gamma", "muon", "jet"};

/// From 0 to 100 collisions.
std::vector<double> pileup_edges() {
  std::vector<double> edges;
  for (int i = 0; i <= 50; ++i) edges.push_back(2 * i);
  return edges;
}

/// 0, then ten bins a decade from 1 GeV to `highest`.
std::vector<double> energy_edges(double highest) {
  std::vector<double> edges{0};
  for (int i = 0; edges.back() < highest; ++i) edges.push_back(std::min(highest, std::pow(10.0, 0.1 * i)));
  return edges;
}

std::size_t bin_of(std::span<const double> edges, double x) {
  const auto above = std::upper_bound(edges.begin(), edges.end(), x) - edges.begin();
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(above, 1, std::ssize(edges) - 1) - 1);
}

std::string quantity_of(const curate::Object& object) {
  const std::string word = kind_words[static_cast<std::size_t>(object.kind)];
  if (object.kind == curate::ObjectKind::met) return word;
  return (object.rank == 0 ? "leading " : "subleading ") + word + " pt";
}

}  // namespace

Planes::Planes(const curate::Settings& settings, const curate::SideTypes& sides, std::vector<std::int64_t> score_edges)
    : types_(sides), score_edges_(std::move(score_edges)), values_(3 * settings.objects.size()) {
  add_side(Side::pileup, "pile-up", "", pileup_edges());
  add_side(Side::ht, "HT", "GeV", energy_edges(2048));
  for (std::size_t k = 0; k < settings.objects.size(); ++k) {
    const curate::Object& object = settings.objects[k];
    if (object.rank > 1) continue;
    momenta_.push_back({planes_.size(), 3 * k});
    const double highest = gev_per_step * (curate::saturation_of(object.kind) + 1);
    planes_.push_back({quantity_of(object), "GeV", energy_edges(highest), {}});
  }
  for (Plane& plane : planes_) plane.counts.resize((plane.x_edges.size() - 1) * (score_edges_.size() - 1));
}

void Planes::add_side(Side side, std::string quantity, std::string unit, std::vector<double> edges) {
  if (!types_[index(side)]) return;
  sides_.push_back({side, planes_.size()});
  planes_.push_back({std::move(quantity), std::move(unit), std::move(edges), {}});
}

void Planes::add(std::size_t plane, double x, std::size_t score_bin) {
  Plane& p = planes_[plane];
  if (!std::isnan(x)) ++p.counts[bin_of(p.x_edges, x) * (score_edges_.size() - 1) + score_bin];
}

void Planes::fill(const curate::Batch& batch, std::span<const std::int32_t> codes) {
  score_bins_.clear();
  for (const std::int32_t code : codes) {
    const auto above = std::ranges::upper_bound(score_edges_, std::int64_t{code}) - score_edges_.begin();
    score_bins_.push_back(
        static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(above, 1, std::ssize(score_edges_) - 1) - 1));
  }
  for (const auto& [side, plane] : sides_) {
    each_value(batch, side, types_,
               [&, p = plane](std::size_t e, auto value) { add(p, static_cast<double>(value), score_bins_[e]); });
  }
  for (const Momentum& m : momenta_) {
    for (std::size_t e = 0; e < batch.events; ++e)
      add(m.plane, gev_per_step * batch.values[e * values_ + m.value], score_bins_[e]);
  }
}

Planes& Planes::operator+=(const Planes& other) {
  for (std::size_t p = 0; p < planes_.size(); ++p) {
    for (std::size_t i = 0; i < planes_[p].counts.size(); ++i) planes_[p].counts[i] += other.planes_[p].counts[i];
  }
  return *this;
}

}  // namespace trigloop::evaluate
