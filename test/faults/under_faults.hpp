#pragma once
// Runs programs under the fault library.
#include <string>
#include <vector>

#include "test/support/support.hpp"

namespace trigloop::test {

/// Runs `words` with faults on files below `folder`. `action`: as in TRIGLOOP_FAULTS_DO ("kill:17"), or "". `calls`: as
/// in TRIGLOOP_FAULTS_CALLS; "" for all. Commits get a fixed time.
CommandResult run_under_faults(const std::filesystem::path& folder, const std::string& action,
                               const std::vector<std::string>& words, const std::string& calls = "");

/// The words of that run, to be started in other ways.
std::vector<std::string> words_under_faults(const std::filesystem::path& folder, const std::string& action,
                                            const std::vector<std::string>& words, const std::string& calls = "");

/// How many such calls an undisturbed run makes; it must end with 0.
long count_calls(const std::filesystem::path& folder, const std::vector<std::string>& words,
                 const std::string& calls = "");

constexpr int killed = 128 + 9;

/// Every file below `folder` with its bytes, but for names in `except`.
std::vector<std::pair<std::string, std::string>> snapshot(const std::filesystem::path& folder,
                                                          const std::string& except = ".lock");

}  // namespace trigloop::test

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRIGLOOP_NEEDS_FAULTS() GTEST_SKIP() << "a preloaded library does not go together with a sanitizer"
#else
#define TRIGLOOP_NEEDS_FAULTS() (void)0
#endif
