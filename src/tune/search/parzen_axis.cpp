#include "tune/search/parzen_axis.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "tune/search/draw.hpp"
#include "tune/search/truncated_normal.hpp"

namespace trigloop::tune {
namespace {

ParzenAxis::Kind kind_of(const Interval& i) {
  if (i.is_categorical()) return ParzenAxis::Kind::categorical;
  const bool few = i.step > 0 && (i.high - i.low) / i.step < ParzenAxis::most_steps;
  return few ? ParzenAxis::Kind::stepped : ParzenAxis::Kind::continuous;
}

}  // namespace

ParzenAxis::ParzenAxis(const Interval& interval, double least_step) : interval_(interval), kind_(kind_of(interval)) {
  const Line line(interval);
  low_ = line.low;
  length_ = line.high - line.low;
  if (kind_ != Kind::continuous)
    rows_.resize(static_cast<std::size_t>((interval.high - interval.low) / interval.step + 1.5));
  if (kind_ == Kind::stepped) step_width_ = least_step / static_cast<double>(rows_.size());
  std::vector<std::uint32_t> changed;
  insert(0, -1, 0, changed);
}

double ParzenAxis::coordinate(double value) const noexcept {
  if (kind_ == Kind::categorical) return value;
  if (kind_ == Kind::stepped) return std::nearbyint((value - interval_.low) / interval_.step);
  return (place_of(interval_, value) - low_) / length_;
}

void ParzenAxis::set(std::uint32_t slot, double mean, double width) {
  mean_[slot] = mean;
  width_[slot] = width;
  if (kind_ == Kind::continuous) {
    inverse_[slot] = 1 / (width * std::numbers::sqrt2);
    norm_[slot] =
        -std::log(width) - 0.5 * std::log(2 * std::numbers::pi) - log_normal_mass(-mean / width, (1 - mean) / width);
  } else if (kind_ == Kind::stepped) {
    const auto [at, is_new] = shape_of_.try_emplace({mean, width}, static_cast<std::uint32_t>(shapes_.size()));
    if (is_new) shapes_.emplace_back(mean, width);
    shape_[slot] = at->second;
  }
}

std::size_t ParzenAxis::position(std::uint32_t slot) const {
  const auto key = [&](std::uint32_t s) { return std::pair(mean_[s], trial_[s]); };
  return static_cast<std::size_t>(std::ranges::lower_bound(sorted_, key(slot), {}, key) - sorted_.begin());
}

void ParzenAxis::insert(std::uint32_t slot, std::int64_t trial, double value, std::vector<std::uint32_t>& changed) {
  assert(slot <= value_.size());
  if (slot == value_.size()) {
    for (auto* v : {&value_, &mean_, &width_, &inverse_, &norm_}) v->push_back(0);
    shape_.push_back(0);
    trial_.push_back(0);
  }
  value_[slot] = value;
  trial_[slot] = trial;
  changed.push_back(slot);
  if (kind_ == Kind::categorical) {
    // Column 0 is the prior's, and column c + 1 that of trials with choice c.
    shape_[slot] = slot == 0 ? 0 : static_cast<std::uint32_t>(value) + 1;
  } else if (slot == 0) {
    set(0, 0.5, 1);
  } else {
    mean_[slot] = (place_of(interval_, value) - low_) / length_;
    const std::size_t at = position(slot);
    sorted_.insert(sorted_.begin() + static_cast<std::ptrdiff_t>(at), slot);
    measure_around(at, changed);
  }
}

void ParzenAxis::erase(std::uint32_t slot, std::vector<std::uint32_t>& changed) {
  if (kind_ == Kind::categorical) return;
  const std::size_t at = position(slot);
  assert(sorted_[at] == slot);
  sorted_.erase(sorted_.begin() + static_cast<std::ptrdiff_t>(at));
  measure_around(at, changed);
}

void ParzenAxis::shrink() noexcept {
  for (auto* v : {&value_, &mean_, &width_, &inverse_, &norm_}) v->pop_back();
  shape_.pop_back();
  trial_.pop_back();
}

void ParzenAxis::set_least_width(double width, std::vector<std::uint32_t>& changed) {
  width = std::max(width, step_width_);
  if (width == least_width_ || kind_ == Kind::categorical) return;
  least_width_ = width;
  measure_all(changed);
}

void ParzenAxis::measure_all(std::vector<std::uint32_t>& changed) {
  // Other widths make other shapes: the old ones go.
  shape_of_.clear();
  shapes_.clear();
  for (auto& row : rows_) row.clear();
  set(0, 0.5, 1);
  for (std::size_t p = 0; p < sorted_.size(); ++p) measure(p, changed);
}

void ParzenAxis::measure_around(std::size_t at, std::vector<std::uint32_t>& changed) {
  for (std::size_t p = at > 0 ? at - 1 : 0; p <= at + 1 && p < sorted_.size(); ++p) measure(p, changed);
}

void ParzenAxis::measure(std::size_t p, std::vector<std::uint32_t>& changed) {
  const std::uint32_t slot = sorted_[p];
  const double mean = mean_[slot];
  const bool is_first = p == 0, is_last = p + 1 == sorted_.size();
  const double below = mean - (is_first ? 0 : mean_[sorted_[p - 1]]);
  const double above = (is_last ? 1 : mean_[sorted_[p + 1]]) - mean;
  double width = std::max(below, above);
  if (is_first != is_last) width = is_first ? above : below;
  set(slot, mean, std::clamp(width, least_width_, 1.0));
  changed.push_back(slot);
}

const double* ParzenAxis::row(std::size_t index, std::size_t kernels) {
  if (kind_ == Kind::stepped) return stepped_row(index);
  // Each kernel gives the share `prior` to every choice, and 1 more to its own.
  const double prior = 1 / static_cast<double>(kernels), choices = static_cast<double>(interval_.choices);
  std::vector<double>& row = rows_[index];
  row.assign(interval_.choices + 1, std::log(prior / (1 + choices * prior)));
  row[0] = -std::log(choices);
  row[index + 1] = std::log((1 + prior) / (1 + choices * prior));
  return row.data();
}

const double* ParzenAxis::stepped_row(std::size_t index) {
  std::vector<double>& row = rows_[index];
  if (row.size() == shapes_.size()) return row.data();
  const auto edge = [&](double at) { return (place_of(interval_, at) - low_) / length_; };
  const double value = interval_.low + static_cast<double>(index) * interval_.step;
  const double left = edge(value - interval_.step / 2), right = edge(value + interval_.step / 2);
  for (std::size_t s = row.size(); s < shapes_.size(); ++s) {
    const auto [mean, width] = shapes_[s];
    row.push_back(log_normal_mass((left - mean) / width, (right - mean) / width) -
                  log_normal_mass(-mean / width, (1 - mean) / width));
  }
  return row.data();
}

}  // namespace trigloop::tune
