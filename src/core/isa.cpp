#include "core/isa.hpp"

#include <hwy/highway.h>
#include <hwy/targets.h>

#include <atomic>
#include <cstdlib>
#include <mutex>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::core {
namespace {

struct Name {
  const char* name;
  std::int64_t targets;
};

constexpr Name names[] = {{"ssse3", HWY_SSSE3},
                          {"sse4", HWY_SSE4},
                          {"avx2", HWY_AVX2},
                          {"neon", HWY_NEON},
                          {"avx512", HWY_AVX3 | HWY_AVX3_DL}};

std::atomic<bool> scalar{false};
std::once_flag environment_read;

std::int64_t machine_targets() {
  static const std::int64_t all = hwy::SupportedTargets();  // before anything is forced
  return all;
}

void choose(std::int64_t targets) {
  machine_targets();
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void force(const std::string& wanted) {
  const std::string name = wanted == "avx512vnni" ? "avx512" : wanted;  // a difference to the scoring kernels alone
  scalar = name == "scalar";
  if (name.empty() || name == "scalar") return choose(0);
  for (const Name& one : names) {
    const std::int64_t here = machine_targets() & one.targets;
    if (name == one.name && here != 0) return choose(here);
  }
  choose(0);
  const std::vector<std::string> usable = usable_isas();
  std::string all;
  for (const std::string& one : usable) all += (all.empty() ? "" : ", ") + one;
  throw Error(ErrorCode::usage, "instruction set '" + name + "' is not known or not of this machine")
      .remedy("It has " + all);
}

void read_environment() {
  std::call_once(environment_read, [] {
    if (const char* name = std::getenv("TRIGLOOP_FORCE_ISA")) force(name);
  });
}

}  // namespace

std::vector<std::string> usable_isas() {
  std::vector<std::string> usable{"scalar"};
  for (const Name& one : names) {
    if ((machine_targets() & one.targets) != 0) usable.emplace_back(one.name);
  }
  return usable;
}

void force_isa(const std::string& name) {
  read_environment();
  force(name);
}

std::string active_isa() {
  if (scalar_is_forced()) return "scalar";
  std::string best = "scalar";
  for (const Name& one : names) {
    if ((hwy::SupportedTargets() & one.targets) != 0) best = one.name;
  }
  return best;
}

bool scalar_is_forced() {
  read_environment();
  return scalar;
}

}  // namespace trigloop::core
