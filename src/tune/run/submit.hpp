#pragma once
// Job files for a batch system: workers on a study, as many as jobs are free at the time.
//
// A job may vanish at any moment. It is told (TERM, or USR2 before its time limit): trials save what they need and
// wait, and the job queues again. If it is not told, its trials are found by their missing signs of life. So jobs need
// no order and no number: more of them finish sooner.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace trigloop::tune {

enum class BatchSystem : std::uint8_t { slurm, htcondor };

struct SubmitOptions {
  BatchSystem system = BatchSystem::slurm;
  std::filesystem::path study, program, working, jobs_folder;
  std::string storage;          ///< empty: as the study says
  unsigned jobs = 1;            ///< workers' jobs
  unsigned at_a_time = 0;       ///< of them; 0: no limit
  unsigned slots = 1;           ///< trials at a time in a job
  unsigned cpus = 1, gpus = 0;  ///< of a job
  std::string memory = "2G", time = "08:00:00", partition, flavour = "workday";
  unsigned notice = 120;  ///< seconds before the time limit at which a job is told
};

struct JobFile {
  std::string name, text;
  bool executable = false;
};

struct JobFiles {
  std::vector<JobFile> files;
  std::string submit;  ///< the command that submits them
};

/// Errors: usage, for options with line ends in them.
JobFiles make_jobs(const SubmitOptions& options);

}  // namespace trigloop::tune
