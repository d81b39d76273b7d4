#include "deploy/verilog/pipeline.hpp"

#include <algorithm>
#include <limits>

namespace trigloop::deploy {
namespace {

struct Placement {
  std::vector<int> stages;
  int used = 0;
  double longest = 0;
};

/// Each signal as early as its operands allow; where the period would not hold it, in the next stage.
class Placer {
 public:
  Placer(const Circuit& circuit, const DelayModel& model, double period)
      : circuit_(circuit), model_(model), period_(period) {}

  Placement place() && {
    for (SignalId id = 0; id < circuit_.signals().size(); ++id) add(id);
    return std::move(result_);
  }

 private:
  void add(SignalId id) {
    int stage = 0;
    for (const SignalId operand : operands_of(circuit_[id].logic)) stage = std::max(stage, result_.stages[operand]);
    std::vector<double> times = times_in(stage, id);
    if (std::ranges::max(times) > period_) {
      std::vector<double> afresh = times_in(stage + 1, id);
      // Where it reads registers alone, another stage gains nothing.
      if (std::ranges::max(afresh) < std::ranges::max(times)) {
        times = std::move(afresh);
        ++stage;
      }
    }
    result_.longest = std::max(result_.longest, std::ranges::max(times));
    result_.used = std::max(result_.used, stage + 1);
    result_.stages.push_back(stage);
    times_.push_back(std::move(times));
  }

  /// Times of a signal's bits in a stage, at whose beginning those of earlier stages are there.
  std::vector<double> times_in(int stage, SignalId id) const {
    return arrivals(circuit_, id, model_, [&](SignalId operand, int k) {
      return result_.stages[operand] == stage ? times_[operand][static_cast<std::size_t>(k)] : 0.0;
    });
  }

  const Circuit& circuit_;
  const DelayModel& model_;
  double period_;
  Placement result_;
  std::vector<std::vector<double>> times_;  ///< of each signal's bits, in its stage
};

}  // namespace

Schedule place_registers(const Circuit& circuit, int latency, const DelayModel& model) {
  Placement best = Placer(circuit, model, std::numeric_limits<double>::infinity()).place();
  if (latency > 1) {
    double low = 0, high = best.longest;
    for (int step = 0; step < 40; ++step) {
      const double middle = (low + high) / 2;
      Placement tried = Placer(circuit, model, middle).place();
      const bool fits = tried.used <= latency && tried.longest <= middle;
      (fits ? high : low) = middle;
      if (fits) best = std::move(tried);
    }
  }
  return {latency, std::move(best.stages), best.longest + (latency > 0 ? model.registers : 0)};
}

std::optional<int> least_latency(const Circuit& circuit, double period, const DelayModel& model) {
  const double stage = period - model.registers;
  const Placement placement = Placer(circuit, model, stage).place();
  return placement.longest <= stage ? std::optional(placement.used) : std::nullopt;
}

}  // namespace trigloop::deploy
