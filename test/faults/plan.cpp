#include "test/faults/plan.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace trigloop::faults {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "faults: what is '%s'?\n", what.c_str());
  std::_Exit(125);
}

constexpr std::pair<const char*, Action> actions[] = {
    {"kill", Action::kill}, {"tear", Action::tear}, {"lose", Action::lose}, {"cut", Action::cut}};
constexpr std::pair<const char*, int> errors[] = {
    {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EMFILE", EMFILE}, {"EDQUOT", EDQUOT}};

void read_action(Plan& plan, std::string name) {
  for (const auto& [text, action] : actions) {
    if (name == text) plan.action = action;
  }
  if (plan.action != Action::none) return;
  plan.onwards = name.ends_with('+');
  if (plan.onwards) name.pop_back();
  for (const auto& [text, error] : errors) {
    if (name == text) plan.error = error;
  }
  if (plan.error == 0) refuse(name);
  plan.action = Action::fail;
}

}  // namespace

Plan read_plan() {
  Plan plan;
  plan.under = variable("TRIGLOOP_FAULTS_UNDER");
  plan.calls = variable("TRIGLOOP_FAULTS_CALLS");
  plan.count_file = variable("TRIGLOOP_FAULTS_COUNT");
  plan.saved = plan.under + ".saved";
  const std::string what = variable("TRIGLOOP_FAULTS_DO");
  if (what.empty()) return plan;
  const std::size_t colon = what.find(':');
  if (colon == std::string::npos) refuse(what);
  read_action(plan, what.substr(0, colon));
  plan.at = std::atol(what.c_str() + colon + 1);
  return plan;
}

}  // namespace trigloop::faults
