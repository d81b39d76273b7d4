#pragma once
// One evaluation of the objective, with all that Optuna's storages keep of it.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tune/search/distribution.hpp"

namespace trigloop::tune {

/// The numbers and order of Optuna's journal.
enum class TrialState : std::uint8_t { running = 0, complete = 1, pruned = 2, fail = 3, waiting = 4 };

constexpr bool is_finished(TrialState state) noexcept {
  return state == TrialState::complete || state == TrialState::pruned || state == TrialState::fail;
}

struct Parameter {
  std::string name;
  double value = 0;  ///< internal
  DistributionPtr distribution;
};

/// Keys to JSON texts.
using Attributes = std::map<std::string, std::string, std::less<>>;
/// Universal time to the microsecond, as Optuna keeps it.
using TrialTime = std::chrono::sys_time<std::chrono::microseconds>;

struct Trial {
  std::int64_t number = 0;  ///< within its study, from 0 without gaps
  std::int64_t id = 0;      ///< of the storage, unique over its studies
  TrialState state = TrialState::waiting;
  std::vector<Parameter> parameters;
  std::vector<double> values;                   ///< one an objective; empty unless complete
  std::map<std::int64_t, double> intermediate;  ///< step to reported value, which may be NaN
  Attributes user_attributes, system_attributes;
  std::optional<TrialTime> started, completed;

  /// The parameter of that name, or null.
  const Parameter* find(std::string_view name) const noexcept {
    for (const Parameter& p : parameters)
      if (p.name == name) return &p;
    return nullptr;
  }
};

}  // namespace trigloop::tune
