#include "loop/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace trigloop::loop {
namespace {

/// The working point that is furthest from its target, in bands.
struct Furthest {
  double deviation = 0, error = 0;
};

Furthest furthest(const Situation& s) {
  Furthest most;
  for (std::size_t p = 0; p < s.deviations.size(); ++p) {
    if (std::abs(s.deviations[p]) >= std::abs(most.deviation)) most = {s.deviations[p], s.errors[p]};
  }
  return most;
}

bool is_for_experts(const std::string& cause) { return cause == "dead-region" || cause == "noisy-region"; }
bool is_asked_for(const std::string& cause) { return cause == "manual" || cause == "announced"; }

/// What answers a change that stays and matters.
Decision answer(const TriggerSite& policy, const Situation& s, const std::string& rate) {
  if (s.cause == "energy-scale" && std::abs(s.size) >= policy.retrain_above)
    return {Outcome::retrain, fmt::format("an energy scale moved by {:+.1f} %, {}", 100 * s.size, rate)};
  if (s.cause == "shape") return {Outcome::retrain, "scores changed without a change of one input, " + rate};
  return {Outcome::thresholds,
          fmt::format("{} ({:+.1f} %) leaves the model as good as it was, {}", s.cause, 100 * s.size, rate)};
}

}  // namespace

std::string_view name_of(Outcome outcome) noexcept {
  constexpr std::string_view names[] = {"nothing", "thresholds", "retrain", "expert"};
  return names[static_cast<std::size_t>(outcome)];
}

Decision decide(const TriggerSite& policy, const Situation& s) {
  if (is_for_experts(s.cause))
    return {Outcome::expert, "a " + s.cause + " is a fault of the detector: it is mended, never learned"};
  if (s.ahead) return {Outcome::retrain, "announced, with what will move: ahead of the data"};
  if (s.exposure < policy.exposure)
    return {std::nullopt, fmt::format("{} of {} good lumisections", s.exposure, policy.exposure)};
  if (is_asked_for(s.cause)) return {Outcome::retrain, s.cause == "manual" ? "a person asked for it" : "announced"};
  const Furthest most = furthest(s);
  const std::string rate =
      fmt::format("the rate is {:+.2f} +- {:.2f} bands from its target", most.deviation, most.error);
  const double distance = std::abs(most.deviation);
  if (distance >= 1) return answer(policy, s, rate);
  if (distance < policy.leave) return {Outcome::nothing, "it went by itself, or never mattered: " + rate};
  if (s.exposure < policy.patience)
    return {std::nullopt, fmt::format("undecided after {} lumisections: {}", s.exposure, rate)};
  return {Outcome::nothing, fmt::format("within the band after {} lumisections: {}", s.exposure, rate)};
}

bool in_maintenance(const TriggerSite& policy, std::int64_t now_ns) noexcept {
  return std::ranges::any_of(policy.maintenance,
                             [&](const auto& w) { return w.from_ns <= now_ns && now_ns < w.to_ns; });
}

}  // namespace trigloop::loop
