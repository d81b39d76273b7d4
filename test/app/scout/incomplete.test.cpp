// What a batch run says of lumisections of which something did not come: they are incomplete, with the exposure of what
// did; and complete, when it comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "test/app/scout/files.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uint32_t orbits = 60;

class ScoutIncomplete : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(in_); }

  test::CommandResult run(const std::string& pattern = "*.root", std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"--input", in_ / pattern, "--output", out_, "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return test::run_command(test::scout_words(files_.model(), words));
  }
  scout::Record record() const { return scout::read_record(scout::list_records(out_).at(0)); }

  /// Almost all of the lumisection, with other bytes in one of its columns: keys can be read.
  void damage(const fs::path& path) const {
    test::write_part(whole_, path, 5, test::rows_of(whole_));
    std::string bytes = test::read_file(path);
    const std::size_t first = bytes.size() * 7 / 10;
    for (std::size_t i = first; i < first + 4000; ++i) bytes[i] = static_cast<char>(~bytes[i]);
    test::write_file(path, bytes);
  }

  test::ScoutFiles files_{2, orbits};
  fs::path in_ = files_.path("in"), out_ = files_.path("out"), whole_ = files_.all() / "ls1.root";
};

TEST_F(ScoutIncomplete, IsAnInputThatStatesOrbitsItDoesNotHoldUntilTheyCome) {
  const std::uint64_t rows = test::rows_of(whole_);
  test::write_part(whole_, in_ / "a.root", 0, rows / 2);
  const auto half = run();
  EXPECT_EQ(half.status, 0) << half.err;
  EXPECT_THAT(half.out, HasSubstr("1 lumisections are incomplete"));
  const scout::Record incomplete = record();
  EXPECT_FALSE(incomplete.complete());
  EXPECT_THAT(incomplete.why, HasSubstr(" of " + std::to_string(orbits) + " orbits came"));
  EXPECT_EQ(incomplete.exposure().orbits, incomplete.sum.orbits.size());
  EXPECT_LT(incomplete.exposure().orbits, orbits * 2 / 3);
  test::write_part(whole_, in_ / "b.root", rows / 2, rows);
  EXPECT_EQ(run().status, 0);
  EXPECT_TRUE(record().complete());
  EXPECT_EQ(record().why, "");
  EXPECT_EQ(record().exposure().orbits, orbits);
}

TEST_F(ScoutIncomplete, IsWhatAFailedInputHoldsTooInAnyOrder) {
  for (const char* damaged : {"0.root", "2.root"}) {
    for (const char* streams : {"1", "2"}) {
      fs::remove_all(out_);
      fs::copy_file(whole_, in_ / "1.root", fs::copy_options::overwrite_existing);
      fs::copy_file(files_.all() / "ls2.root", in_ / "3.root", fs::copy_options::overwrite_existing);
      damage(in_ / damaged);
      const auto failed = run("*.root", {"--json", "--streams", streams});
      EXPECT_EQ(failed.status, 4) << failed.err;
      EXPECT_EQ(nlohmann::json::parse(failed.out)["incomplete"], 1);
      EXPECT_FALSE(record().complete());
      EXPECT_EQ(record().why, std::string(damaged) + " could not be read");
      EXPECT_EQ(record().exposure().orbits, orbits);
      EXPECT_TRUE(scout::read_record(scout::list_records(out_).at(1)).complete());
      // It turns out to be nothing: the next run looks at what is there again.
      fs::remove(in_ / damaged);
      EXPECT_EQ(run().status, 0);
      EXPECT_TRUE(record().complete());
      EXPECT_EQ(run().status, 0);
    }
  }
}

TEST_F(ScoutIncomplete, IsNothingThatStatesItsOrbitsWhereAFileTellsNothing) {
  fs::copy_file(whole_, in_ / "1.root");
  test::write_file(in_ / "2.root", "root, but not really");
  EXPECT_EQ(run().status, 4);
  EXPECT_TRUE(record().complete());
}

}  // namespace
}  // namespace trigloop
