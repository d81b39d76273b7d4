#pragma once
// The arithmetic of each node for one event, for the reference engine: a functor a node, its constants resolved, that
// reads the codes of earlier nodes and writes its own in one flat array. Int is std::int64_t or model::Code; the caller
// has proven that no intermediate leaves it.
#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>
#include <vector>

#include "core/quantiser.hpp"
#include "model/graph.hpp"

namespace trigloop::score::detail {

using core::FixedPoint;
using core::Quantiser;
using model::Code;

/// Where a tensor lies in the array of all codes, and its type.
struct Slice {
  std::size_t begin = 0, size = 0;
  int fraction = 0;
};

template <class Int>
Int scaled(Code code, int left) {
  return left > 0 && code != 0 ? static_cast<Int>(code * (Code{1} << left)) : static_cast<Int>(code);
}

/// y = quantise(x) << align.
template <class Int>
struct QuantiseStep {
  std::size_t in, out, size;
  std::vector<Quantiser<Int>> types;  ///< one, or one a feature
  std::vector<int> align;             ///< to the largest fraction

  QuantiseStep(const model::Quantise& op, Slice x, Slice y) : in(x.begin), out(y.begin), size(y.size) {
    for (const FixedPoint& type : op.types) {
      types.emplace_back(x.fraction, type);
      align.push_back(y.fraction - type.fraction());
    }
  }
  void operator()(Int* v) const noexcept {
    if (types.size() == 1) return types[0](v + in, v + out, size);
    for (std::size_t i = 0; i < size; ++i) v[out + i] = types[i](v[in + i]) * (Int{1} << align[i]);
  }
};

/// A sum of terms at one fraction, each quantised to `product` and the sum to `accumulator`, where there are such.
template <class Int>
struct RunningSum {
  std::optional<Quantiser<Int>> product, accumulator;
  int term_shift = 0;  ///< from a (quantised) term to the sum's fraction
  int sum_shift = 0;   ///< from the accumulator's fraction to the sum's
  int bias_shift = 0;

  RunningSum(const std::optional<FixedPoint>& product_type, const std::optional<FixedPoint>& accumulator_type,
             int term_fraction, std::optional<int> bias_fraction) {
    const int after = product_type ? product_type->fraction() : term_fraction;
    int sum = std::max(after, bias_fraction.value_or(after));
    if (accumulator_type) sum = std::max(sum, accumulator_type->fraction());
    if (product_type) product.emplace(term_fraction, *product_type);
    if (accumulator_type) {
      accumulator.emplace(sum, *accumulator_type);
      sum_shift = sum - accumulator_type->fraction();
    }
    term_shift = sum - after;
    bias_shift = sum - bias_fraction.value_or(after);
  }
  bool is_plain() const noexcept { return !product && !accumulator; }
  Int start(Int bias) const noexcept { return accumulator ? (*accumulator)(bias) : bias; }
  Int add(Int sum, Int term) const noexcept {
    if (product) term = (*product)(term);
    sum = sum * (Int{1} << sum_shift) + term * (Int{1} << term_shift);
    return accumulator ? (*accumulator)(sum) : sum;
  }
};

/// Weights that are zero add nothing (0 stays 0 in any type), so only the others are kept, row by row.
template <class Int>
struct DenseStep {
  struct Term {
    std::size_t input;
    Int weight;
  };
  std::size_t out;
  RunningSum<Int> sum;
  std::vector<Term> terms;
  std::vector<std::size_t> row_end;
  std::vector<Int> bias;  ///< at the sum's fraction

  DenseStep(const model::Dense& op, Slice x, Slice y)
      : out(y.begin),
        sum(op.product, op.accumulator, op.weights.fraction + x.fraction,
            op.bias.codes.empty() ? std::optional<int>() : op.bias.fraction) {
    const int weight_shift = sum.is_plain() ? sum.term_shift : 0;
    for (std::size_t o = 0; o < op.outputs; ++o) {
      for (std::size_t i = 0; i < op.inputs; ++i) {
        const Code w = op.weights.codes[o * op.inputs + i];
        if (w != 0) terms.push_back({x.begin + i, scaled<Int>(w, weight_shift)});
      }
      row_end.push_back(terms.size());
      bias.push_back(scaled<Int>(op.bias.codes.empty() ? 0 : op.bias.codes[o], sum.bias_shift));
    }
  }
  void operator()(Int* v) const noexcept {
    std::size_t t = 0;
    for (std::size_t o = 0; o < row_end.size(); ++o) {
      Int y = sum.start(bias[o]);
      if (sum.is_plain()) {
        for (; t < row_end[o]; ++t) y += v[terms[t].input] * terms[t].weight;
      } else {
        for (; t < row_end[o]; ++t) y = sum.add(y, v[terms[t].input] * terms[t].weight);
      }
      v[out + o] = y;
    }
  }
};

/// y = (x << align) + c, or x * c.
template <class Int>
struct ConstantStep {
  std::size_t in, out;
  bool multiplies;
  int align = 0;
  std::vector<Int> constants;  ///< one a feature

