#pragma once
// What `scout submit` and `tune submit` have in common.
#include <filesystem>

#include "app/commands.hpp"
#include "core/batch.hpp"

namespace trigloop::app {

struct BatchCommand {
  bool slurm = false, htcondor = false, print = false;

  /// Options of the batch system and of a job; where the files are to go is said by an option of the command's own.
  void add_to(CLI::App& command, core::BatchOptions& options);
  /// What was not said: the program is this one, jobs run here. Error: usage, unless one system was chosen.
  void complete(core::BatchOptions& options, const std::filesystem::path& folder) const;
  /// Prints the files, or writes them into the folder, which is made. Error: output.
  void hand_over(const core::JobFiles& jobs, const std::filesystem::path& folder) const;
};

}  // namespace trigloop::app
