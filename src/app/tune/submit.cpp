// trigloop tune submit: workers as jobs of SLURM and HTCondor.
#include "tune/run/submit.hpp"

#include <iostream>
#include <memory>

#include "app/batch_jobs.hpp"
#include "app/tune/commands.hpp"

namespace trigloop::app {
namespace {

struct Options {
  TuneStudy study;
  tune::SubmitOptions submit;
  BatchCommand batch;
};

void submit(Options options) {
  const tune::StudyFile study = options.study.read();
  tune::SubmitOptions& jobs = options.submit;
  options.batch.complete(jobs.batch, study.name + ".jobs");
  open_study(study, true);  // what is wrong with it is told here, not in a job's log
  jobs.study = std::filesystem::absolute(options.study.study);
  jobs.storage = options.study.storage;
  jobs.batch.cpus = study.cpus * jobs.slots;
  const core::JobFiles made = tune::make_jobs(jobs);
  options.batch.hand_over(made, jobs.batch.folder);
  std::cout << "submit   " << made.submit << '\n';
}

}  // namespace

void add_tune_submit(CLI::App& tune) {
  const auto options = std::make_shared<Options>();
  tune::SubmitOptions& jobs = options->submit;
  CLI::App* const command = tune.add_subcommand("submit", "Write job files of workers for a batch system");
  options->batch.add_to(*command, jobs.batch);
  options->study.add_to(*command);
  command->add_option("--jobs", jobs.batch.jobs, "Workers' jobs")->check(CLI::Range(1, 100'000))->capture_default_str();
  command->add_option("--slots", jobs.slots, "Trials at a time in a job")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--gpus", jobs.batch.gpus, "GPUs of a job")->check(CLI::Range(0, 64));
  command->add_option("--folder", jobs.batch.folder, "Folder of the job files and logs (default: NAME.jobs)");
  command->footer(
      "Examples:\n  trigloop tune submit --slurm --study study.yml --jobs 20 --time 04:00:00\n"
      "  trigloop tune submit --htcondor --study study.yml --jobs 100 --slots 2 --flavour longlunch");
  command->callback([options] { submit(*options); });
}

}  // namespace trigloop::app
