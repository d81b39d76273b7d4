#pragma once
// Other programs: compilers, simulators, synthesis. No shell.
#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace trigloop::core {

struct ProgramResult {
  int status = 0;      ///< exit code, or 128 + signal
  std::string output;  ///< standard output and standard error together
};

/// Where $PATH finds the program, or nothing.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// When a program is ended before it ends itself.
struct ProgramLimits {
  std::optional<std::chrono::steady_clock::time_point> deadline;
  std::stop_token stop;  ///< of the thread that waits for it
};

/// Runs words[0] with the other words as arguments, in `folder` (empty: here), and waits for its end. Errors:
/// not_found, if there is no such program; when the program has been ended: interrupted, after Ctrl-C or `limits.stop`;
/// limit, at the deadline.
ProgramResult run_program(const std::vector<std::string>& words, const std::filesystem::path& folder = {},
                          const ProgramLimits& limits = {});

/// The same; where the program fails, an Error (internal) with the end of what it wrote.
std::string run_tool(const std::vector<std::string>& words, const std::filesystem::path& folder = {},
                     const ProgramLimits& limits = {});

}  // namespace trigloop::core
