#include "core/batch.hpp"

#include "core/error.hpp"
#include "core/shell.hpp"

namespace trigloop::core {
namespace {

void check(const BatchOptions& options) {
  if (options.jobs == 0) throw Error(ErrorCode::usage, "at least one job is needed");
  for (const std::string* text : {&options.memory, &options.time, &options.partition, &options.flavour}) {
    if (text->find_first_of("\n\r") != std::string::npos)
      throw Error(ErrorCode::usage, "an option holds the end of a line");
  }
}

std::string slurm_header(const BatchOptions& o, const BatchArray& array) {
  std::string text = "#!/bin/bash\n";
  const auto say = [&](const std::string& option) { text += "#SBATCH --" + option + "\n"; };
  say("job-name=trigloop-" + array.name);
  say("array=0-" + std::to_string(o.jobs - 1) + (o.at_a_time > 0 ? "%" + std::to_string(o.at_a_time) : ""));
  say("ntasks=1");
  say("cpus-per-task=" + std::to_string(o.cpus));
  say("mem=" + o.memory);
  if (o.gpus > 0) say("gres=gpu:" + std::to_string(o.gpus));
  say("time=" + o.time);
  say("requeue");
  say("open-mode=append");
  say("signal=B:USR2@" + std::to_string(o.notice));
  if (!o.partition.empty()) say("partition=" + o.partition);
  say("chdir=" + o.working.native());
  say("output=" + (o.folder / (array.job + "_%a.log")).native());
  return text;
}

/// SLURM itself queues a preempted job again; one whose time is over asks for it.
JobFile slurm_script(const BatchOptions& o, const BatchArray& array) {
  std::string text = slurm_header(o, array);
  text += "# USR2: the time is nearly over; end in good order and queue again. TERM: preempted or cancelled.\n";
  text += "again=\ntrap 'again=yes; kill -TERM \"$run\"' USR2\ntrap 'kill -TERM \"$run\"' TERM\n";
  text += array.command("${SLURM_ARRAY_TASK_ID}") + " &\nrun=$!\n";
  text += "while :; do wait \"$run\"; status=$?; kill -0 \"$run\" 2>/dev/null || break; done\n";
  if (array.unfinished) text += "[ \"$status\" -eq " + std::to_string(*array.unfinished) + " ] || exit \"$status\"\n";
  text += "[ -z \"$again\" ] || scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"\n";
  text += "exit \"$status\"\n";
  return {array.name + ".sbatch", text, true};
}

JobFile htcondor_description(const BatchOptions& o, const BatchArray& array) {
  std::string text = "# Input and output are on a file system that all machines share.\n";
  const auto say = [&](const std::string& name, const std::string& value) { text += name + " = " + value + "\n"; };
  const auto log = [&](const char* ending) { return (o.folder / (array.job + "_$(Process)")).native() + ending; };
  say("universe", "vanilla");
  say("executable", (o.folder / (array.job + ".sh")).native());
  say("arguments", "$(Process)");
  say("output", log(".out"));
  say("error", log(".err"));
  say("log", (o.folder / (array.name + ".log")).native());
  say("should_transfer_files", "NO");
  say("kill_sig", "SIGTERM");
  if (array.unfinished) say("checkpoint_exit_code", std::to_string(*array.unfinished));
  say("max_retries", std::to_string(array.retries));
  say("request_cpus", std::to_string(o.cpus));
  say("request_memory", o.memory);
  if (o.gpus > 0) say("request_gpus", std::to_string(o.gpus));
  say("+JobFlavour", "\"" + o.flavour + "\"");
  if (o.at_a_time > 0) say("max_materialize", std::to_string(o.at_a_time));
  return {array.name + ".sub", text + "queue " + std::to_string(o.jobs) + "\n", false};
}

JobFile htcondor_script(const BatchOptions& o, const BatchArray& array) {
  return {array.job + ".sh",
          "#!/bin/sh\n# Job $1. Evicted, it gets SIGTERM and ends in good order.\ncd " +
              shell_quoted(o.working.native()) + " && exec " + array.command("$1") + "\n",
          true};
}

}  // namespace

JobFiles make_jobs(const BatchOptions& options, const BatchArray& array) {
  check(options);
  const auto submitted_by = [&](const std::string& program, const JobFile& file) {
    return program + " " + shell_quoted((options.folder / file.name).native());
  };
  JobFiles jobs;
  if (options.system == BatchSystem::slurm) {
    jobs.files = {slurm_script(options, array)};
    jobs.submit = submitted_by("sbatch", jobs.files.back());
  } else {
    jobs.files = {htcondor_script(options, array), htcondor_description(options, array)};
    jobs.submit = submitted_by("condor_submit", jobs.files.back());
  }
  return jobs;
}

}  // namespace trigloop::core
