#include "tune/search/parzen.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "tune/search/draw.hpp"
#include "tune/search/parzen_kernels.hpp"
#include "tune/search/truncated_normal.hpp"

namespace trigloop::tune {
namespace {

constexpr std::size_t full_weight = 25;

/// The weight of the k-th of n trials, by age.
double recent_weight(std::size_t k, std::size_t n) {
  if (n < full_weight || k + full_weight >= n) return 1;
  const double first = 1 / static_cast<double>(n);
  const std::size_t ramp = n - full_weight;
  return ramp == 1 ? first : std::lerp(first, 1.0, static_cast<double>(k) / static_cast<double>(ramp - 1));
}

}  // namespace

Parzen::Parzen(std::span<const Interval> axes, Weights weights, double sharpness, double least_step)
    : kind_(weights), sharpness_(sharpness), trial_{-1}, base_{0}, changed_{0} {
  for (const Interval& axis : axes) axes_.emplace_back(axis, least_step);
}

double Parzen::least_width() const noexcept {
  return 1 / std::min(100.0, sharpness_ * static_cast<double>(size() + 2));
}

void Parzen::add(std::int64_t trial, std::span<const double> values) {
  const auto slot = static_cast<std::uint32_t>(trial_.size());
  const std::pair entry(trial, slot);
  const auto at = std::ranges::lower_bound(order_, entry);
  assert(at == order_.end() || at->first != trial);
  order_.insert(at, entry);
  trial_.push_back(trial);
  base_.push_back(0);
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    axes_[a].insert(slot, trial, values[a], changed_);
    axes_[a].set_least_width(least_width(), changed_);
  }
  total_ = 0;
}

void Parzen::remove(std::int64_t trial) {
  const auto at = std::ranges::lower_bound(order_, std::pair(trial, std::uint32_t{0}));
  if (at == order_.end() || at->first != trial) return;
  const std::uint32_t slot = at->second, last = static_cast<std::uint32_t>(trial_.size()) - 1;
  order_.erase(at);
  for (ParzenAxis& axis : axes_) {
    axis.erase(slot, changed_);
    if (slot == last) continue;
    axis.erase(last, changed_);
    axis.insert(slot, trial_[last], axis.value(last), changed_);
  }
  if (slot != last) {
    trial_[slot] = trial_[last];
    std::ranges::lower_bound(order_, std::pair(trial_[slot], std::uint32_t{0}))->second = slot;
  }
  trial_.pop_back();
  base_.pop_back();
  for (ParzenAxis& axis : axes_) {
    axis.shrink();
    axis.set_least_width(least_width(), changed_);
  }
  total_ = 0;
}

void Parzen::weigh() {
  if (total_ > 0) return;
  const std::size_t n = size();
  weight_.assign(n + 1, 1.0);
  total_ = 1;
  for (std::size_t k = 0; k < n; ++k) {
    if (kind_ == Weights::recent) weight_[order_[k].second] = recent_weight(k, n);
    total_ += weight_[order_[k].second];
  }
}

void Parzen::sum_norms() {
  for (const std::uint32_t slot : changed_) {
    if (slot >= base_.size()) continue;
    double sum = 0;
    for (const ParzenAxis& axis : axes_) sum += axis.norm(slot);
    base_[slot] = sum;
  }
  changed_.clear();
}

void Parzen::sample(core::Philox& random, std::span<double> point) {
  weigh();
  double rest = uniform(random) * total_;
  std::uint32_t slot = 0;  // what is behind all trials is the prior
  for (const auto& [trial, candidate] : order_) {
    if (rest < weight_[candidate]) {
      slot = candidate;
      break;
    }
    rest -= weight_[candidate];
  }
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    const ParzenAxis& axis = axes_[a];
    if (axis.kind() == ParzenAxis::Kind::categorical) {
      // The trial's choice with the weight 1, any with that of the prior.
      const double prior = slot == 0 ? 1 : 1 / static_cast<double>(size() + 1);
      const double choices = static_cast<double>(axis.interval().choices), own = slot == 0 ? 0 : 1;
      const double u = uniform(random) * (own + choices * prior);
      point[a] = u < own ? axis.value(slot) : std::min(std::floor((u - own) / prior), choices - 1);
    } else {
      point[a] = from_unit(axis.interval(), truncated_normal(random, axis.mean()[slot], axis.width(slot)));
    }
  }
}

std::vector<double> Parzen::log_density(std::span<const double> points) {
  weigh();
  sum_norms();
  const std::size_t count = points.size() / axes_.size();
  KernelTerms terms{base_.data(), weight_.data(), base_.size(), {}, {}};
  for (std::size_t a = 0; a < axes_.size(); ++a) {
    ParzenAxis& axis = axes_[a];
    std::vector<double> at(count);
    for (std::size_t c = 0; c < count; ++c) at[c] = axis.coordinate(points[c * axes_.size() + a]);
    if (axis.kind() == ParzenAxis::Kind::continuous) {
      terms.normals.push_back({axis.mean(), axis.inverse(), std::move(at)});
    } else {
      std::vector<const double*> rows;
      for (const double index : at) rows.push_back(axis.row(static_cast<std::size_t>(index), size() + 1));
      terms.tables.push_back({axis.shape(), std::move(rows)});
    }
  }
  std::vector<double> all = log_sum(terms, count);
  for (double& value : all) value -= std::log(total_);
  return all;
}

}  // namespace trigloop::tune
