#include "scout/run/submit.hpp"

#include "core/error.hpp"
#include "core/shell.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using core::shell_quoted;

/// Seconds before a job's time limit at which it is told to stop, commit, and queue again.
constexpr const char* notice = "90";

void check(const SubmitOptions& options) {
  if (options.parts == 0) throw Error(ErrorCode::usage, "at least one part is needed");
  for (const std::string& word : options.arguments) {
    for (const std::string own : {"--part", "--output", "-o"}) {
      if (word == own || word.starts_with(own + "="))
        throw Error(ErrorCode::usage, own + " is set by the jobs").remedy("Leave it out after the --");
    }
  }
  for (const std::string* text : {&options.memory, &options.time, &options.partition, &options.flavour}) {
    if (text->find_first_of("\n\r") != std::string::npos)
      throw Error(ErrorCode::usage, "an option holds the end of a line");
  }
}

/// The command of part `part`, a word of the shell: "$1".
std::string run_command(const SubmitOptions& options, const std::string& part) {
  std::string command = shell_quoted(options.program.native()) + " scout run";
  for (const std::string& word : options.arguments) command += " " + shell_quoted(word);
  command += " --output " + shell_quoted((options.output / "part_").native()) + "\"" + part + "\"";
  return command + " --part \"" + part + "/" + std::to_string(options.parts) + "\" --quiet";
}

JobFile slurm_script(const SubmitOptions& options) {
  std::string text = "#!/bin/bash\n#SBATCH --job-name=trigloop-scout\n";
  text += "#SBATCH --array=0-" + std::to_string(options.parts - 1) + "\n";
  text += "#SBATCH --cpus-per-task=" + std::to_string(options.cpus) + "\n#SBATCH --mem=" + options.memory + "\n";
  text += "#SBATCH --time=" + options.time + "\n#SBATCH --requeue\n#SBATCH --open-mode=append\n";
  text += std::string("#SBATCH --signal=B:USR1@") + notice + "\n";
  if (!options.partition.empty()) text += "#SBATCH --partition=" + options.partition + "\n";
  text += "#SBATCH --chdir=" + options.working.native() + "\n";
  text += "#SBATCH --output=" + (options.jobs / "part_%a.log").native() + "\n";
  text += "# USR1: the time is nearly over; commit what is complete and queue again. TERM: preempted or cancelled.\n";
  text += "again=\ntrap 'again=yes; kill -TERM \"$run\"' USR1\ntrap 'kill -TERM \"$run\"' TERM\n";
  text += run_command(options, "${SLURM_ARRAY_TASK_ID}") + " &\nrun=$!\n";
  text += "while :; do wait \"$run\"; status=$?; kill -0 \"$run\" 2>/dev/null || break; done\n";
  text += "[ -z \"$again\" ] || scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"\n";
  text += "exit \"$status\"\n";
  return {"scout.sbatch", text, true};
}

std::vector<JobFile> htcondor_files(const SubmitOptions& options) {
  const std::string script = "#!/bin/sh\n# Part $1. Evicted, it gets SIGTERM and commits what is complete.\ncd " +
                             shell_quoted(options.working.native()) + " && exec " + run_command(options, "$1") + "\n";
  const auto log = [&](const char* ending) { return (options.jobs / "part_$(Process)").native() + ending; };
  std::string text = "# Input and output are on a file system that all machines share.\nuniverse = vanilla\n";
  text += "executable = " + (options.jobs / "part.sh").native() + "\narguments = $(Process)\n";
  text += "output = " + log(".out") + "\nerror = " + log(".err") + "\n";
  text += "log = " + (options.jobs / "scout.log").native() + "\nshould_transfer_files = NO\nkill_sig = SIGTERM\n";
  text += "max_retries = 3\nrequest_cpus = " + std::to_string(options.cpus) + "\n";
  text += "request_memory = " + options.memory + "\n+JobFlavour = \"" + options.flavour + "\"\n";
  text += "queue " + std::to_string(options.parts) + "\n";
  return {{"part.sh", script, true}, {"scout.sub", text, false}};
}

}  // namespace

JobFiles make_jobs(const SubmitOptions& options) {
  check(options);
  JobFiles jobs;
  if (options.system == BatchSystem::slurm) {
    jobs.files = {slurm_script(options)};
    jobs.submit = "sbatch " + shell_quoted((options.jobs / "scout.sbatch").native());
  } else {
    jobs.files = htcondor_files(options);
    jobs.submit = "condor_submit " + shell_quoted((options.jobs / "scout.sub").native());
  }
  jobs.collect = shell_quoted(options.program.native()) + " spectrum sum " +
                 shell_quoted((options.output / "part_").native()) + "* --output " +
                 shell_quoted((options.output / "sum.spectrum").native());
  jobs.files.push_back(
      {"collect.sh", "#!/bin/sh\n# When all parts are done: their sum.\nexec " + jobs.collect + "\n", true});
  return jobs;
}

}  // namespace trigloop::scout
