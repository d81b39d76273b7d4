#include "scout/run/submit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::scout {
namespace {

using testing::HasSubstr;

SubmitOptions options(BatchSystem system) {
  SubmitOptions options;
  options.system = system;
  options.parts = 3;
  options.program = "/opt/trigloop";
  options.arguments = {"--model", "it's a model.onnx", "--input", "run1/*.root"};
  options.output = "/out";
  options.working = "/data";
  options.jobs = "/out/jobs";
  return options;
}

TEST(Submit, WritesAJobArrayForSlurm) {
  const JobFiles jobs = make_jobs(options(BatchSystem::slurm));
  ASSERT_EQ(jobs.files.size(), 2u);
  const std::string& text = jobs.files[0].text;
  EXPECT_THAT(text, HasSubstr("#SBATCH --array=0-2\n"));
  EXPECT_THAT(text, HasSubstr("/opt/trigloop scout run --model 'it'\\''s a model.onnx' --input 'run1/*.root' --output "
                              "/out/part_\"${SLURM_ARRAY_TASK_ID}\" --part \"${SLURM_ARRAY_TASK_ID}/3\""));
  EXPECT_EQ(jobs.submit, "sbatch /out/jobs/scout.sbatch");
  EXPECT_EQ(jobs.collect, "/opt/trigloop spectrum sum /out/part_* --output /out/sum.spectrum");
}

TEST(Submit, WritesAScriptAndADescriptionForHtcondor) {
  const JobFiles jobs = make_jobs(options(BatchSystem::htcondor));
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

TEST(Submit, RefusesWhatTheJobsSetThemselves) {
  for (const std::string word : {"--part", "--output", "-o", "--part=1/2"}) {
    SubmitOptions bad = options(BatchSystem::slurm);
    bad.arguments.push_back(word);
    EXPECT_THROW(make_jobs(bad), core::Error) << word;
  }
  SubmitOptions none = options(BatchSystem::slurm);
  none.parts = 0;
  EXPECT_THROW(make_jobs(none), core::Error);
}

TEST(Submit, QuotesEveryWordForTheShell) {
  for (const std::string word : {"", "a b", "it's", "$(date)", "*", "a\nb", "\"", "\\"}) {
    EXPECT_EQ(test::run_command({"sh", "-c", "printf %s " + shell_quoted(word)}).out, word);
  }
}

}  // namespace
}  // namespace trigloop::scout
