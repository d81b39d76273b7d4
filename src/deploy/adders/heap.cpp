#include "deploy/adders/heap.hpp"

#include <algorithm>
#include <cstddef>

namespace trigloop::deploy {
namespace {

class Planner {
 public:
  explicit Planner(std::vector<int> heights) : heights_(std::move(heights)) {}

  HeapPlan plan() && {
    while (count_once()) continue;
    while (highest() > 3) add_rows();
    finish();
    return std::move(plan_);
  }

 private:
  int highest() const { return heights_.empty() ? 0 : std::ranges::max(heights_); }
  int columns() const { return static_cast<int>(heights_.size()); }
  int& height(int column) { return heights_[static_cast<std::size_t>(column)]; }
  static int carries_of(int bits) { return (bits + 3) / 4; }

  /// One level of counters; false if none has enough bits.
  bool count_once() {
    std::vector<Counter> level;
    std::vector<int> counts(heights_.size() + 3, 0);
    for (int c = 0; c < columns(); ++c) {
      for (; height(c) >= 6; height(c) -= 6) put(level, counts, {c, false});
      // Where three bits may stay, five are worth a counter only if they and a neighbour fill its table.
      if (height(c) == 5 && c + 1 < columns() && height(c + 1) > 0) {
        height(c) -= 5;
        height(c + 1) -= 1;
        put(level, counts, {c, true});
      }
    }
    for (int c = 0; c < columns(); ++c) height(c) += counts[static_cast<std::size_t>(c)];
    if (level.empty()) return false;
    plan_.levels.push_back(std::move(level));
    return true;
  }

  /// Counts beyond the last column are of no weight, and cost nothing.
  void put(std::vector<Counter>& level, std::vector<int>& counts, Counter counter) {
    for (int k = 0; k < 3; ++k) counts[static_cast<std::size_t>(counter.column + k)] += 1;
    plan_.tables += std::min(3, columns() - counter.column);
    level.push_back(counter);
  }

  /// Lowers the lowest run of columns of more than three bits by a carry chain over two bits of each.
  void add_rows() {
    const auto high = [](int h) { return h > 3; };
    const int first = static_cast<int>(std::ranges::find_if(heights_, high) - heights_.begin());
    int last = first;
    while (last + 1 < columns() && high(height(last + 1))) ++last;
    for (int c = first; c <= last; ++c) height(c) -= 1;
    if (last + 1 < columns()) height(last + 1) += 1;
    plan_.adders.push_back({first, last});
    const int bits = last - first + 1;
    plan_.tables += bits;
    plan_.carries += carries_of(bits + 1);
  }

  void finish() {
    plan_.rows = std::max(1, highest());
    const auto several = [](int h) { return h > 1; };
    plan_.lowest = static_cast<int>(std::ranges::find_if(heights_, several) - heights_.begin());
    const int bits = columns() - plan_.lowest;
    if (plan_.rows == 1 || bits == 0) return;
    const int three = static_cast<int>(std::ranges::find(heights_, 3) - heights_.begin());
    plan_.tables += bits + (columns() - three);
    plan_.carries += carries_of(bits);
  }

  std::vector<int> heights_;
  HeapPlan plan_;
};

}  // namespace

HeapPlan plan_heap(std::vector<int> heights) { return Planner(std::move(heights)).plan(); }

}  // namespace trigloop::deploy
