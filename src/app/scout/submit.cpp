// trigloop scout submit: job files for SLURM and HTCondor.
#include "scout/run/submit.hpp"

#include <iostream>
#include <memory>

#include "app/batch_jobs.hpp"
#include "app/scout/commands.hpp"

namespace trigloop::app {
namespace {

struct Options {
  scout::SubmitOptions submit;
  BatchCommand batch;
};

void submit(Options options) {
  scout::SubmitOptions& jobs = options.submit;
  jobs.output = std::filesystem::absolute(jobs.output);
  options.batch.complete(jobs.batch, jobs.output / "jobs");
  const scout::ScoutJobs made = scout::make_jobs(jobs);
  options.batch.hand_over(made, jobs.batch.folder);
  std::cout << "submit   " << made.submit << "\ncollect  " << made.collect << '\n';
}

}  // namespace

void add_scout_submit(CLI::App& scout) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = scout.add_subcommand("submit", "Write job files that scout a run in parts on a batch system");
  options->batch.add_to(*command, options->submit.batch);
  command
      ->add_option("--parts", options->submit.batch.jobs,
                   "Jobs; part i takes lumisections with number modulo parts = i")
      ->required()
      ->check(CLI::Range(1, 100000));
  command->add_option("-o,--output", options->submit.output, "Folder of the parts' outputs (part_0, part_1, ...)")
      ->required();
  command->add_option("--jobs", options->submit.batch.folder,
                      "Folder of the job files and logs (default: jobs in the output)");
  command->add_option("--cpus", options->submit.batch.cpus, "Cores of a job")->capture_default_str();
  command->add_option("ARGUMENTS", options->submit.arguments, "After --: arguments of `trigloop scout run`")
      ->required();
  command->footer(
      "Examples:\n  trigloop scout submit --slurm --parts 64 --output out -- --model m.onnx --input 'run1/*.root'\n"
      "  trigloop scout submit --htcondor --parts 16 --print --output out -- --model m.onnx --input 'run1/*.root'");
  command->callback([options] { submit(*options); });
}

}  // namespace trigloop::app
