#include "scout/run/submit.hpp"

#include "core/error.hpp"
#include "core/shell.hpp"

namespace trigloop::scout {
namespace {

using core::Error;
using core::ErrorCode;
using core::shell_quoted;

void check(const SubmitOptions& options) {
  for (const std::string& word : options.arguments) {
    for (const std::string own : {"--part", "--output", "-o"}) {
      if (word == own || word.starts_with(own + "="))
        throw Error(ErrorCode::usage, own + " is set by the jobs").remedy("Leave it out after the --");
    }
  }
}

std::string run_command(const SubmitOptions& options, const std::string& part) {
  std::string command = shell_quoted(options.batch.program.native()) + " scout run";
  for (const std::string& word : options.arguments) command += " " + shell_quoted(word);
  command += " --output " + shell_quoted((options.output / "part_").native()) + "\"" + part + "\"";
  return command + " --part \"" + part + "/" + std::to_string(options.batch.jobs) + "\" --quiet";
}

}  // namespace

ScoutJobs make_jobs(const SubmitOptions& options) {
  check(options);
  core::BatchArray parts{.name = "scout", .job = "part"};
  parts.command = [&](const std::string& index) { return run_command(options, index); };
  ScoutJobs jobs{core::make_jobs(options.batch, parts), ""};
  jobs.collect = shell_quoted(options.batch.program.native()) + " spectrum sum " +
                 shell_quoted((options.output / "part_").native()) + "* --output " +
                 shell_quoted((options.output / "sum.spectrum").native());
  jobs.files.push_back(
      {"collect.sh", "#!/bin/sh\n# When all parts are done: their sum.\nexec " + jobs.collect + "\n", true});
  return jobs;
}

}  // namespace trigloop::scout
