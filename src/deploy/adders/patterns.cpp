#include "deploy/adders/patterns.hpp"

#include <algorithm>
#include <cassert>

#include "deploy/adders/digits.hpp"

namespace trigloop::deploy {
namespace {

constexpr int distance_zero = 128;

/// A number in [-1, 1) that depends on both (splitmix64's last steps).
double noise_of(std::uint64_t key, std::uint64_t seed) {
  std::uint64_t x = key + 0x9E3779B97F4A7C15u * (seed + 1);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) * 0x1p-52 - 1;
}

}  // namespace

Greedy::Greedy(const MatrixProduct& product, const GreedyOptions& options) : options_(options) {
  const std::size_t inputs = product.inputs.size();
  graph_.inputs = inputs;
  graph_.constants = product.bias;
  for (const Range& range : product.inputs) {
    values_.push_back({range, width_of(range), 0});
    ranges_.push_back(range);
  }
  for (std::size_t o = 0; o < product.outputs(); ++o) {
    auto& row = graph_.outputs.emplace_back();
    for (std::size_t i = 0; i < inputs; ++i) {
      for (const SignedDigit& digit : signed_digits(product.weights[o * inputs + i])) {
        const Term term{static_cast<std::uint32_t>(i), digit.shift, digit.negative};
        count(row, term, 1);
        row.push_back(term);
      }
    }
  }
}

Greedy::Key Greedy::key_of(const Term& a, const Term& b) const {
  const bool swap = a.value > b.value || (a.value == b.value && a.shift > b.shift);
  const Term &first = swap ? b : a, &second = swap ? a : b;
  const auto distance = static_cast<Key>(second.shift - first.shift + distance_zero);
  return Key{first.value} << 36 | Key{second.value} << 12 | distance << 1 | (a.negative != b.negative ? 1u : 0u);
}

Greedy::Pattern Greedy::pattern_of(Key key) {
  return {static_cast<std::uint32_t>(key >> 36), static_cast<std::uint32_t>(key >> 12 & 0xFFFFFF),
          static_cast<int>(key >> 1 & 0x7FF) - distance_zero, (key & 1) != 0};
}

std::array<Term, 2> Greedy::terms_of(const Pattern& p) {
  if (p.distance >= 0) return {Term{p.first, 0, false}, Term{p.second, p.distance, p.opposite}};
  return {Term{p.second, 0, false}, Term{p.first, -p.distance, p.opposite}};
}

void Greedy::count(const std::vector<Term>& row, const Term& term, int by) {
  for (const Term& other : row) {
    counts_[key_of(term, other)] += by;
    ++work_;
  }
}

double Greedy::saving(Key key, int uses) const {
  if (uses < 2) return 0;
  const Pattern p = pattern_of(key);
  const Value &a = values_[p.first], &b = values_[p.second];
  if (std::max(a.depth, b.depth) + 1 > options_.max_depth) return 0;
  const std::array<Term, 2> terms = terms_of(p);
  const int width = width_of(range_of(terms, 0, ranges_));
  const double each = options_.term_cost * (a.width + b.width - width);
  const double cost = options_.adder_cost * (width - terms[1].shift);
  const double saved = uses * each - cost;
  return saved <= 0 ? 0 : saved * (1 + options_.noise * noise_of(key, options_.seed));
}

void Greedy::push(Key key) {
  const double saved = saving(key, counts_.of(key));
  if (saved <= 0) return;
  queue_.emplace_back(saved, key);
  std::ranges::push_heap(queue_);
}

std::uint32_t Greedy::add_value(const Pattern& pattern) {
  const std::array<Term, 2> terms = terms_of(pattern);
  graph_.sums.emplace_back(terms.begin(), terms.end());
  const Range range = range_of(graph_.sums.back(), 0, ranges_);
  const int depth = std::max(values_[pattern.first].depth, values_[pattern.second].depth) + 1;
  values_.push_back({range, width_of(range), depth});
  ranges_.push_back(range);
  return static_cast<std::uint32_t>(values_.size() - 1);
}

void Greedy::replace(std::vector<Term>& row, const Pattern& p, std::uint32_t value) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].value != p.first) continue;
    const Term first = row[i];
    const Term wanted{p.second, first.shift + p.distance, first.negative != p.opposite};
    const auto found = std::ranges::find(row, wanted);
    if (found == row.end() || found == row.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    const Term second = *found;
    row.erase(found);
    count(row, second, -1);
    row.erase(std::ranges::find(row, first));
    count(row, first, -1);
    const Term& lower = p.distance >= 0 ? first : second;
    const Term sum{value, lower.shift, lower.negative};
    for (const Term& other : row) {
      const Key key = key_of(sum, other);
      if (++counts_[key] >= 2) push(key);
      ++work_;
    }
    row.push_back(sum);
    i = static_cast<std::size_t>(-1);  // terms have moved; a value is seldom more than once in a row
  }
}

SumGraph Greedy::run() && {
  for (const auto& [key, uses] : counts_.entries()) {
    if (const double saved = saving(key, uses); saved > 0) queue_.emplace_back(saved, key);
  }
  std::ranges::make_heap(queue_);
  while (!queue_.empty()) {
    std::ranges::pop_heap(queue_);
    const auto [saved, key] = queue_.back();
    queue_.pop_back();
    const double now = saving(key, counts_.of(key));
    if (now < saved) {  // it was counted before others took its terms
      push(key);
      continue;
    }
    const Pattern pattern = pattern_of(key);
    const std::uint32_t value = add_value(pattern);
    for (auto& row : graph_.outputs) replace(row, pattern, value);
  }
  return std::move(graph_);
}

}  // namespace trigloop::deploy
