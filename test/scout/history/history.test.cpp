#include "scout/history/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/error.hpp"
#include "scout/history/places.hpp"
#include "test/support/support.hpp"

namespace trigloop::scout {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Lumisections of 20 dense orbits; every third code once in all, every second of these in pure.
Record record_of(std::uint32_t lumisection) {
  Record record;
  record.identity.model = std::string(64, 'a');
  record.identity.model_name = "model";
  record.identity.fraction = 4;
  record.identity.menu = "menu";
  record.identity.stream.kept_fraction = 0.5;
  record.identity.stream.colliding_bunches = 40;
  record.sum.lumi = {1, lumisection};
  for (std::int64_t i = 0; i < 400; ++i) record.sum.all.emplace_back(3 * i + lumisection % 7, 1);
  for (std::int64_t i = 0; i < 200; ++i) record.sum.pure.emplace_back(6 * i + lumisection % 7, 1);
  record.sum.crossings.assign(3565, 0);
  for (std::size_t i = 1; i <= 40; ++i) record.sum.crossings[i] = 10;
  InputShare share;
  share.input.name = "a.root";
  share.rows = 400;
  share.orbits = share.orbits_stated = 20;
  record.shares = {share};
  return record;
}

class HistoryOfAFolder : public testing::Test {
 protected:
  void write(const Record& record) const { write_record(dir_ / record_name(record.lumi()), record); }
  std::vector<fs::path> records() const { return find_records({dir_.path()}); }
  std::string error_of_reading() const {
    try {
      read_history(records()).sum(Events::pure);
    } catch (const core::Error& e) {
      return e.what();
    }
    return "";
  }
  const test::TempDir dir_;
};

TEST_F(HistoryOfAFolder, IsTheSumOfItsRecordsInAnyNumberOfSlices) {
  std::map<std::int64_t, std::uint64_t> expected;
  for (std::uint32_t l = 1; l <= 100; ++l) {
    const Record record = record_of(l);
    write(record);
    for (const auto& [code, n] : record.sum.pure) expected[code] += n;
  }
  for (const std::size_t most : {1u, 7u, 99u, 100u, 512u}) {
    const History history = read_history(records(), most, 3);
    EXPECT_LE(history.slices.size(), most);
    std::size_t lumisections = 0;
    for (const Slice& slice : history.slices) lumisections += slice.lumisections;
    EXPECT_EQ(lumisections, 100u);
    EXPECT_EQ(history.lumisections.size(), 100u);
    const score::Spectrum pure = history.sum(Events::pure);
    EXPECT_EQ(pure.bins(), (std::vector<std::pair<std::int64_t, std::uint64_t>>(expected.begin(), expected.end())));
    EXPECT_EQ(pure.exposure.rows, 20'000u);
    EXPECT_EQ(pure.exposure.offered, 40'000u);
    EXPECT_EQ(pure.exposure.orbits, 2000u);
    EXPECT_EQ(history.sum(Events::all).exposure.colliding_crossings, 80'000u);
    EXPECT_EQ(history.sum(Events::noncolliding).total(), 0u);
  }
}

TEST_F(HistoryOfAFolder, IsKnownFromRecordsAsTheyAreCommitted) {
  RunningSum running, repeated, mixed;
  std::set<event::LumiKey> lumisections;
  for (const std::uint32_t l : {3u, 1u, 2u}) {
    write(record_of(l));
    running.add(record_of(l));
    lumisections.insert({1, l});
  }
  const History read = read_history(records(), 1);
  const std::optional<History> known = running.of(lumisections);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->lumisections, read.lumisections);
  EXPECT_EQ(known->slices[0].first, read.slices[0].first);
  EXPECT_EQ(known->slices[0].last, read.slices[0].last);
  for (const Events events : every_events) EXPECT_EQ(known->sum(events), read.sum(events));

  for (const std::uint32_t l : {1u, 2u, 3u, 2u}) repeated.add(record_of(l));
  EXPECT_FALSE(repeated.of(lumisections)) << "a record was replaced";
  Record other = record_of(2);
  other.identity.model = std::string(64, 'b');
  mixed.add(record_of(1));
  mixed.add(other);
  mixed.add(record_of(3));
  EXPECT_FALSE(mixed.of(lumisections)) << "scores of two networks do not add up";
  EXPECT_FALSE(RunningSum().of(lumisections)) << "some were committed before";
}

TEST_F(HistoryOfAFolder, GoesByLumisectionNotByName) {
  for (const std::uint32_t l : {2u, 10u, 9u, 101u}) write(record_of(l));
  const History history = read_history(records());
  ASSERT_EQ(history.slices.size(), 4u);
  EXPECT_EQ(history.slices[1].first.lumisection, 9u);
  EXPECT_EQ(history.slices[3].last.lumisection, 101u);
  EXPECT_EQ(history.slices[2].counts(Events::all), record_of(10).sum.all);
}

TEST_F(HistoryOfAFolder, DoesNotKnowAnExposureOfWhichAPartIsNotKnown) {
  write(record_of(1));
  Record sparse = record_of(2);
  sparse.shares[0].orbits_stated = 0;
  sparse.shares[0].orbits = 300;
  write(sparse);
  const score::Spectrum sum = read_history(records(), 1).sum(Events::all);
  EXPECT_EQ(sum.total(), 800u);
  EXPECT_EQ(sum.exposure.orbits, 0u);
  EXPECT_EQ(sum.exposure.nanoseconds, 0u);
}

TEST_F(HistoryOfAFolder, OfTwoModelsIsRefused) {
  write(record_of(1));
  Record other = record_of(2);
  other.identity.model = std::string(64, 'b');
  write(other);
  EXPECT_THAT(error_of_reading(), testing::AllOf(HasSubstr("bbbbbbbbbbbb (model)"), HasSubstr("aaaaaaaaaaaa (model)")));
}

TEST_F(HistoryOfAFolder, WithALumisectionTwiceIsRefused) {
  write(record_of(1));
  fs::copy(dir_ / record_name({1, 1}), dir_ / "copy.record");
  const std::vector<fs::path> paths{dir_ / record_name({1, 1}), dir_ / "copy.record"};
  EXPECT_THROW(read_history(paths), core::Error);
}

TEST_F(HistoryOfAFolder, OfDifferentMenusHasNoPureSpectrum) {
  write(record_of(1));
  Record other = record_of(2);
  other.identity.menu = "another";
  write(other);
  EXPECT_THAT(error_of_reading(), HasSubstr("different menus"));
  EXPECT_EQ(read_history(records()).sum(Events::all).total(), 800u);
}

TEST(Counts, AreRebinnedRankedAndCountedAboveAThreshold) {
  const Counts counts{{-3, 1}, {0, 2}, {5, 4}, {9, 3}};
  const std::int64_t edges[] = {0, 5, 9};
  EXPECT_EQ(rebinned(counts, edges), (std::vector<std::uint64_t>{2, 4}));
  EXPECT_EQ(at_least(counts, 5), 7u);
  EXPECT_EQ(at_least(counts, 10), 0u);
  const double shares[] = {0, 0.1, 0.5, 0.99};
  EXPECT_EQ(quantiles(counts, shares), (std::vector<std::int64_t>{-3, 0, 5, 9}));
}

}  // namespace
}  // namespace trigloop::scout
