#pragma once
// A constant matrix-vector product as sums of shifted sums: what the optimiser makes, exactly the same product.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "deploy/adders/heap.hpp"
#include "model/graph.hpp"

namespace trigloop::deploy {

using model::Code;
using model::Range;

/// +-(value << shift).
struct Term {
  std::uint32_t value = 0;
  int shift = 0;
  bool negative = false;
  bool operator==(const Term&) const = default;
};

/// y[o] = sum over i of w[o][i] x[i] + b[o], in integers.
struct MatrixProduct {
  std::vector<Range> inputs;          ///< codes that each x[i] takes
  std::vector<std::int64_t> weights;  ///< outputs x inputs, row-major; |w| < 2^62
  std::vector<Code> bias;             ///< one an output

  std::size_t outputs() const noexcept { return bias.size(); }
};

/// Values 0, 1, ... are the inputs, then the shared sums, each a sum of earlier values. Outputs are sums with a
/// constant.
struct SumGraph {
  std::size_t inputs = 0;
  std::vector<std::vector<Term>> sums;
  std::vector<std::vector<Term>> outputs;
  std::vector<Code> constants;  ///< added to each output

  /// Additions of two numbers that it takes, constants not counted.
  std::size_t additions() const noexcept;
};

/// The outputs of `graph`, for tests and proofs.
std::vector<Code> evaluate(const SumGraph& graph, std::span<const Code> inputs);

/// Range of a sum of terms, of values in `ranges`.
Range range_of(std::span<const Term> terms, Code constant, std::span<const Range> ranges);

/// Bits that hold all codes: as two's complement if there are negative ones, else without a sign bit.
int width_of(const Range& range) noexcept;
inline bool is_signed(const Range& range) noexcept { return range.lo < 0; }

/// The bit heap of a sum: how many bits have which weight (from that of `lowest` on), and the constant to add, which
/// takes care of signs (a sign bit of weight -2^k is its complement of weight 2^k, minus 2^k).
struct Heap {
  int lowest = 0;
  std::vector<int> heights;
  Code constant = 0;  ///< modulo 2^columns, at the weight of `lowest`; its bits are counted in `heights`
};
Heap heap_of(std::span<const Term> terms, Code constant, std::span<const Range> ranges, const Range& sum);

/// What a sum costs. A single term is free, but for its constant; two numbers take an adder.
HeapPlan plan_sum(std::span<const Term> terms, Code constant, std::span<const Range> ranges);

/// Tables and carry cells of the whole graph.
int cells_of(const SumGraph& graph, std::span<const Range> inputs);

}  // namespace trigloop::deploy
