#include "deploy/verilog/cost.hpp"

#include <algorithm>

namespace trigloop::deploy {
namespace {

/// A tree of tables of six inputs over `bits` bits.
Cost tree(int bits) {
  Cost cost;
  for (int left = bits; left > 1; left = (left + 5) / 6) {
    cost.tables += (left + 4) / 6 + (left <= 6 ? 1 : 0);
    ++cost.depth;
  }
  return cost;
}

struct Costs {
  const Circuit& circuit;
  const Signal& signal;

  Cost operator()(const InputBits&) const { return {}; }
  Cost operator()(const Field&) const { return {}; }
  Cost operator()(const SumOf& op) const {
    const HeapPlan plan = plan_sum(op.terms, op.constant, circuit.ranges());
    return {plan.tables, plan.carries, plan.depth};
  }
  Cost operator()(const RoundEven& op) const {
    Cost cost = tree(op.shift);
    ++cost.tables;
    ++cost.depth;
    return cost;
  }
  Cost operator()(const Clamp& op) const {
    const int beyond = circuit[op.of].width() - signal.width();
    Cost cost{signal.width(), 0, 1};
    if (beyond > 4) {
      const Cost over = tree(beyond);
      cost.tables += over.tables;
      cost.depth += over.depth;
    }
    return cost;
  }
  Cost operator()(const Table&) const { return {signal.width(), 0, 1}; }
  Cost operator()(const Outside& op) const { return tree(circuit[op.of].width()); }
  Cost operator()(const AnyOf& op) const { return tree(static_cast<int>(op.of.size())); }
  Cost operator()(const ForcedTo&) const { return {signal.width(), 0, 1}; }
  Cost operator()(const AtLeast& op) const { return {circuit[op.of].width() / 2, (circuit[op.of].width() + 7) / 8, 2}; }
};

std::size_t adders_of(const Signal& signal) {
  const auto* sum = std::get_if<SumOf>(&signal.logic);
  return sum == nullptr || sum->terms.empty() ? 0 : sum->terms.size() - 1;
}

}  // namespace

Cost cost_of(const Circuit& circuit, SignalId id) { return std::visit(Costs{circuit, circuit[id]}, circuit[id].logic); }

Estimate estimate(const Circuit& circuit) {
  Estimate all;
  for (const CircuitLayer& layer : circuit.layers()) all.layers.push_back({layer.name, layer.operation, 0, 0, 0, 0});
  std::vector<int> depths, within;  // of each signal: from the inputs on, and from the layer's inputs on
  for (SignalId id = 0; id < circuit.signals().size(); ++id) {
    const Signal& signal = circuit[id];
    const Cost cost = cost_of(circuit, id);
    int before = 0, inside = 0;
    for (const SignalId operand : operands_of(signal.logic)) {
      before = std::max(before, depths[operand]);
      if (circuit[operand].layer == signal.layer) inside = std::max(inside, within[operand]);
    }
    depths.push_back(before + cost.depth);
    within.push_back(inside + cost.depth);
    LayerEstimate& layer = all.layers[signal.layer];
    layer.adders += adders_of(signal);
    layer.tables += cost.tables;
    layer.carries += cost.carries;
    layer.depth = std::max(layer.depth, within.back());
    all.depth = std::max(all.depth, depths.back());
  }
  for (const LayerEstimate& layer : all.layers) {
    all.adders += layer.adders;
    all.tables += layer.tables;
    all.carries += layer.carries;
  }
  return all;
}

}  // namespace trigloop::deploy
