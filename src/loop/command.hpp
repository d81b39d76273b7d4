#pragma once
// The loop's work is done by the program's own commands, as children: what the loop does is what a person would type
// (`trigloop loop plan` prints it), a training that runs out of memory does not take the loop with it, and a child dies
// with the loop, so that nothing goes on behind a restart.
#include <filesystem>
#include <string>
#include <vector>

namespace trigloop::loop {

struct Command {
  std::vector<std::string> words;     ///< behind the program's name
  std::filesystem::path output = {};  ///< where its standard output goes, whole or not at all; empty: nowhere
  std::filesystem::path log = {};     ///< where its standard error goes, appended; empty: to ours
  std::filesystem::path folder = {};  ///< in which it runs; empty: ours
};

/// As it is typed in a shell.
std::string text_of(const Command& command);

struct Ended {
  int status = 0;       ///< exit code, or 128 + signal
  std::string message;  ///< the last line on its standard error, where a log was kept
  bool good() const noexcept { return status == 0; }
  /// The machine's trouble, not the work's: a full disk, a signal. It is tried again.
  bool may_pass() const noexcept { return status == 7 || status >= 128; }
};

/// Runs it to its end; a stop of the loop (core/interrupt.hpp) stops it, too. Errors: output; interrupted.
Ended execute(const Command& command, const std::filesystem::path& program);

}  // namespace trigloop::loop
