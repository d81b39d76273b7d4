#pragma once
// A graph's values by the definitions of its operations on rationals n / 2^f, one feature after the other; it takes
// nothing from the graph but the constants: no ranges, no fractions, no step of the engines.
#include <algorithm>

#include "model/graph.hpp"
#include "test/core/naive_quantise.hpp"

namespace trigloop::test {

struct Rational {
  Code n = 0;
  int f = 0;
};

/// a x 2^fraction, which must be an integer.
inline Code code_at(Rational a, int fraction) {
  const Code divisor = power_of_two(a.f - fraction);
  return a.n % divisor == 0 ? a.n * power_of_two(fraction - a.f) / divisor : ~Code{0};
}
inline Rational plus(Rational a, Rational b) {
  if (a.n == 0) return b;
  const int f = std::max(a.f, b.f);
  return {code_at(a, f) + code_at(b, f), f};
}
inline Rational times(Rational a, Rational b) { return {a.n * b.n, a.f + b.f}; }
inline Rational converted(Rational a, const std::optional<core::FixedPoint>& type) {
  return type ? Rational{naive_quantise(a.n, a.f, *type), type->width - type->integer} : a;
}

using Values = std::vector<std::vector<Rational>>;

struct NaiveNode {
  const std::vector<model::NodeIndex>& inputs;
  const Values& values;

  using Row = std::vector<Rational>;
  const Row& x(std::size_t k = 0) const { return values[inputs[k]]; }
  static Rational constant(const model::Constants& c, std::size_t i) {
    return {c.codes[c.codes.size() == 1 ? 0 : i], c.fraction};
  }
  template <class F>
  Row each(F f) const {
    Row y;
    for (std::size_t i = 0; i < x().size(); ++i) y.push_back(f(i));
    return y;
  }

  Row operator()(const model::Input&) const { return {}; }
  Row operator()(const model::Quantise& op) const {
    return each([&](std::size_t i) { return converted(x()[i], op.types[op.types.size() == 1 ? 0 : i]); });
  }
  Row operator()(const model::Dense& op) const {
    Row y;
    for (std::size_t o = 0; o < op.outputs; ++o) {
      Rational sum = converted(op.bias.codes.empty() ? Rational{} : constant(op.bias, o), op.accumulator);
      for (std::size_t i = 0; i < op.inputs; ++i) {
        const Rational w{op.weights.codes[o * op.inputs + i], op.weights.fraction};
        sum = converted(plus(sum, converted(times(x()[i], w), op.product)), op.accumulator);
      }
      y.push_back(sum);
    }
    return y;
  }
  Row operator()(const model::AddConstant& op) const {
    return each([&](std::size_t i) { return plus(x()[i], constant(op.constant, i)); });
  }
  Row operator()(const model::MulConstant& op) const {
    return each([&](std::size_t i) { return times(x()[i], constant(op.constant, i)); });
  }
  Row operator()(const model::Add&) const {
    return each([&](std::size_t i) { return plus(x()[i], x(1)[i]); });
  }
  Row operator()(const model::Subtract&) const {
    return each([&](std::size_t i) { return plus(x()[i], {-x(1)[i].n, x(1)[i].f}); });
  }
  Row operator()(const model::Multiply&) const {
    return each([&](std::size_t i) { return times(x()[i], x(1)[i]); });
  }
  Row operator()(const model::Relu&) const {
    return each([&](std::size_t i) { return x()[i].n < 0 ? Rational{} : x()[i]; });
  }
  Row operator()(const model::Gather& op) const {
    Row all, y;
    for (const auto n : inputs) all.insert(all.end(), values[n].begin(), values[n].end());
    for (const auto i : op.index) y.push_back(all[i]);
    return y;
  }
  Row operator()(const model::Sum& op) const {
    Row y(x().size() / op.group);
    for (std::size_t i = 0; i < x().size(); ++i) y[i / op.group] = plus(y[i / op.group], x()[i]);
    return y;
  }
  Row operator()(const model::Dot& op) const {
    Rational sum;
    for (std::size_t i = 0; i < x().size(); ++i) {
      sum = converted(plus(sum, converted(times(x()[i], x(1)[i]), op.product)), op.accumulator);
    }
    return {converted(sum, op.accumulator)};
  }
  Row operator()(const model::MixtureDistance&) const { return {}; }
};

/// The values of all nodes for an event of input codes.
inline Values naive_run(const model::Graph& graph, const std::vector<std::int64_t>& event) {
  Values values;
  for (const model::Node& node : graph.nodes()) {
    values.push_back(std::visit(NaiveNode{node.inputs, values}, node.operation));
    if (const auto* input = std::get_if<model::Input>(&node.operation)) {
      for (const std::int64_t code : event) values.back().push_back({code, input->type.width - input->type.integer});
    }
  }
  return values;
}

}  // namespace trigloop::test
