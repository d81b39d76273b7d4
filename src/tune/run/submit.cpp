#include "tune/run/submit.hpp"

#include "core/error.hpp"
#include "core/shell.hpp"

namespace trigloop::tune {
namespace {

using core::shell_quoted;

void check(const SubmitOptions& options) {
  for (const std::string* text : {&options.memory, &options.time, &options.partition, &options.flavour})
    if (text->find_first_of("\n\r") != text->npos)
      throw core::Error(core::ErrorCode::usage, "an option holds the end of a line");
}

std::string worker_command(const SubmitOptions& options) {
  std::string command = shell_quoted(options.program.native()) + " tune worker --study " +
                        shell_quoted(options.study.native()) + " --workers " + std::to_string(options.slots) +
                        " --quiet";
  return options.storage.empty() ? command : command + " --storage " + shell_quoted(options.storage);
}

JobFile slurm_script(const SubmitOptions& o) {
  std::string text = "#!/bin/bash\n#SBATCH --job-name=trigloop-tune\n#SBATCH --array=0-" + std::to_string(o.jobs - 1);
  if (o.at_a_time > 0) text += "%" + std::to_string(o.at_a_time);
  text += "\n#SBATCH --ntasks=1\n#SBATCH --cpus-per-task=" + std::to_string(o.cpus) + "\n#SBATCH --mem=" + o.memory;
  if (o.gpus > 0) text += "\n#SBATCH --gres=gpu:" + std::to_string(o.gpus);
  text += "\n#SBATCH --time=" + o.time + "\n#SBATCH --requeue\n#SBATCH --open-mode=append\n";
  text += "#SBATCH --signal=B:USR2@" + std::to_string(o.notice) + "\n";
  if (!o.partition.empty()) text += "#SBATCH --partition=" + o.partition + "\n";
  text += "#SBATCH --chdir=" + o.working.native() + "\n";
  text += "#SBATCH --output=" + (o.jobs_folder / "worker_%a.log").native() + "\n";
  text +=
      "# USR2: the time is nearly over. TERM: preempted. Either way trials save what they need; 85 says that the\n"
      "# study is not done, so the job queues again (a preempted one is queued by SLURM itself).\n"
      "again=\ntrap 'again=yes; kill -TERM \"$worker\"' USR2\ntrap 'kill -TERM \"$worker\"' TERM\n";
  text += worker_command(o) + " &\nworker=$!\n";
  text += "while :; do wait \"$worker\"; status=$?; kill -0 \"$worker\" 2>/dev/null || break; done\n";
  text +=
      "[ \"$status\" -ne 85 ] || [ -z \"$again\" ] || exec scontrol requeue "
      "\"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"\nexit \"$status\"\n";
  return {"tune.sbatch", text, true};
}

std::vector<JobFile> htcondor_files(const SubmitOptions& o) {
  const std::string script =
      "#!/bin/sh\n# Told to go (TERM), it exits with 85 when its trials have saved what they need.\ncd " +
      shell_quoted(o.working.native()) + " && exec " + worker_command(o) + "\n";
  const auto log = [&](const char* ending) { return (o.jobs_folder / "worker_$(Process)").native() + ending; };
  std::string text =
      "# The study is on a file system that all machines share: use a journal, no SQLite.\nuniverse = vanilla\n";
  text += "executable = " + (o.jobs_folder / "worker.sh").native() + "\n";
  text += "output = " + log(".out") + "\nerror = " + log(".err") + "\nlog = " + (o.jobs_folder / "tune.log").native();
  text += "\nshould_transfer_files = NO\nkill_sig = SIGTERM\ncheckpoint_exit_code = 85\nmax_retries = 10\n";
  text += "request_cpus = " + std::to_string(o.cpus) + "\nrequest_memory = " + o.memory + "\n";
  if (o.gpus > 0) text += "request_gpus = " + std::to_string(o.gpus) + "\n";
  text += "+JobFlavour = \"" + o.flavour + "\"\n";
  if (o.at_a_time > 0) text += "max_materialize = " + std::to_string(o.at_a_time) + "\n";
  return {{"worker.sh", script, true}, {"tune.sub", text + "queue " + std::to_string(o.jobs) + "\n", false}};
}

}  // namespace

JobFiles make_jobs(const SubmitOptions& options) {
  check(options);
  JobFiles jobs;
  if (options.system == BatchSystem::slurm) {
    jobs.files = {slurm_script(options)};
    jobs.submit = "sbatch " + shell_quoted((options.jobs_folder / "tune.sbatch").native());
  } else {
    jobs.files = htcondor_files(options);
    jobs.submit = "condor_submit " + shell_quoted((options.jobs_folder / "tune.sub").native());
  }
  return jobs;
}

}  // namespace trigloop::tune
