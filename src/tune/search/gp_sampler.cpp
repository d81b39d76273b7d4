#include "tune/search/gp_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "tune/search/draw.hpp"
#include "tune/search/random_sampler.hpp"
#include "tune/search/sobol_sampler.hpp"
#include "tune/search/truncated_normal.hpp"

namespace trigloop::tune {
namespace {

using Point = std::vector<double>;

/// The unit cube of a space; choices are their index. What is fixed, or but one value, does not move.
class Cube {
 public:
  Cube(const Space& space, const Fixed& fixed) {
    for (const Dimension& d : space.dimensions()) {
      lines_.push_back(interval(*d.distribution));
      const auto set = fixed.find(d.name);
      held_.push_back(set != fixed.end() ? std::optional(coordinate(lines_.size() - 1, set->second)) : std::nullopt);
    }
  }
  std::size_t sides() const { return lines_.size(); }
  bool is_choice(std::size_t d) const { return lines_[d].is_categorical(); }
  double coordinate(std::size_t d, double value) const { return is_choice(d) ? value : to_unit(lines_[d], value); }
  double value(std::size_t d, double coordinate) const {
    return is_choice(d) ? coordinate : from_unit(lines_[d], coordinate);
  }
  /// The nearest coordinate that a value has.
  double snapped(std::size_t d, double u) const {
    return held_[d] ? *held_[d] : coordinate(d, from_unit(lines_[d], std::clamp(u, 0.0, 1.0)));
  }
  Point of(const Trial& trial, const Space& space) const {
    Point x;
    for (std::size_t d = 0; d < sides(); ++d) {
      const Parameter* p = trial.find(space.dimensions()[d].name);
      const bool known = p != nullptr && contains(*space.dimensions()[d].distribution, p->value);
      x.push_back(known ? coordinate(d, p->value) : is_choice(d) ? -1 : 0.5);
    }
    return x;
  }
  Point random(core::Philox& random) const {
    Point x;
    for (std::size_t d = 0; d < sides(); ++d) x.push_back(snapped(d, uniform(random)));
    return x;
  }
  /// Some coordinates moved a little, or to another choice.
  Point near(Point x, double scale, core::Philox& random) const {
    const double moved = std::max(0.3, 1 / static_cast<double>(sides()));
    for (std::size_t d = 0; d < sides(); ++d) {
      if (uniform(random) > moved) continue;
      x[d] = snapped(d, is_choice(d) ? uniform(random) : x[d] + scale * normal(random));
    }
    return x;
  }

 private:
  std::vector<Interval> lines_;
  std::vector<std::optional<double>> held_;
};

struct Candidate {
  double gain;
  Point at;
};

/// Looks everywhere, then climbs from the best places with shrinking steps.
Point best_place(const GaussianProcess& process, const Cube& cube, const Point& incumbent, double best,
                 core::Philox& random) {
  std::vector<Candidate> all;
  const auto add = [&](Point x) {
    const double gain = process.log_improvement(x, best);
    all.push_back({gain, std::move(x)});
  };
  for (int i = 0; i < 1000; ++i) add(cube.random(random));
  for (int i = 0; i < 300; ++i) add(cube.near(incumbent, i % 3 == 0 ? 0.1 : i % 3 == 1 ? 0.03 : 0.01, random));
  std::ranges::stable_sort(all, std::ranges::greater(), &Candidate::gain);
  all.resize(8);
  for (Candidate& one : all) {
    double scale = 0.1;
    for (int i = 0; i < 60; ++i) {
      Point next = cube.near(one.at, scale, random);
      const double gain = process.log_improvement(next, best);
      if (gain > one.gain) {
        one = {gain, std::move(next)};
      } else {
        scale *= 0.93;
      }
    }
  }
  return std::ranges::max(all, {}, &Candidate::gain).at;
}

}  // namespace

/// The trials that are fitted: all, or the best and the newest.
std::vector<std::int64_t> GpSampler::chosen(const History& history) {
  for (; seen_ < history.finished().size(); ++seen_) {
    const Trial& trial = history[history.finished()[seen_]];
    if (trial.state == TrialState::complete && std::isfinite(trial.values[0])) complete_.push_back(trial.number);
  }
  std::vector<std::int64_t> all = complete_;
  const auto most = static_cast<std::ptrdiff_t>(options_.trials);
  if (std::ssize(all) <= most) return all;
  std::ranges::stable_sort(all, {}, [&](std::int64_t n) { return history.loss(history[n]); });
  std::ranges::sort(all.begin() + most / 2, all.end(), std::ranges::greater());
  all.resize(static_cast<std::size_t>(most));
  return all;
}

std::vector<double> GpSampler::propose(const History& history, const Space& space, std::int64_t number,
                                       const Fixed& fixed) {
  const Cube cube(space, fixed);
  std::vector<bool> categorical;
  for (std::size_t d = 0; d < cube.sides(); ++d) categorical.push_back(cube.is_choice(d));
  std::vector<Point> points;
  std::vector<double> losses;
  double best = std::numeric_limits<double>::infinity(), sum = 0;
  for (const std::int64_t n : chosen(history)) {
    points.push_back(cube.of(history[n], space));
    losses.push_back(history.loss(history[n]));
    sum += losses.back();
    best = std::min(best, losses.back());
  }
  const Point incumbent = points[static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin())];
  const double mean = sum / static_cast<double>(losses.size());
  for (const std::int64_t n : history.running()) {
    if (n == number || history[n].parameters.empty()) continue;
    points.push_back(cube.of(history[n], space));
    losses.push_back(mean);
  }
  GaussianProcess process(categorical);
  process.fit(std::move(points), losses);
  core::Philox random(seed_, static_cast<std::uint64_t>(number));
  Point place = best_place(process, cube, incumbent, best, random);
  for (std::size_t d = 0; d < place.size(); ++d) place[d] = cube.value(d, std::max(place[d], 0.0));
  return place;
}

Suggestion GpSampler::suggest(const History& history, const Space& space, std::int64_t number, const Fixed& fixed) {
  if (history.directions().size() != 1)
    throw core::Error(core::ErrorCode::usage, "the sampler gp has one objective").remedy("Take nsga2 or tpe");
  if (std::ssize(chosen(history)) < std::max<std::int64_t>(options_.startup, 2))
    return SobolSampler(seed_).suggest(history, space, number, fixed);
  const std::vector<double> values = propose(history, space, number, fixed);
  return {fill(space, fixed, [&](std::size_t d, const Interval&) { return values[d]; }), {}};
}

}  // namespace trigloop::tune
