#pragma once
// Job files for a batch system: the lumisections of a run in parts, one job each. Parts share nothing but the input,
// and their outputs add up: lumisection number modulo the number of parts says whose it is. A job that is stopped
// commits what is complete; when it is started again it goes on from there.
#include <filesystem>
#include <string>
#include <vector>

#include "core/batch.hpp"

namespace trigloop::scout {

struct SubmitOptions {
  core::BatchOptions batch{.cpus = 4};  ///< a job is a part
  std::vector<std::string> arguments;   ///< of `trigloop scout run`, but for --part and --output
  std::filesystem::path output;         ///< part i writes to its subfolder part_<i>
};

struct ScoutJobs : core::JobFiles {
  std::string collect;  ///< the command that adds up what the parts wrote, when they are done
};

/// Errors: those of core::make_jobs; usage, for arguments that the jobs set themselves.
ScoutJobs make_jobs(const SubmitOptions& options);

}  // namespace trigloop::scout
