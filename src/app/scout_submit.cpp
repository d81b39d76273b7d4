// trigloop scout submit: job files for SLURM and HTCondor.

#include <iostream>
#include <memory>

#include "app/commands.hpp"
#include "app/job_files.hpp"
#include "app/scout_commands.hpp"
#include "core/error.hpp"
#include "scout/run/submit.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

struct Options {
  scout::SubmitOptions submit;
  bool slurm = false, htcondor = false, print = false;
};

void submit(Options options) {
  if (options.slurm == options.htcondor) throw Error(ErrorCode::usage, "say one of --slurm and --htcondor");
  scout::SubmitOptions& jobs = options.submit;
  jobs.system = options.slurm ? scout::BatchSystem::slurm : scout::BatchSystem::htcondor;
  jobs.working = fs::current_path();
  jobs.output = fs::absolute(jobs.output);
  jobs.jobs = fs::absolute(jobs.jobs.empty() ? jobs.output / "jobs" : jobs.jobs);
  if (jobs.program.empty()) jobs.program = fs::read_symlink("/proc/self/exe");
  const scout::JobFiles made = scout::make_jobs(jobs);
  hand_over(made.files, jobs.jobs, options.print);
  std::cout << "submit   " << made.submit << "\ncollect  " << made.collect << '\n';
}

}  // namespace

void add_scout_submit(CLI::App& scout) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = scout.add_subcommand("submit", "Write job files that scout a run in parts on a batch system");
  command->add_flag("--slurm", options->slurm, "For SLURM: a job array");
  command->add_flag("--htcondor", options->htcondor, "For HTCondor, with CERN's job flavours");
  command->add_option("--parts", options->submit.parts, "Jobs; part i takes lumisections with number modulo parts = i")
      ->required()
      ->check(CLI::Range(1, 100000));
  command->add_option("-o,--output", options->submit.output, "Folder of the parts' outputs (part_0, part_1, ...)")
      ->required();
  command->add_option("--jobs", options->submit.jobs, "Folder of the job files and logs (default: jobs in the output)");
  command->add_option("--cpus", options->submit.cpus, "Cores of a job")->capture_default_str();
  command->add_option("--job-memory", options->submit.memory, "Memory of a job")->capture_default_str();
  command->add_option("--time", options->submit.time, "SLURM: time limit of a job")->capture_default_str();
  command->add_option("--partition", options->submit.partition, "SLURM: partition");
  command->add_option("--flavour", options->submit.flavour, "HTCondor: job flavour")->capture_default_str();
  command->add_option("--program", options->submit.program, "The program on the jobs' machines (default: this one)");
  command->add_flag("--print", options->print, "Print the files instead of writing them");
  command->add_option("ARGUMENTS", options->submit.arguments, "After --: arguments of `trigloop scout run`")
      ->required();
  command->footer(
      "Examples:\n  trigloop scout submit --slurm --parts 64 --output out -- --model m.onnx --input 'run1/*.root'\n"
      "  trigloop scout submit --htcondor --parts 16 --print --output out -- --model m.onnx --input 'run1/*.root'");
  command->callback([options] { submit(*options); });
}

}  // namespace trigloop::app
