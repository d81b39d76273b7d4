// trigloop tune submit: workers as jobs of SLURM and HTCondor.
#include <iostream>
#include <memory>

#include "app/job_files.hpp"
#include "app/tune_commands.hpp"
#include "core/error.hpp"
#include "tune/run/submit.hpp"

namespace trigloop::app {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

struct Options {
  TuneStudy study;
  tune::SubmitOptions submit;
  bool slurm = false, htcondor = false, print = false;
};

void submit(Options options) {
  if (options.slurm == options.htcondor) throw Error(ErrorCode::usage, "say one of --slurm and --htcondor");
  const tune::StudyFile study = options.study.read();
  open_study(study, true);  // what is wrong with it is told here, not in a job's log
  tune::SubmitOptions& jobs = options.submit;
  jobs.system = options.slurm ? tune::BatchSystem::slurm : tune::BatchSystem::htcondor;
  jobs.working = fs::current_path();
  jobs.study = fs::absolute(options.study.study);
  jobs.storage = options.study.storage;
  jobs.jobs_folder = fs::absolute(jobs.jobs_folder.empty() ? fs::path(study.name + ".jobs") : jobs.jobs_folder);
  jobs.cpus = study.cpus * jobs.slots;
  if (jobs.program.empty()) jobs.program = fs::read_symlink("/proc/self/exe");
  const tune::JobFiles made = tune::make_jobs(jobs);
  hand_over(made.files, jobs.jobs_folder, options.print);
  std::cout << "submit   " << made.submit << '\n';
}

}  // namespace

void add_tune_submit(CLI::App& tune) {
  const auto options = std::make_shared<Options>();
  tune::SubmitOptions& jobs = options->submit;
  CLI::App* const command = tune.add_subcommand("submit", "Write job files of workers for a batch system");
  command->add_flag("--slurm", options->slurm, "For SLURM: a job array");
  command->add_flag("--htcondor", options->htcondor, "For HTCondor, with CERN's job flavours");
  options->study.add_to(*command);
  command->add_option("--jobs", jobs.jobs, "Workers' jobs")->check(CLI::Range(1, 100'000))->capture_default_str();
  command->add_option("--at-a-time", jobs.at_a_time, "Of them, so many at a time (default: no limit)");
  command->add_option("--slots", jobs.slots, "Trials at a time in a job")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--gpus", jobs.gpus, "GPUs of a job")->check(CLI::Range(0, 64));
  command->add_option("--job-memory", jobs.memory, "Memory of a job")->capture_default_str();
  command->add_option("--time", jobs.time, "SLURM: time limit of a job")->capture_default_str();
  command->add_option("--notice", jobs.notice, "SLURM: seconds before the limit at which a job is told")
      ->capture_default_str();
  command->add_option("--partition", jobs.partition, "SLURM: partition");
  command->add_option("--flavour", jobs.flavour, "HTCondor: job flavour")->capture_default_str();
  command->add_option("--program", jobs.program, "The program on the jobs' machines (default: this one)");
  command->add_option("--folder", jobs.jobs_folder, "Folder of the job files and logs (default: NAME.jobs)");
  command->add_flag("--print", options->print, "Print the files instead of writing them");
  command->footer(
      "Examples:\n  trigloop tune submit --slurm --study study.yml --jobs 20 --time 04:00:00\n"
      "  trigloop tune submit --htcondor --study study.yml --jobs 100 --slots 2 --flavour longlunch");
  command->callback([options] { submit(*options); });
}

}  // namespace trigloop::app
