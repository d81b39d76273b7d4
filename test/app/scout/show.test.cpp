// Records as users look at them: `trigloop scout show`, and spectra of records.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "score/spectrum_file.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string sample = test::project_root() / "test/compat/record_v1.record";

TEST(ScoutShow, TellsARecordInWords) {
  const auto shown = test::run_command({test::program(), "scout", "show", sample});
  ASSERT_EQ(shown.status, 0) << shown.err;
  for (const char* words :
       {"run 396102, lumisection 214: incomplete (waited 60 s), commit 2", "rows                 6\n",
        "'a.root' has 3 events", "tail: 2 events, scores 0.0000 to 250.0000"}) {
    EXPECT_THAT(shown.out, HasSubstr(words));
  }
}

TEST(ScoutShow, TellsARecordAsJson) {
  const auto shown = test::run_command({test::program(), "scout", "show", sample, "--json"});
  ASSERT_EQ(shown.status, 0) << shown.err;
  const json record = json::parse(shown.out);
  EXPECT_EQ(record["version"], 1);
  EXPECT_EQ(record["complete"], false);
  EXPECT_EQ(record["identity"]["menu_name"], "run3");
  EXPECT_EQ(record["all"], json::parse("[[-3, 1], [0, 2], [4000, 3]]"));
  EXPECT_EQ(record["inputs"][1]["duplicate_orbits"], 4);
  EXPECT_EQ(record["tail"][0]["values"], json::parse("[1, 90, -7, 3]"));
}

TEST(ScoutShow, TellsEachLumisectionOfAFolder) {
  const test::TempDir dir;
  std::filesystem::copy(sample, dir / "run_396102_lumi_214.record");
  const auto shown = test::run_command({test::program(), "scout", "show", dir.path()});
  ASSERT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("396102          214            6"));
  EXPECT_THAT(shown.out, HasSubstr("incomplete  waited 60 s"));
  const auto told = test::run_command({test::program(), "scout", "show", dir.path(), "--json"});
  EXPECT_EQ(json::parse(told.out).at(0)["lumisection"], 214);
  const test::TempDir empty;
  EXPECT_EQ(test::run_command({test::program(), "scout", "show", empty.path()}).status, 3);
}

TEST(ScoutShow, SpectraOfRecordsAreSummedAndExported) {
  const test::TempDir dir;
  std::filesystem::create_directories(dir / "records");
  std::filesystem::copy(sample, dir / "records/run_396102_lumi_214.record");
  const auto sum = test::run_command(
      {test::program(), "spectrum", "sum", dir / "records", "--pure", "--output", dir / "pure.spectrum"});
  ASSERT_EQ(sum.status, 0) << sum.err;
  const score::Spectrum pure = score::read_spectrum(dir / "pure.spectrum");
  EXPECT_EQ(pure.at(4000), 2u);
  EXPECT_EQ(pure.total(), 3u);
  const auto csv = test::run_command({test::program(), "spectrum", "export", sample, "--format", "csv"});
  EXPECT_EQ(csv.out, "code,score,count\n-3,-0.1875,1\n0,0,2\n4000,250,3\n");
  const auto refused =
      test::run_command({test::program(), "spectrum", "export", dir / "pure.spectrum", "--format", "csv", "--pure"});
  EXPECT_EQ(refused.status, 2) << refused.out;
}

}  // namespace
}  // namespace trigloop
