#include "tune/run/release.hpp"

#include "core/json_writer.hpp"
#include "tune/storage/json_scan.hpp"

namespace trigloop::tune {
namespace {

constexpr const char *failures_key = "trigloop:failures", *error_key = "error";

std::int64_t failures_of(const Trial& trial) {
  const auto found = trial.system_attributes.find(failures_key);
  return found == trial.system_attributes.end() ? 0 : json_integer(found->second).value_or(0);
}

}  // namespace

std::vector<Operation> release(const Trial& trial, Interrupted why, const std::string& reason, unsigned retries) {
  using op::Scope;
  std::vector<Operation> done = just(op::SetAttribute{trial.number, Scope::system, owner_key, "null"});
  const std::int64_t failures = failures_of(trial) + (why == Interrupted::saved ? 0 : 1);
  if (why != Interrupted::saved) {
    done.push_back(op::SetAttribute{trial.number, Scope::system, failures_key, std::to_string(failures)});
    done.push_back(op::SetAttribute{trial.number, Scope::user, error_key, core::json_quoted(reason)});
  }
  const bool give_up = failures > static_cast<std::int64_t>(retries);
  done.push_back(op::State{trial.number, give_up ? TrialState::fail : TrialState::waiting});
  return done;
}

std::string error_of(const Trial& trial) {
  const auto found = trial.user_attributes.find(error_key);
  return found == trial.user_attributes.end() ? "" : json_string(found->second).value_or(found->second);
}

}  // namespace trigloop::tune
