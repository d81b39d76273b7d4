#include "scout/stores/parity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/npy/npy.hpp"
#include "scout/record/record.hpp"
#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::scout::stores {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr event::LumiKey lumi{396102, 214};

LumiScores axo(Counts counts) {
  LumiScores scores;
  scores.whole = std::move(counts);
  return scores;
}

LumiScores native(Counts counts) {
  LumiScores scores = axo(std::move(counts));
  scores.native = true;
  return scores;
}

std::vector<Cause> causes(const LumiParity& parity) {
  std::vector<Cause> causes;
  for (const Difference& d : parity.differences) causes.push_back(d.cause);
  return causes;
}

TEST(Parity, EqualHistogramsDoNotDiffer) {
  EXPECT_TRUE(compare(lumi, axo({{3, 7}, {19'998, 1}}), native({{3, 7}, {19'998, 1}})).equal());
}

TEST(Parity, TheLastBinAndWhatLiesBeyondAreTold) {
  LumiScores ours = native({{3, 7}, {19'998, 1}, {19'999, 5}, {25'000, 2}});
  ours.at_end = 2;
  const LumiParity parity = compare(lumi, axo({{3, 7}, {19'998, 3}}), ours);
  EXPECT_THAT(causes(parity), ElementsAre(Cause::closed_last_bin, Cause::beyond_last_bin));
  EXPECT_TRUE(parity.explained());
  EXPECT_EQ(parity.differences[1].events, 5u);
}

TEST(Parity, ANeighbourMustHaveHeldWhatLeftIt) {
  EXPECT_THAT(causes(compare(lumi, axo({{3, 1000}, {4, 99}, {5, 101}}), native({{3, 1000}, {4, 100}, {5, 100}}))),
              ElementsAre(Cause::neighbouring_bins));
  // Two bins further is no rounding, and neither is a bin that was empty in between.
  EXPECT_FALSE(compare(lumi, axo({{3, 1000}, {7, 1}}), native({{3, 1000}, {5, 1}})).explained());
  EXPECT_FALSE(compare(lumi, axo({{3, 1001}, {4, 0}}), native({{3, 1000}, {9, 1}})).explained());
  // Rounding moves few events.
  EXPECT_FALSE(compare(lumi, axo({{3, 1000}, {4, 1000}}), native({{3, 500}, {4, 1500}})).explained());
}

TEST(Parity, ExposureIsCompared) {
  LumiScores one = native({{3, 10}}), other = one;
  one.exposure.orbits = 100;
  other.exposure.orbits = 101;
  const LumiParity parity = compare(lumi, one, other);
  EXPECT_THAT(causes(parity), ElementsAre(Cause::exposure));
  EXPECT_FALSE(parity.explained());
}

/// The events of one lumisection, in our record and as the Python chain leaves them.
class ParityWithTheChain : public ::testing::Test {
 protected:
  void SetUp() override {
    TRIGLOOP_NEEDS_PEERS();
    const auto made = test::run_command(
        {test::peer_python(), test::project_root() / "test/peers/scouting_analyser.py", "emulate", dir_.path()});
    ASSERT_EQ(made.status, 0) << made.err;
    fs::create_directory(dir_ / "ours");
    write_record(dir_ / "ours/run_396102_lumi_214.record", record());
  }

  Record record() const {
    const auto codes = values<std::int32_t>("codes.npy");
    const auto apart = values<std::int8_t>("noncolliding.npy");
    Record record;
    record.identity.fraction = 4;
    record.sum.lumi = lumi;
    std::map<std::int64_t, std::uint64_t> all, noncolliding;
    for (std::size_t i = 0; i < codes.size(); ++i) ++(apart[i] != 0 ? noncolliding : all)[codes[i]];
    record.sum.all.assign(all.begin(), all.end());
    record.sum.noncolliding.assign(noncolliding.begin(), noncolliding.end());
    record.sum.crossings.resize(3565);
    record.sum.crossings[1] = total(record.sum.all);
    return record;
  }

  template <class T>
  std::vector<T> values(const std::string& name) const {
    const auto file = io::npy::open(dir_ / name);
    return test::column_values<T>(*file, "", file->info().tables[0].columns[0].name);
  }

  LumiParity against(const std::string& chain) const { return compare_folders(dir_ / chain, dir_ / "ours").at(0); }

  const test::TempDir dir_;
};

TEST_F(ParityWithTheChain, EachFaultIsExplained) {
  const std::vector<std::pair<std::string, std::vector<Cause>>> cases{{"same", {}},
                                                                      {"float", {Cause::neighbouring_bins}},
                                                                      {"missing", {Cause::missing_orbits}},
                                                                      {"doubled", {Cause::doubled_orbits}},
                                                                      {"everything", {Cause::noncolliding}}};
  for (const auto& [name, expected] : cases) {
    const LumiParity parity = against(name);
    std::vector<Cause> found = causes(parity);
    // In all of them the chain drops the five scores beyond the last bin; two stand at its end.
    ASSERT_GE(found.size(), 2u) << name;
    EXPECT_EQ(found[0], Cause::closed_last_bin) << name;
    EXPECT_EQ(found[1], Cause::beyond_last_bin) << name;
    found.erase(found.begin(), found.begin() + 2);
    EXPECT_EQ(found, expected) << name;
    for (const Difference& d : parity.differences) EXPECT_TRUE(d.explained) << name << ": " << d.text;
  }
}

TEST_F(ParityWithTheChain, AnotherModelAndABiasedLossAreNot) {
  EXPECT_FALSE(against("model").explained());
  EXPECT_FALSE(against("biased").explained());
}

TEST_F(ParityWithTheChain, LumisectionsOnOneSideAreTold) {
  fs::create_directory(dir_ / "more");
  fs::copy(dir_ / "same/run_396102_lumi_214.axo", dir_ / "more/a.axo");
  std::string text = test::read_file(dir_ / "more/a.axo");
  text.replace(text.find("\"luminosity_blocks\": 214"), 24, "\"luminosity_blocks\": 215");
  test::write_file(dir_ / "more/b.axo", text);
  const auto lost = compare_folders(dir_ / "more", dir_ / "ours");
  ASSERT_EQ(lost.size(), 2u);
  EXPECT_EQ(causes(lost[1]), std::vector{Cause::only_old});
  EXPECT_FALSE(lost[1].explained());
  const auto gained = compare_folders(dir_ / "same", dir_ / "more");
  EXPECT_EQ(causes(gained[1]), std::vector{Cause::only_new});
  EXPECT_TRUE(gained[1].explained());
  EXPECT_NE(format_json(lost).find("\"unexplained\":1"), std::string::npos) << format_json(lost);
}

}  // namespace
}  // namespace trigloop::scout::stores
