#pragma once
// The parts of `trigloop scout` that have files of their own.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scout/follow/follow.hpp"

namespace trigloop::app {

void add_scout_quarantine(CLI::App& scout);
void add_scout_show(CLI::App& scout);
void add_scout_status(CLI::App& scout);
void add_scout_submit(CLI::App& scout);

/// What `scout run --follow` has beside the options of every run.
struct FollowCommand {
  std::string folder;  ///< empty: the run is not one that follows
  std::vector<std::string> patterns{"*"};
  std::string order = "expiry", retention = "24h", settle = "60s", wait = "10min", rescan = "30s";
  unsigned pieces = 0;
  bool consume = false, move_damaged = false;
  unsigned streams = 1;  ///< this and the next are options of every run
  bool quiet = false;
};
void add_follow_options(CLI::App& run, FollowCommand& command);

/// Follows until SIGTERM or SIGINT; then commits what is complete. Errors: usage, for durations and orders that are
/// none; those of scout::Follow.
void follow(const FollowCommand& command, scout::Books& books, const event::Layout& layout, scout::Examine examine);

/// What becomes of the inputs of a batch run: damaged ones are recorded in quarantine, where they stay until they were
/// read after all; consumed ones are removed.
class BatchInputs {
 public:
  BatchInputs(const std::filesystem::path& output, const std::vector<std::filesystem::path>& inputs, bool consume);
  /// Removes the input, if it is to be consumed, all of it is committed, and it is still what it was.
  void done(const std::filesystem::path& input, const scout::Taken& taken);
  void failed(const core::Error& error);

 private:
  scout::Quarantine quarantine_;
  bool consume_;
  std::map<std::string, scout::Sighting> seen_;  ///< by path, before the run
  std::set<std::string> quarantined_;
};

/// "90s", "10min", "24h", "2d". Error: usage.
scout::Duration parse_duration(const std::string& text);

}  // namespace trigloop::app
