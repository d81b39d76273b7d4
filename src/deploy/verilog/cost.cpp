#include "deploy/verilog/cost.hpp"

#include <algorithm>
#include <cmath>

#include "deploy/verilog/timing.hpp"

namespace trigloop::deploy {
namespace {

/// Tables of six inputs in a tree over `bits` bits.
int tree(int bits) {
  int tables = 0;
  for (int left = bits; left > 1; left = (left + 5) / 6) tables += (left + 4) / 6 + (left <= 6 ? 1 : 0);
  return tables;
}

struct Costs {
  const Circuit& circuit;
  const Signal& signal;

  Cost operator()(const InputBits&) const { return {}; }
  Cost operator()(const Field&) const { return {}; }
  Cost operator()(const SumOf& op) const {
    const HeapPlan plan = plan_sum(op.terms, op.constant, circuit.ranges());
    return {plan.tables, plan.carries};
  }
  Cost operator()(const RoundEven& op) const { return {tree(op.shift) + 1}; }
  Cost operator()(const Clamp& op) const {
    const int beyond = circuit[op.of].width() - signal.width();
    return {signal.width() + (beyond > 4 ? tree(beyond) : 0)};
  }
  Cost operator()(const Table&) const { return {signal.width()}; }
  Cost operator()(const Outside& op) const { return {tree(circuit[op.of].width())}; }
  Cost operator()(const AnyOf& op) const { return {tree(static_cast<int>(op.of.size()))}; }
  Cost operator()(const ForcedTo&) const { return {signal.width()}; }
  Cost operator()(const AtLeast& op) const { return {circuit[op.of].width() / 2, (circuit[op.of].width() + 7) / 8}; }
};

std::size_t adders_of(const Signal& signal) {
  const auto* sum = std::get_if<SumOf>(&signal.logic);
  return sum == nullptr || sum->terms.empty() ? 0 : sum->terms.size() - 1;
}

/// Cells in line of each signal: from the inputs on, or from those of its layer on.
std::vector<int> depths_of(const Circuit& circuit, bool within_layer) {
  std::vector<std::vector<double>> cells;
  std::vector<int> depths;
  for (SignalId id = 0; id < circuit.signals().size(); ++id) {
    cells.push_back(arrivals(circuit, id, cells_in_line, [&](SignalId operand, int k) {
      const bool begins = within_layer && circuit[operand].layer != circuit[id].layer;
      return begins ? 0 : cells[operand][static_cast<std::size_t>(k)];
    }));
    depths.push_back(static_cast<int>(std::lround(std::ranges::max(cells.back()))));
  }
  return depths;
}

}  // namespace

Cost cost_of(const Circuit& circuit, SignalId id) { return std::visit(Costs{circuit, circuit[id]}, circuit[id].logic); }

Estimate estimate(const Circuit& circuit) {
  Estimate all;
  for (const CircuitLayer& layer : circuit.layers()) all.layers.push_back({layer.name, layer.operation, 0, 0, 0, 0});
  const std::vector<int> depths = depths_of(circuit, false), within = depths_of(circuit, true);
  for (SignalId id = 0; id < circuit.signals().size(); ++id) {
    const Cost cost = cost_of(circuit, id);
    LayerEstimate& layer = all.layers[circuit[id].layer];
    layer.adders += adders_of(circuit[id]);
    layer.tables += cost.tables;
    layer.carries += cost.carries;
    layer.depth = std::max(layer.depth, within[id]);
    all.depth = std::max(all.depth, depths[id]);
  }
  for (const LayerEstimate& layer : all.layers) {
    all.adders += layer.adders;
    all.tables += layer.tables;
    all.carries += layer.carries;
  }
  return all;
}

}  // namespace trigloop::deploy
