// What Highway's headers ask its library: which instruction sets the machine has, and which one was chosen.
//
// The library itself is not linked. Loading it calibrates a timer that only its benchmarks use (3 to 4 ms, more than
// all else that a start of the program takes), and nothing else of it is needed.
#include <hwy/base.h>
#include <hwy/targets.h>

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace hwy {
namespace {

std::atomic<std::int64_t> pretended{0};

/// The sets that Highway 1.0 has kernels for. What its headers demand besides (F16C for AVX2) came with these.
std::int64_t of_machine() {
  std::int64_t targets = HWY_STATIC_TARGET;
#if HWY_ARCH_X86
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("ssse3")) return targets;
  targets |= HWY_SSSE3;
  const bool has_aes = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
  if (!has_aes || !__builtin_cpu_supports("sse4.2")) return targets;
  targets |= HWY_SSE4;
  const bool has_fma = __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  if (!has_fma || !__builtin_cpu_supports("avx2")) return targets;
  targets |= HWY_AVX2;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    targets |= HWY_AVX3;
#endif
  return targets;
}

}  // namespace

std::int64_t SupportedTargets() {
  static const std::int64_t all = of_machine();
  const std::int64_t targets = pretended;
  return targets != 0 ? targets : all;
}

void SetSupportedTargetsForTest(std::int64_t targets) { pretended = targets; }

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

void Abort(const char* file, int line, const char* format, ...) {
  std::va_list values;
  va_start(values, format);
  std::fprintf(stderr, "%s:%d: ", file, line);
  std::vfprintf(stderr, format, values);
  va_end(values);
  std::fputc('\n', stderr);
  std::abort();
}

}  // namespace hwy
