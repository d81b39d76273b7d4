#include "app/batch_jobs.hpp"

#include <iostream>
#include <system_error>

#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::app {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

void BatchCommand::add_to(CLI::App& command, core::BatchOptions& options) {
  command.add_flag("--slurm", slurm, "For SLURM: a job array");
  command.add_flag("--htcondor", htcondor, "For HTCondor, with CERN's job flavours");
  command.add_option("--at-a-time", options.at_a_time, "Of the jobs, so many at a time (default: no limit)");
  command.add_option("--job-memory", options.memory, "Memory of a job")->capture_default_str();
  command.add_option("--time", options.time, "SLURM: time limit of a job")->capture_default_str();
  command.add_option("--notice", options.notice, "SLURM: seconds before the limit at which a job is told")
      ->capture_default_str();
  command.add_option("--partition", options.partition, "SLURM: partition");
  command.add_option("--flavour", options.flavour, "HTCondor: job flavour")->capture_default_str();
  command.add_option("--program", options.program, "The program on the jobs' machines (default: this one)");
  command.add_flag("--print", print, "Print the files instead of writing them");
}

void BatchCommand::complete(core::BatchOptions& options, const fs::path& folder) const {
  if (slurm == htcondor) throw Error(ErrorCode::usage, "say one of --slurm and --htcondor");
  options.system = slurm ? core::BatchSystem::slurm : core::BatchSystem::htcondor;
  options.working = fs::current_path();
  options.folder = fs::absolute(options.folder.empty() ? folder : options.folder);
  if (options.program.empty()) options.program = fs::read_symlink("/proc/self/exe");
}

void BatchCommand::hand_over(const core::JobFiles& jobs, const fs::path& folder) const {
  if (print) {
    for (const core::JobFile& job : jobs.files) std::cout << "==> " << job.name << " <==\n" << job.text << '\n';
    return;
  }
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw Error(ErrorCode::output, "cannot make the folder: " + failed.message()).file(folder.native());
  for (const core::JobFile& job : jobs.files) {
    core::write_file(folder / job.name, job.text);
    if (job.executable) fs::permissions(folder / job.name, fs::perms::owner_exec, fs::perm_options::add);
  }
}

}  // namespace trigloop::app
