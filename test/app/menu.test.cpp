// trigloop menu as a user meets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

using testing::HasSubstr;
using testing::Not;

CommandResult trigloop(std::vector<std::string> words) {
  words.insert(words.begin(), program().native());
  return run_command(words);
}

/// A stream and a training sample, made once.
class MenuCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = std::make_unique<TempDir>();
    ASSERT_EQ(trigloop({"simulate", "scouting", "-q", "-n", "20000", "-o", stream()}).status, 0);
    ASSERT_EQ(trigloop({"simulate", "zerobias", "-q", "-n", "20000", "-o", sample()}).status, 0);
  }
  static void TearDownTestSuite() { dir_.reset(); }
  static std::string stream() { return *dir_ / "stream.root"; }
  static std::string sample() { return *dir_ / "sample.h5"; }
  static std::string file(const std::string& name) { return *dir_ / name; }
  static std::unique_ptr<TempDir> dir_;
};
std::unique_ptr<TempDir> MenuCommand::dir_;

TEST_F(MenuCommand, shows_menus_that_it_reads_again) {
  EXPECT_THAT(trigloop({"menu", "show"}).out, HasSubstr("cms-run3  Unprescaled seeds"));
  write_file(file("mine.yaml"), trigloop({"menu", "show", "cms-run3"}).out);
  const CommandResult mine = trigloop({"menu", "check", file("mine.yaml")});
  EXPECT_EQ(mine.status, 0) << mine.err;
  EXPECT_EQ(mine.out, trigloop({"menu", "check", "cms-run3"}).out);
  EXPECT_THAT(trigloop({"menu", "check", "cms-run3", stream()}).out, HasSubstr("fits, 157 seeds"));
  EXPECT_THAT(trigloop({"menu", "check", "cms-rum3"}).err, HasSubstr("Did you mean 'cms-run3'?"));
}

TEST_F(MenuCommand, prints_the_same_rates_for_any_number_of_threads_and_files) {
  const auto rates = [&](std::vector<std::string> inputs, const std::string& threads) {
    std::vector<std::string> words{"menu", "rates", "-q", "--json", "--threads", threads, "--input"};
    words.insert(words.end(), inputs.begin(), inputs.end());
    const CommandResult result = trigloop(words);
    EXPECT_EQ(result.status, 0) << result.err;
    return nlohmann::json::parse(result.out);
  };
  const nlohmann::json one = rates({stream()}, "1"), four = rates({stream()}, "4");
  EXPECT_EQ(one, four);
  EXPECT_EQ(one["events"], 20000);
  EXPECT_GT(one["fired"], 0);
  double shares = 0;
  for (const auto& seed : one["seeds"]) shares += seed["proportional"].get<double>();
  EXPECT_NEAR(shares, one["fired"].get<double>(), 1e-6);
  // The same file twice: twice the counts, the same rates.
  const nlohmann::json twice = rates({stream(), stream()}, "2");
  EXPECT_EQ(twice["fired"].get<int>(), 2 * one["fired"].get<int>());
  EXPECT_DOUBLE_EQ(twice["rate"]["hz"].get<double>(), one["rate"]["hz"].get<double>());
}

TEST_F(MenuCommand, prints_a_table_and_writes_csv) {
  const CommandResult table = trigloop(
      {"menu", "rates", "-q", "--menu", "pythia-samples", "--overlap", "--csv", file("r.csv"), "-i", sample()});
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_THAT(table.out, testing::AllOf(HasSubstr("MET110"), HasSubstr("total"), HasSubstr("fires together with")));
  EXPECT_THAT(read_file(file("r.csv")), testing::StartsWith("seed,bit,prescale,fired,pure,"));
}

TEST_F(MenuCommand, agrees_with_the_bits_of_a_simulated_sample) {
  const auto fired = [&](const char* menu) {
    const CommandResult result = trigloop({"menu", "rates", "-q", "--json", "--menu", menu, "-i", sample()});
    EXPECT_EQ(result.status, 0) << result.err;
    return nlohmann::json::parse(result.out)["fired"].get<int>();
  };
  EXPECT_EQ(fired("pythia-samples"), fired("stored-bits"));
}

TEST_F(MenuCommand, refuses_seeds_without_columns_unless_told_to_drop_them) {
  const CommandResult refused = trigloop({"menu", "rates", "-q", "-i", sample()});
  EXPECT_EQ(refused.status, 6);
  EXPECT_THAT(refused.err, testing::AllOf(HasSubstr("'L1_SingleMu22'"), HasSubstr("--drop-unfit")));
  const CommandResult dropped = trigloop({"menu", "rates", "-q", "--drop-unfit", "-i", sample()});
  EXPECT_EQ(dropped.status, 0) << dropped.err;
  EXPECT_THAT(dropped.err, HasSubstr("left out: seed 'L1_SingleMu22'"));
  EXPECT_THAT(dropped.out, HasSubstr("L1_HTT280er"));
}

}  // namespace
}  // namespace trigloop::test
