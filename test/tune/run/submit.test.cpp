#include "tune/run/submit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::tune {
namespace {

using testing::HasSubstr;

using core::BatchSystem;
using core::JobFile;
using core::JobFiles;

SubmitOptions options(BatchSystem system) {
  SubmitOptions options;
  options.batch.system = system;
  options.study = "/data/it's.yml";
  options.batch.program = "/opt/trigloop";
  options.batch.working = "/data";
  options.batch.folder = "/data/s.jobs";
  options.batch.jobs = 20;
  options.slots = 8;
  options.batch.cpus = 8;
  options.batch.gpus = 1;
  return options;
}

TEST(Submit, WritesAnArrayOfWorkersForSlurm) {
  const JobFiles jobs = make_jobs(options(BatchSystem::slurm));
  const std::string& text = jobs.files.at(0).text;
  for (const char* const line : {"#SBATCH --array=0-19\n", "#SBATCH --gres=gpu:1\n", "#SBATCH --requeue\n",
                                 "#SBATCH --signal=B:USR2@120\n", "#SBATCH --cpus-per-task=8\n",
                                 "/opt/trigloop tune worker --study '/data/it'\\''s.yml' --workers 8 --quiet &\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_EQ(jobs.submit, "sbatch /data/s.jobs/tune.sbatch");
}

TEST(Submit, ScriptsAreShellThatParses) {
  const test::TempDir dir;
  for (const BatchSystem system : {BatchSystem::slurm, BatchSystem::htcondor}) {
    for (const JobFile& file : make_jobs(options(system)).files) {
      if (!file.executable) continue;
      test::write_file(dir / file.name, file.text);
      EXPECT_EQ(test::run_command({"bash", "-n", dir / file.name}).err, "");
    }
  }
}

TEST(Submit, HtcondorReadsItsFilesAsTheyAreMeant) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir dir;
  for (const JobFile& file : make_jobs(options(BatchSystem::htcondor)).files)
    test::write_file(dir / file.name, file.text);
  const auto parsed =
      test::run_command({test::peer_python(), test::project_root() / "test/peers/htcondor_parse.py", dir / "tune.sub"});
  if (parsed.status == 77) GTEST_SKIP() << "the Python package htcondor is not here";
  ASSERT_EQ(parsed.status, 0) << parsed.err;
  const auto read = nlohmann::json::parse(parsed.out);
  EXPECT_EQ(read["queue"], "20");
  const auto& commands = read["commands"];
  EXPECT_EQ(commands["checkpoint_exit_code"], "85");
  EXPECT_EQ(commands["kill_sig"], "SIGTERM");
  EXPECT_EQ(commands["request_gpus"], "1");
  EXPECT_EQ(commands["MY.JobFlavour"], "\"workday\"");
}

TEST(Submit, RefusesOptionsThatWouldBecomeOtherLines) {
  SubmitOptions bad = options(BatchSystem::slurm);
  bad.batch.partition = "a\n#SBATCH --uid=0";
  EXPECT_THROW(make_jobs(bad), core::Error);
}

}  // namespace
}  // namespace trigloop::tune
