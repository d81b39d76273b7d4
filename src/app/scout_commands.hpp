#pragma once
// The parts of `trigloop scout` that have files of their own.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
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
void follow(const FollowCommand& command, scout::Ledger& ledger, scout::Examine examine);

/// "90s", "10min", "24h", "2d". Error: usage.
scout::Duration parse_duration(const std::string& text);

}  // namespace trigloop::app
