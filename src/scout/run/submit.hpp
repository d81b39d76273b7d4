#pragma once
// Job files for a batch system: the lumisections of a run in parts, one job each. Parts share nothing but the input,
// and their outputs add up: lumisection number modulo the number of parts says whose it is.
//
// A job that is stopped (time limit, preemption, eviction) commits what is complete; when it is started again it goes
// on from there, so the same job files serve for as long as it takes.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace trigloop::scout {

enum class BatchSystem : std::uint8_t { slurm, htcondor };

struct SubmitOptions {
  BatchSystem system = BatchSystem::slurm;
  unsigned parts = 1;
  std::filesystem::path program;       ///< trigloop, as the jobs' machines see it
  std::vector<std::string> arguments;  ///< of `trigloop scout run`, but for --part and --output
  std::filesystem::path output;        ///< part i writes to its subfolder part_<i>
  std::filesystem::path working;       ///< folder in which the jobs run; relative names count from it
  std::filesystem::path jobs;          ///< folder of the job files and logs
  unsigned cpus = 4;
  std::string memory = "2G";
  std::string time = "08:00:00";    ///< SLURM: limit of a job
  std::string partition;            ///< SLURM; empty: the default one
  std::string flavour = "workday";  ///< HTCondor at CERN: +JobFlavour
};

struct JobFile {
  std::string name, text;
  bool executable = false;
};

struct JobFiles {
  std::vector<JobFile> files;
  std::string submit;   ///< the command that submits them
  std::string collect;  ///< the command that adds up what the parts wrote, when they are done
};

/// Errors: usage, for no part, and for arguments that the jobs set themselves.
JobFiles make_jobs(const SubmitOptions& options);

}  // namespace trigloop::scout
