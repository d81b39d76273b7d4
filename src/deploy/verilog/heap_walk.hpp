#pragma once
// A heap's plan carried out on its bits, whatever a bit is: its name where the sum is written as Verilog, the time at
// which it is there where the sum is timed. Both so take the same bits in the same order.
#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "deploy/adders/sum_graph.hpp"

namespace trigloop::deploy {

/// `Ops` makes bits of bits, the lowest first:
///
/// - `Bit zero(), one()`: constants;
/// - `Bit bit(t, k, inverted)`: bit k of the t-th term's value;
/// - `std::array<Bit, 3> count(counter, bits)`: how many of them are 1; that of the next column, if any, is the last;
/// - `std::vector<Bit> add(a, b)`: a + b, with one bit more;
/// - `std::vector<Bit> total(a, b)`, `total(a, b, c)`: the last sum, as wide as they are.
template <class Ops>
class HeapWalk {
 public:
  using Bit = typename Ops::Bit;
  using Bits = std::vector<Bit>;

  /// ranges[k] is of the signal that terms[k] names by its `value`.
  HeapWalk(Ops& ops, const Heap& heap, std::span<const Term> terms, std::span<const Range> ranges)
      : ops_(ops), columns_(heap.heights.size()) {
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if ((heap.constant >> c & 1) != 0) columns_[c].push_back(ops_.one());
    }
    for (std::size_t t = 0; t < terms.size(); ++t) {
      const Range& range = ranges[terms[t].value];
      const int width = width_of(range), at = terms[t].shift - heap.lowest;
      for (int k = 0; k < width && at + k < columns(); ++k) {
        const bool is_sign = is_signed(range) && k == width - 1;
        column(at + k).push_back(ops_.bit(t, k, terms[t].negative != is_sign));
      }
    }
  }

  /// The sum's bits from the heap's lowest column on.
  Bits run(const HeapPlan& plan) && {
    for (const auto& level : plan.levels) count(level);
    for (const RowAdder& adder : plan.adders) {
      const Bits a = row(adder.first, adder.last), b = row(adder.first, adder.last);
      put(adder.first, ops_.add(a, b));
    }
    const int top = columns() - 1;
    Bits sum = row(0, std::min(plan.lowest, columns()) - 1);
    if (plan.lowest > top) return sum;
    const Bits a = row(plan.lowest, top), b = row(plan.lowest, top);
    const Bits high = plan.rows == 3 ? ops_.total(a, b, row(plan.lowest, top)) : ops_.total(a, b);
    sum.insert(sum.end(), high.begin(), high.end());
    return sum;
  }

 private:
  int columns() const { return static_cast<int>(columns_.size()); }
  std::deque<Bit>& column(int c) { return columns_[static_cast<std::size_t>(c)]; }

  Bit take(int c) {
    Bit bit = std::move(column(c).front());
    column(c).pop_front();
    return bit;
  }

  void count(const std::vector<Counter>& level) {
    std::vector<std::pair<int, std::array<Bit, 3>>> counts;
    for (const Counter& counter : level) {
      Bits bits;
      for (int k = counter.takes_next ? 5 : 6; k > 0; --k) bits.push_back(take(counter.column));
      if (counter.takes_next) bits.push_back(take(counter.column + 1));
      counts.emplace_back(counter.column, ops_.count(counter, bits));
    }
    for (const auto& [first, bits] : counts) put(first, bits);
  }

  /// Bits beyond the last column are of no weight.
  template <class List>
  void put(int first, const List& bits) {
    for (int k = 0; k < static_cast<int>(bits.size()) && first + k < columns(); ++k)
      column(first + k).push_back(bits[static_cast<std::size_t>(k)]);
  }

  /// One bit of each column, or 0.
  Bits row(int first, int last) {
    Bits bits;
    for (int c = first; c <= last; ++c) bits.push_back(column(c).empty() ? ops_.zero() : take(c));
    return bits;
  }

  Ops& ops_;
  std::vector<std::deque<Bit>> columns_;
};

}  // namespace trigloop::deploy
