#include "deploy/verilog/pipeline.hpp"

#include <algorithm>

#include "deploy/verilog/cost.hpp"

namespace trigloop::deploy {
namespace {

struct Placement {
  std::vector<int> stages;
  int used = 0;
  double longest = 0;
};

/// Each signal as early as its operands allow; where the period would not hold it, in the next stage.
Placement place(const Circuit& circuit, const std::vector<double>& delays, double period) {
  Placement result;
  std::vector<double> times;  // at which a signal is there, in its stage
  for (SignalId id = 0; id < circuit.signals().size(); ++id) {
    int stage = 0;
    double start = 0;
    for (const SignalId operand : operands_of(circuit[id].logic)) stage = std::max(stage, result.stages[operand]);
    for (const SignalId operand : operands_of(circuit[id].logic)) {
      if (result.stages[operand] == stage) start = std::max(start, times[operand]);
    }
    if (start > 0 && start + delays[id] > period) {
      ++stage;
      start = 0;
    }
    result.stages.push_back(stage);
    times.push_back(start + delays[id]);
    result.longest = std::max(result.longest, times.back());
    result.used = std::max(result.used, stage + 1);
  }
  return result;
}

}  // namespace

double delay_of(const Circuit& circuit, SignalId id, const DelayModel& model) {
  const Signal& signal = circuit[id];
  const Cost cost = cost_of(circuit, id);
  if (cost.depth == 0) return 0;
  if (const auto* sum = std::get_if<SumOf>(&signal.logic)) {
    const HeapPlan plan = plan_sum(sum->terms, sum->constant, circuit.ranges());
    const auto chains = static_cast<double>(plan.adders.size() + (plan.carries > 0 ? 1 : 0));
    const auto levels = static_cast<double>(plan.levels.size());
    return levels * model.table + chains * (model.table + model.chain) +
           model.carry * std::min(plan.carries, plan.depth);
  }
  return cost.depth * model.table;
}

Schedule place_registers(const Circuit& circuit, int latency, const DelayModel& model) {
  std::vector<double> delays;
  double sum = 0;
  for (SignalId id = 0; id < circuit.signals().size(); ++id) {
    delays.push_back(delay_of(circuit, id, model));
    sum += delays.back();
  }
  Placement best = place(circuit, delays, sum);
  if (latency > 1) {
    double low = 0, high = best.longest;
    for (int step = 0; step < 40; ++step) {
      const double middle = (low + high) / 2;
      Placement tried = place(circuit, delays, middle);
      const bool fits = tried.used <= latency && tried.longest <= middle;
      (fits ? high : low) = middle;
      if (fits) best = std::move(tried);
    }
  }
  return {latency, std::move(best.stages), best.longest + (latency > 0 ? model.registers : 0)};
}

}  // namespace trigloop::deploy
