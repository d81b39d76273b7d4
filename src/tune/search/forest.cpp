#include "tune/search/forest.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "tune/search/draw.hpp"

namespace trigloop::tune {
namespace {

/// What is left of a side in a node.
struct Part {
  double low, high;           ///< of an interval
  std::vector<bool> choices;  ///< of choices
};
using Box = std::vector<Part>;

struct Leaf {
  Box box;
  double value;
};

/// The share of a side that is left.
double share(const Part& part, const Side& side) {
  if (side.choices > 0)
    return static_cast<double>(std::ranges::count(part.choices, true)) / static_cast<double>(side.choices);
  return (part.high - part.low) / (side.high - side.low);
}

struct Split {
  std::size_t side;
  double at;  ///< the last value of the left part, or the choice that goes left
  double gain;
};

class Tree {
 public:
  Tree(const Samples& samples, std::size_t depth, core::Philox random) : samples_(samples) {
    std::vector<std::size_t> rows(samples.answers.size());
    for (std::size_t& row : rows)
      row = std::min(rows.size() - 1, static_cast<std::size_t>(uniform(random) * static_cast<double>(rows.size())));
    Box box;
    for (const Side& side : samples.sides) box.push_back({side.low, side.high, std::vector<bool>(side.choices, true)});
    grow(std::move(rows), std::move(box), depth);
  }
  std::vector<double> shares() const;

 private:
  void grow(std::vector<std::size_t> rows, Box box, std::size_t depth);
  std::optional<Split> best_split(std::span<const std::size_t> rows) const;
  void try_interval(std::size_t side, std::vector<std::size_t>& rows, std::optional<Split>& best) const;
  void try_choices(std::size_t side, std::span<const std::size_t> rows, std::optional<Split>& best) const;
  double marginal_variance(std::size_t side, double mean) const;

  const Samples& samples_;
  std::vector<Leaf> leaves_;
};

void keep(std::optional<Split>& best, const Split& split) {
  if (!best || split.gain > best->gain) best = split;
}

/// What a cut takes from the sum of squares, up to a constant: less variance within, more between.
double gain(double left, std::size_t left_rows, double all, std::size_t rows) {
  const double right = all - left, right_rows = static_cast<double>(rows - left_rows);
  return left * left / static_cast<double>(left_rows) + right * right / right_rows -
         all * all / static_cast<double>(rows);
}

void Tree::try_interval(std::size_t side, std::vector<std::size_t>& rows, std::optional<Split>& best) const {
  const auto& x = samples_.columns[side];
  std::ranges::sort(rows, {}, [&](std::size_t row) { return x[row]; });
  double all = 0, left = 0;
  for (const std::size_t row : rows) all += samples_.answers[row];
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    left += samples_.answers[rows[i]];
    const double here = x[rows[i]], next = x[rows[i + 1]];
    if (next > here) keep(best, {side, std::midpoint(here, next), gain(left, i + 1, all, rows.size())});
  }
}

void Tree::try_choices(std::size_t side, std::span<const std::size_t> rows, std::optional<Split>& best) const {
  std::vector<double> sum(samples_.sides[side].choices);
  std::vector<std::size_t> count(sum.size());
  for (const std::size_t row : rows) {
    const auto choice = static_cast<std::size_t>(samples_.columns[side][row]);
    sum[choice] += samples_.answers[row];
    ++count[choice];
  }
  const double all = std::accumulate(sum.begin(), sum.end(), 0.0);
  for (std::size_t c = 0; c < sum.size(); ++c) {
    if (count[c] > 0 && count[c] < rows.size())
      keep(best, {side, static_cast<double>(c), gain(sum[c], count[c], all, rows.size())});
  }
}

std::optional<Split> Tree::best_split(std::span<const std::size_t> rows) const {
  std::optional<Split> best;
  std::vector<std::size_t> sorted(rows.begin(), rows.end());
  for (std::size_t side = 0; side < samples_.sides.size(); ++side) {
    if (samples_.sides[side].choices > 0) {
      try_choices(side, rows, best);
    } else {
      try_interval(side, sorted, best);
    }
  }
  return best;
}

void Tree::grow(std::vector<std::size_t> rows, Box box, std::size_t depth) {
  const auto& y = samples_.answers;
  const bool is_flat = std::ranges::all_of(rows, [&](std::size_t row) { return y[row] == y[rows.front()]; });
  const std::optional<Split> split = is_flat || depth == 0 ? std::nullopt : best_split(rows);
  if (!split) {
    double sum = 0;
    for (const std::size_t row : rows) sum += y[row];
    leaves_.push_back({std::move(box), sum / static_cast<double>(rows.size())});
    return;
  }
  const auto& x = samples_.columns[split->side];
  const bool is_choice = samples_.sides[split->side].choices > 0;
  const auto middle = std::ranges::partition(
      rows, [&](std::size_t row) { return is_choice ? x[row] == split->at : x[row] <= split->at; });
  Box left = box, right = std::move(box);
  if (is_choice) {
    const auto c = static_cast<std::size_t>(split->at);
    left[split->side].choices.assign(left[split->side].choices.size(), false);
    left[split->side].choices[c] = true;
    right[split->side].choices[c] = false;
  } else {
    left[split->side].high = right[split->side].low = split->at;
  }
  grow({rows.begin(), middle.begin()}, std::move(left), depth - 1);
  grow({middle.begin(), rows.end()}, std::move(right), depth - 1);
}

/// The variance along one side of the mean over all others: a function of steps, to which each leaf adds its value
/// times its extent in the others.
double Tree::marginal_variance(std::size_t side, double mean) const {
  const Side& of = samples_.sides[side];
  std::map<double, double> rises;  // where the mean over the others rises, and by how much
  std::vector<double> by_choice(of.choices, -mean);
  for (const Leaf& leaf : leaves_) {
    double others = 1;
    for (std::size_t s = 0; s < samples_.sides.size(); ++s)
      if (s != side) others *= share(leaf.box[s], samples_.sides[s]);
    const Part& part = leaf.box[side];
    for (std::size_t c = 0; c < of.choices; ++c)
      if (part.choices[c]) by_choice[c] += leaf.value * others;
    rises[part.low] += leaf.value * others;
    rises[part.high] -= leaf.value * others;
  }
  double sum = 0;
  for (const double away : by_choice) sum += away * away / static_cast<double>(of.choices);
  if (of.choices > 0) return sum;
  double away = -mean;
  for (auto at = rises.begin(); at != rises.end() && std::next(at) != rises.end(); ++at) {
    away += at->second;
    sum += away * away * (std::next(at)->first - at->first) / (of.high - of.low);
  }
  return sum;
}

std::vector<double> Tree::shares() const {
  std::vector<double> extent;
  double mean = 0, variance = 0;
  for (const Leaf& leaf : leaves_) {
    extent.push_back(1);
    for (std::size_t s = 0; s < samples_.sides.size(); ++s) extent.back() *= share(leaf.box[s], samples_.sides[s]);
    mean += leaf.value * extent.back();
  }
  for (std::size_t i = 0; i < leaves_.size(); ++i)
    variance += (leaves_[i].value - mean) * (leaves_[i].value - mean) * extent[i];
  std::vector<double> all;
  if (variance <= 0) return all;
  for (std::size_t s = 0; s < samples_.sides.size(); ++s) all.push_back(marginal_variance(s, mean) / variance);
  return all;
}

}  // namespace

std::vector<double> tree_shares(const Samples& samples, std::size_t depth, core::Philox random) {
  return Tree(samples, depth, random).shares();
}

}  // namespace trigloop::tune
