#include "scout/run/submit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::scout {
namespace {

using testing::HasSubstr;

using core::BatchSystem;
using core::JobFile;

SubmitOptions options(BatchSystem system) {
  SubmitOptions options;
  options.batch.system = system;
  options.batch.jobs = 3;
  options.batch.program = "/opt/trigloop";
  options.arguments = {"--model", "it's a model.onnx", "--input", "run1/*.root"};
  options.output = "/out";
  options.batch.working = "/data";
  options.batch.folder = "/out/jobs";
  return options;
}

TEST(Submit, WritesAJobArrayForSlurm) {
  const ScoutJobs jobs = make_jobs(options(BatchSystem::slurm));
  ASSERT_EQ(jobs.files.size(), 2u);
  const std::string& text = jobs.files[0].text;
  EXPECT_THAT(text, HasSubstr("#SBATCH --array=0-2\n"));
  EXPECT_THAT(text, HasSubstr("/opt/trigloop scout run --model 'it'\\''s a model.onnx' --input 'run1/*.root' --output "
                              "/out/part_\"${SLURM_ARRAY_TASK_ID}\" --part \"${SLURM_ARRAY_TASK_ID}/3\""));
  EXPECT_EQ(jobs.submit, "sbatch /out/jobs/scout.sbatch");
  EXPECT_EQ(jobs.collect, "/opt/trigloop spectrum sum /out/part_* --output /out/sum.spectrum");
}

TEST(Submit, WritesAScriptAndADescriptionForHtcondor) {
  const ScoutJobs jobs = make_jobs(options(BatchSystem::htcondor));
  ASSERT_EQ(jobs.files.size(), 3u);
  EXPECT_TRUE(jobs.files[0].executable);
  EXPECT_THAT(jobs.files[0].text, HasSubstr("--part \"$1/3\""));
  EXPECT_THAT(jobs.files[1].text, HasSubstr("executable = /out/jobs/part.sh\n"));
  EXPECT_THAT(jobs.files[1].text, HasSubstr("\nqueue 3\n"));
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
  const ScoutJobs jobs = make_jobs(options(BatchSystem::htcondor));
  for (const JobFile& file : jobs.files) test::write_file(dir / file.name, file.text);
  const auto parsed = test::run_command(
      {test::peer_python(), test::project_root() / "test/peers/htcondor_parse.py", dir / "scout.sub"});
  if (parsed.status == 77) GTEST_SKIP() << "the Python package htcondor is not here";
  ASSERT_EQ(parsed.status, 0) << parsed.err;
  const auto read = nlohmann::json::parse(parsed.out);
  EXPECT_EQ(read["queue"], std::to_string(options(BatchSystem::htcondor).batch.jobs));
  const auto& commands = read["commands"];
  EXPECT_EQ(commands["arguments"], "$(Process)");
  EXPECT_EQ(commands["universe"], "vanilla");
  EXPECT_EQ(commands["kill_sig"], "SIGTERM");
  EXPECT_EQ(commands["request_memory"], options(BatchSystem::htcondor).batch.memory);
  EXPECT_EQ(commands["MY.JobFlavour"], "\"" + options(BatchSystem::htcondor).batch.flavour + "\"");
  EXPECT_EQ(commands["executable"], (options(BatchSystem::htcondor).batch.folder / "part.sh").native());
}

TEST(Submit, RefusesWhatTheJobsSetThemselves) {
  for (const std::string word : {"--part", "--output", "-o", "--part=1/2"}) {
    SubmitOptions bad = options(BatchSystem::slurm);
    bad.arguments.push_back(word);
    EXPECT_THROW(make_jobs(bad), core::Error) << word;
  }
  SubmitOptions none = options(BatchSystem::slurm);
  none.batch.jobs = 0;
  EXPECT_THROW(make_jobs(none), core::Error);
}

}  // namespace
}  // namespace trigloop::scout
