#pragma once
// Common sub-expressions of a matrix product: two terms of fixed distance and relative sign that many outputs add.
//
// Each output is a row of terms. The pattern whose sharing saves most becomes a value of its own, and its occurrences
// one term each; then the next. Counts of all patterns are kept up to date with every term that comes or goes.
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "deploy/adders/pattern_counts.hpp"
#include "deploy/adders/sum_graph.hpp"

namespace trigloop::deploy {

struct GreedyOptions {
  int max_depth = 100;       ///< additions of two that may follow one another in a shared value
  double term_cost = 1;      ///< of a bit that remains in an output
  double adder_cost = 1.25;  ///< of a bit of a shared adder
  double noise = 0;          ///< each pattern's saving is taken times 1 +- noise at most,
  std::uint64_t seed = 0;    ///< drawn from this and the pattern
};

/// Shares patterns until none saves anything.
class Greedy {
 public:
  Greedy(const MatrixProduct& product, const GreedyOptions& options);
  /// Another run from the same beginning: patterns need not be counted again.
  Greedy(const Greedy& beginning, const GreedyOptions& options) : Greedy(beginning) { options_ = options; }
  SumGraph run() &&;
  /// Updates of the table of patterns: the measure of work.
  std::uint64_t work() const noexcept { return work_; }

 private:
  using Key = PatternCounts::Key;
  struct Pattern {
    std::uint32_t first, second;
    int distance;  ///< of the second, may be negative
    bool opposite;
  };
  struct Value {
    Range range;
    int width, depth;
  };

  Key key_of(const Term& a, const Term& b) const;
  static Pattern pattern_of(Key key);
  /// first +- second << distance, the lower one first and positive.
  static std::array<Term, 2> terms_of(const Pattern& pattern);
  void count(const std::vector<Term>& row, const Term& term, int by);
  double saving(Key key, int uses) const;
  void push(Key key);
  std::uint32_t add_value(const Pattern& pattern);
  void replace(std::vector<Term>& row, const Pattern& pattern, std::uint32_t value);

  GreedyOptions options_;
  SumGraph graph_;
  std::vector<Value> values_;
  std::vector<Range> ranges_;
  PatternCounts counts_;
  std::vector<std::pair<double, Key>> queue_;  ///< a heap of savings, some out of date: checked when taken
  std::uint64_t work_ = 0;
};

}  // namespace trigloop::deploy
