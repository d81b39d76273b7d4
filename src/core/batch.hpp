#pragma once
// Job files of batch systems: an array of jobs with one command, on machines that may vanish at any moment.
//
// A job that must go is told by SIGTERM (preempted, evicted, cancelled), or some time before its limit; what it runs
// then saves or commits what it has and ends, and the job queues again. So the same files serve for as long as it
// takes.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace trigloop::core {

enum class BatchSystem : std::uint8_t { slurm, htcondor };

/// What people say of jobs.
struct BatchOptions {
  BatchSystem system = BatchSystem::slurm;
  unsigned jobs = 1;
  unsigned at_a_time = 0;  ///< of them; 0: no limit
  unsigned cpus = 1, gpus = 0;
  std::string memory = "2G";
  std::string time = "08:00:00";       ///< SLURM: limit of a job
  unsigned notice = 90;                ///< SLURM: seconds before the limit at which a job is told
  std::string partition = {};          ///< SLURM; empty: the default one
  std::string flavour = "workday";     ///< HTCondor at CERN: +JobFlavour
  std::filesystem::path program = {};  ///< trigloop, as the jobs' machines see it
  std::filesystem::path working = {};  ///< folder in which the jobs run; relative names count from it
  std::filesystem::path folder = {};   ///< of the job files and logs
};

/// What the jobs are.
struct BatchArray {
  std::string name;  ///< of the files: NAME.sbatch, or NAME.sub
  std::string job;   ///< of the logs: JOB_<number>.log
  /// The shell's command of the job whose number `index` stands for, a word to put into double quotes: "$1".
  std::function<std::string(const std::string& index)> command = {};
  /// The command's exit code, if it has to go on later; none: it has, whenever it was told to go.
  std::optional<int> unfinished = {};
  unsigned retries = 3;  ///< HTCondor: after failures
};

struct JobFile {
  std::string name, text;
  bool executable = false;
};

struct JobFiles {
  std::vector<JobFile> files;
  std::string submit;  ///< the command that submits them
};

/// Errors: usage, for no job, and for options with line ends in them.
JobFiles make_jobs(const BatchOptions& options, const BatchArray& array);

}  // namespace trigloop::core
