#include "deploy/adders/sum_graph.hpp"

#include <algorithm>

namespace trigloop::deploy {
namespace {

Range scaled(const Range& range, const Term& term) {
  const Code lo = range.lo << term.shift, hi = range.hi << term.shift;
  return term.negative ? Range{-hi, -lo} : Range{lo, hi};
}

Code sum_of(std::span<const Term> terms, std::span<const Code> values) {
  Code sum = 0;
  for (const Term& t : terms) {
    const Code shifted = values[t.value] << t.shift;
    sum += t.negative ? -shifted : shifted;
  }
  return sum;
}

}  // namespace

std::size_t SumGraph::additions() const noexcept {
  std::size_t count = 0;
  for (const auto* list : {&sums, &outputs}) {
    for (const auto& terms : *list) count += terms.empty() ? 0 : terms.size() - 1;
  }
  return count;
}

std::vector<Code> evaluate(const SumGraph& graph, std::span<const Code> inputs) {
  std::vector<Code> values(inputs.begin(), inputs.end()), outputs;
  for (const auto& terms : graph.sums) values.push_back(sum_of(terms, values));
  for (std::size_t o = 0; o < graph.outputs.size(); ++o) {
    outputs.push_back(sum_of(graph.outputs[o], values) + graph.constants[o]);
  }
  return outputs;
}

Range range_of(std::span<const Term> terms, Code constant, std::span<const Range> ranges) {
  Range sum{constant, constant};
  for (const Term& t : terms) {
    const Range r = scaled(ranges[t.value], t);
    sum.lo += r.lo;
    sum.hi += r.hi;
  }
  return sum;
}

int width_of(const Range& range) noexcept {
  const int bits = model::bits_of(range);
  return is_signed(range) ? bits : bits - 1;
}

Heap heap_of(std::span<const Term> terms, Code constant, std::span<const Range> ranges, const Range& sum) {
  Heap heap;
  heap.lowest = terms.empty() ? 0 : std::ranges::min(terms, {}, &Term::shift).shift;
  while (heap.lowest > 0 && (constant & ((Code{1} << heap.lowest) - 1)) != 0) --heap.lowest;
  const int columns = std::max(1, width_of(sum) - heap.lowest);
  heap.heights.assign(static_cast<std::size_t>(columns), 0);
  heap.constant = constant >> heap.lowest;
  for (const Term& t : terms) {
    const Range& range = ranges[t.value];
    const int width = width_of(range), at = t.shift - heap.lowest;
    for (int k = 0; k < width && at + k < columns; ++k) ++heap.heights[static_cast<std::size_t>(at + k)];
    // Bits that stand for their complement: all but the sign of a negative term, the sign of a positive one.
    const Code sign = is_signed(range) ? Code{1} << (width - 1) : 0;
    const Code all = (Code{1} << width) - 1;
    heap.constant -= (t.negative ? all ^ sign : sign) << at;
  }
  heap.constant &= (Code{1} << columns) - 1;
  for (int c = 0; c < columns; ++c) {
    if ((heap.constant >> c & 1) != 0) ++heap.heights[static_cast<std::size_t>(c)];
  }
  return heap;
}

HeapPlan plan_sum(std::span<const Term> terms, Code constant, std::span<const Range> ranges) {
  const Range sum = range_of(terms, constant, ranges);
  if (terms.size() > 2) return plan_heap(heap_of(terms, constant, ranges, sum).heights);
  // Two numbers and their signs are what a carry chain adds as it is; a constant takes a chain of its own.
  HeapPlan plan;
  const auto chain = [&](int bits, bool tables) {
    plan.tables += tables ? bits : 0;
    plan.carries += bits > 2 ? (bits + 3) / 4 : 0;
  };
  const int width = width_of(sum);
  if (terms.size() == 2) {
    const bool low_is_negative = terms[0].shift < terms[1].shift ? terms[0].negative : terms[1].negative;
    const int low =
        low_is_negative ? std::min(terms[0].shift, terms[1].shift) : std::max(terms[0].shift, terms[1].shift);
    chain(std::max(0, width - low), true);
  }
  if (constant != 0 && !terms.empty()) chain(width, false);
  if (terms.size() == 1 && terms[0].negative && constant == 0) chain(width, true);
  return plan;
}

int cells_of(const SumGraph& graph, std::span<const Range> inputs) {
  std::vector<Range> ranges(inputs.begin(), inputs.end());
  int cells = 0;
  for (const auto& terms : graph.sums) {
    cells += plan_sum(terms, 0, ranges).cells();
    ranges.push_back(range_of(terms, 0, ranges));
  }
  for (std::size_t o = 0; o < graph.outputs.size(); ++o) {
    cells += plan_sum(graph.outputs[o], graph.constants[o], ranges).cells();
  }
  return cells;
}

}  // namespace trigloop::deploy
