#include "tune/run/submit.hpp"

#include "core/shell.hpp"
#include "tune/run/process.hpp"

namespace trigloop::tune {

core::JobFiles make_jobs(const SubmitOptions& options) {
  using core::shell_quoted;
  std::string command = shell_quoted(options.batch.program.native()) + " tune worker --study " +
                        shell_quoted(options.study.native()) + " --workers " + std::to_string(options.slots) +
                        " --quiet";
  if (!options.storage.empty()) command += " --storage " + shell_quoted(options.storage);
  // Any worker takes any trial, so a job's number means nothing. Told to go, a worker exits with checkpoint_exit when
  // its trials have saved what they need; after a failure another machine may do better.
  core::BatchArray workers{.name = "tune", .job = "worker", .unfinished = checkpoint_exit, .retries = 10};
  workers.command = [&](const std::string&) { return command; };
  return core::make_jobs(options.batch, workers);
}

}  // namespace trigloop::tune