  ConstantStep(const model::AddConstant& op, Slice x, Slice y)
      : in(x.begin), out(y.begin), multiplies(false), align(y.fraction - x.fraction) {
    fill(op.constant, y.size, y.fraction - op.constant.fraction);
  }
  ConstantStep(const model::MulConstant& op, Slice x, Slice y) : in(x.begin), out(y.begin), multiplies(true) {
    fill(op.constant, y.size, 0);
  }
  void operator()(Int* v) const noexcept {
    for (std::size_t i = 0; i < constants.size(); ++i) {
      const Int x = v[in + i];
      v[out + i] = multiplies ? x * constants[i] : x * (Int{1} << align) + constants[i];
    }
  }

 private:
  void fill(const model::Constants& c, std::size_t features, int left) {
    for (std::size_t i = 0; i < features; ++i) {
      constants.push_back(scaled<Int>(c.codes[c.codes.size() == 1 ? 0 : i], left));
    }
  }
};

enum class Binary { add, subtract, multiply };

template <class Int>
struct BinaryStep {
  Binary kind;
  std::size_t a, b, out, size;
  int align_a = 0, align_b = 0;

  BinaryStep(Binary which, Slice x, Slice z, Slice y)
      : kind(which), a(x.begin), b(z.begin), out(y.begin), size(y.size) {
    if (kind == Binary::multiply) return;
    align_a = y.fraction - x.fraction;
    align_b = y.fraction - z.fraction;
  }
  void operator()(Int* v) const noexcept {
    for (std::size_t i = 0; i < size; ++i) {
      const Int x = v[a + i] * (Int{1} << align_a), z = v[b + i] * (Int{1} << align_b);
      v[out + i] = kind == Binary::add ? x + z : kind == Binary::subtract ? x - z : x * z;
    }
  }
};

template <class Int>
struct ReluStep {
  std::size_t in, out, size;
  ReluStep(Slice x, Slice y) : in(x.begin), out(y.begin), size(y.size) {}
  void operator()(Int* v) const noexcept {
    for (std::size_t i = 0; i < size; ++i) v[out + i] = std::max(v[in + i], Int{0});
  }
};

template <class Int>
struct GatherStep {
  std::size_t out;
  std::vector<std::size_t> from;
  std::vector<int> align;

  GatherStep(const model::Gather& op, const std::vector<Slice>& inputs, Slice y) : out(y.begin) {
    for (std::uint32_t i : op.index) {
      auto source = inputs.begin();
      for (; i >= source->size; ++source) i -= static_cast<std::uint32_t>(source->size);
      from.push_back(source->begin + i);
      align.push_back(y.fraction - source->fraction);
    }
  }
  void operator()(Int* v) const noexcept {
    for (std::size_t k = 0; k < from.size(); ++k) v[out + k] = v[from[k]] * (Int{1} << align[k]);
  }
};

template <class Int>
struct SumStep {
  std::size_t in, out, size, group;
  SumStep(const model::Sum& op, Slice x, Slice y) : in(x.begin), out(y.begin), size(y.size), group(op.group) {}
  void operator()(Int* v) const noexcept {
    for (std::size_t k = 0; k < size; ++k) {
      Int sum = 0;
      for (std::size_t i = 0; i < group; ++i) sum += v[in + k * group + i];
      v[out + k] = sum;
    }
  }
};

template <class Int>
struct DotStep {
  std::size_t a, b, size, out;
  RunningSum<Int> sum;
  DotStep(const model::Dot& op, Slice x, Slice z, Slice y)
      : a(x.begin),
        b(z.begin),
        size(x.size),
        out(y.begin),
        sum(op.product, op.accumulator, x.fraction + z.fraction, {}) {}
  void operator()(Int* v) const noexcept {
    Int y = sum.start(0);
    for (std::size_t i = 0; i < size; ++i) y = sum.add(y, v[a + i] * v[b + i]);
    v[out] = y;
  }
};

template <class Int>
using Step = std::variant<QuantiseStep<Int>, DenseStep<Int>, ConstantStep<Int>, BinaryStep<Int>, ReluStep<Int>,
                          GatherStep<Int>, SumStep<Int>, DotStep<Int>>;

}  // namespace trigloop::score::detail
