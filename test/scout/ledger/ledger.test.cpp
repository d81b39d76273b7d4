#include "scout/ledger/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "core/error.hpp"
#include "scout/record/reservoir_file.hpp"
#include "test/scout/ledger/fake_pass.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

using core::ErrorCode;
using scout::Completeness;
using scout::Ledger;
using scout::Record;
using test::fake_add;
using test::fake_pass;
using test::FakeEvent;
using test::FakeInput;
using testing::HasSubstr;

constexpr event::LumiKey lumi{396102, 1};

/// What must not depend on how the events came.
void expect_same_sums(const Record& a, const Record& b, const std::string& what) {
  EXPECT_EQ(a.sum.all, b.sum.all) << what;
  EXPECT_EQ(a.sum.pure, b.sum.pure) << what;
  EXPECT_EQ(a.sum.crossings, b.sum.crossings) << what;
  EXPECT_EQ(a.sum.inputs, b.sum.inputs) << what;
  EXPECT_EQ(a.sum.tail, b.sum.tail) << what;
  EXPECT_EQ(a.sum.orbits, b.sum.orbits) << what;
}

Record committed_in(const std::filesystem::path& folder, const std::vector<FakeInput>& inputs) {
  Ledger ledger(folder, test::fake_identity());
  for (const FakeInput& input : inputs) fake_add(ledger, input);
  ledger.commit(lumi, Completeness::complete);
  return ledger.committed_record(lumi);
}

std::vector<FakeEvent> slice(const std::vector<FakeEvent>& events, std::size_t first, std::size_t last) {
  return {events.begin() + static_cast<std::ptrdiff_t>(first), events.begin() + static_cast<std::ptrdiff_t>(last)};
}

template <class F>
core::Error error_of(F f) {
  try {
    f();
  } catch (const core::Error& e) {
    return e;
  }
  ADD_FAILURE() << "no error";
  return {ErrorCode::internal, ""};
}

TEST(Ledger, CommitsARecordAndItsAxoFile) {
  const test::TempDir dir;
  const Record record = committed_in(dir / "out", {{"a", 1, test::fake_events(1, 10, 20)}});
  EXPECT_EQ(record.sum.orbits.size(), 10u);
  EXPECT_EQ(record.generation, 1u);
  const Record read = scout::read_record(dir / "out/run_396102_lumi_1.record");
  EXPECT_EQ(scout::encode(read), scout::encode(record));
  EXPECT_EQ(test::read_file(dir / "out/run_396102_lumi_1.axo"), scout::axo_of(read));
}

TEST(Ledger, ASecondProcessIsToldWhoHoldsTheFolder) {
  const test::TempDir dir;
  const Ledger first(dir / "out", test::fake_identity());
  const core::Error e = error_of([&] { Ledger(dir / "out", test::fake_identity()); });
  EXPECT_EQ(e.code(), ErrorCode::usage);
  EXPECT_THAT(e.what(), HasSubstr("process " + std::to_string(::getpid()) + " works in this folder"));
}

TEST(Ledger, RefusesAFolderOfAnotherIdentityAndNamesWhatDiffers) {
  const test::TempDir dir;
  { const Ledger ledger(dir / "out", test::fake_identity()); }
  scout::Identity other = test::fake_identity();
  other.model = std::string(64, 'b');
  other.tail_rule.count = 7;
  const core::Error e = error_of([&] { Ledger(dir / "out", other); });
  EXPECT_EQ(e.code(), ErrorCode::usage);
  EXPECT_THAT(e.what(), HasSubstr("the model (aaaaaaaaaaaa there, bbbbbbbbbbbb here), the tail's size (20 there, 7"));
}

TEST(Ledger, CopiesUnderOtherNamesChangeNoSum) {
  const test::TempDir dir;
  const auto events = test::fake_events(2, 30, 10);
  const Record once = committed_in(dir / "once", {{"a", 1, events}});
  const Record twice = committed_in(dir / "twice", {{"a", 1, events}, {"b", 1, events}});
  expect_same_sums(once, twice, "copy");
  EXPECT_EQ(twice.shares[1].duplicate_orbits, 30u);
  EXPECT_EQ(twice.shares[1].rows, 0u);
  EXPECT_TRUE(twice.contradictions.empty());
}

TEST(Ledger, AnOrbitOfOtherEventsIsReportedAndLeftOut) {
  const test::TempDir dir;
  const auto events = test::fake_events(3, 30, 10);
  auto other = events;
  other[155].hash ^= 1;
  const Record record = committed_in(dir / "out", {{"a", 1, events}, {"b", 1, other}});
  expect_same_sums(committed_in(dir / "once", {{"a", 1, events}}), record, "contradiction");
  ASSERT_EQ(record.contradictions.size(), 1u);
  EXPECT_EQ(record.contradictions[0].orbit, events[155].orbit);
  EXPECT_EQ(record.contradictions[0].kept, "a");
  EXPECT_EQ(record.contradictions[0].refused, "b");
  EXPECT_NE(record.contradictions[0].kept_hash, record.contradictions[0].refused_hash);
}

TEST(Ledger, AnOrbitThatReachesBeyondButDisagreesIsAContradiction) {
  const test::TempDir dir;
  const auto events = test::fake_events(4, 3, 10);
  auto other = events;
  other[12].hash ^= 1;  // within what the first input has of the second orbit
  const Record record = committed_in(dir / "out", {{"a", 1, slice(events, 0, 15)}, {"b", 1, other}});
  ASSERT_EQ(record.contradictions.size(), 1u);
  EXPECT_EQ(record.contradictions[0].orbit, events[12].orbit);
  EXPECT_EQ(scout::total(record.sum.all), events.size() - 5);
}

TEST(Ledger, APartOfAnOrbitIsACopyOnlyIfItHasAsManyEventsAsAPartCan) {
  const test::TempDir dir;
  const std::vector<test::FakeEvent> whole{{1001, 10, 1, 1}, {1001, 20, 2, 2}, {1001, 30, 3, 3}};
  const std::vector<test::FakeEvent> copy{{1001, 20, 2, 2}, {1001, 30, 3, 3}};
  const std::vector<test::FakeEvent> other{{1001, 15, 1, 1}, {1001, 20, 2, 2}, {1001, 30, 3, 3}};
  EXPECT_TRUE(committed_in(dir / "copy", {{"a", 1, whole}, {"b", 1, copy}}).contradictions.empty());
  const Record record = committed_in(dir / "other", {{"a", 1, whole}, {"b", 1, other}});
  ASSERT_EQ(record.contradictions.size(), 1u);
  EXPECT_EQ(record.contradictions[0].kept_events, 3u);
  EXPECT_EQ(record.contradictions[0].refused_events, 3u);
  expect_same_sums(committed_in(dir / "once", {{"a", 1, whole}}), record, "part");
}

TEST(Ledger, ALateContributionReopensTheLumisection) {
  const test::TempDir dir;
  const auto events = test::fake_events(5, 20, 10);
  const Record whole = committed_in(dir / "whole", {{"w", 1, events}});
  Ledger ledger(dir / "out", test::fake_identity());
  fake_add(ledger, {"a", 1, slice(events, 0, 97)});
  ledger.commit(lumi, Completeness::incomplete, "waited 60 s for b");
  EXPECT_EQ(ledger.committed_record(lumi).why, "waited 60 s for b");
  EXPECT_TRUE(ledger.open().empty());
  fake_add(ledger, {"b", 1, slice(events, 97, events.size())});
  EXPECT_EQ(ledger.open(), std::vector{lumi});
  ledger.commit(lumi, Completeness::complete);
  const Record& record = ledger.committed_record(lumi);
  expect_same_sums(whole, record, "late");
  EXPECT_EQ(record.generation, 2u);
  EXPECT_EQ(record.completeness, Completeness::complete);
  EXPECT_EQ(test::read_file(dir / "out/run_396102_lumi_1.axo"), scout::axo_of(record));
}

TEST(Ledger, CommitsNothingThatContradictsTheStreamsDescription) {
  const test::TempDir dir;
  scout::Identity identity = test::fake_identity();
  identity.stream = scout::parse_stream("stream: {kept_fraction: 0.5, colliding_bunches: 3000}", "s");
  Ledger ledger(dir / "out", identity);
  fake_add(ledger, {"a", 1, test::fake_events(9, 20, 20)});
  const core::Error e = error_of([&] { ledger.commit(lumi, Completeness::complete); });
  EXPECT_EQ(e.code(), ErrorCode::mismatch);
  EXPECT_THAT(e.what(), HasSubstr("a kept fraction of 0.500000 is declared"));
  EXPECT_TRUE(scout::list_records(dir / "out").empty());
  EXPECT_EQ(ledger.open(), std::vector{lumi});
}

TEST(Ledger, AnInputIsDoneWhateverItIsCalled) {
  const test::TempDir dir;
  test::write_file(dir / "x.root", "some bytes");
  const scout::InputId id = scout::identify(dir / "x.root");
  {
    Ledger ledger(dir / "out", test::fake_identity());
    EXPECT_FALSE(ledger.done(id));
    ledger.finish(id, {});
    EXPECT_TRUE(ledger.done(id));
  }
  std::filesystem::rename(dir / "x.root", dir / "y.root");
  EXPECT_TRUE(Ledger(dir / "out", test::fake_identity()).done(scout::identify(dir / "y.root")));
  test::write_file(dir / "y.root", "some bytez");
  EXPECT_FALSE(Ledger(dir / "out", test::fake_identity()).done(scout::identify(dir / "y.root")));
}

TEST(Ledger, AnInputWithSomethingUncommittedIsNotDone) {
  const test::TempDir dir;
  Ledger ledger(dir / "out", test::fake_identity());
  const FakeInput input{"a", 1, test::fake_events(6, 5, 5)};
  fake_add(ledger, input);
  EXPECT_THROW(ledger.finish(fake_pass(input).input, {lumi}), core::Error);
  ledger.commit(lumi, Completeness::complete);
  ledger.finish(fake_pass(input).input, {lumi});
}

TEST(Ledger, AnInputPassedAgainAfterACrashChangesNothing) {
  const test::TempDir dir;
  const auto events = test::fake_events(7, 20, 10);
  const FakeInput first{"a", 1, slice(events, 0, 95)}, second{"b", 1, slice(events, 42, events.size())};
  const Record before = committed_in(dir / "out", {first, second});
  Ledger ledger(dir / "out", test::fake_identity());
  fake_add(ledger, first);
  fake_add(ledger, second);
  EXPECT_TRUE(ledger.open().empty());
  EXPECT_EQ(scout::encode(ledger.committed_record(lumi)), scout::encode(before));
}

TEST(Ledger, SweepsWhatDeadProcessesLeftAndMakesMissingAxoFilesAgain) {
  const test::TempDir dir;
  committed_in(dir / "out", {{"a", 1, test::fake_events(8, 5, 5)}});
  const std::string axo = test::read_file(dir / "out/run_396102_lumi_1.axo");
  std::filesystem::remove(dir / "out/run_396102_lumi_1.axo");
  test::write_file(dir / "out/.run_396102_lumi_2.record.99.partial", "half");
  const Ledger ledger(dir / "out", test::fake_identity());
  EXPECT_EQ(test::read_file(dir / "out/run_396102_lumi_1.axo"), axo);
  EXPECT_FALSE(std::filesystem::exists(dir / "out/.run_396102_lumi_2.record.99.partial"));
}

TEST(Ledger, ReadsCommittedRecordsAgainWhenTheyAreAskedFor) {
  const test::TempDir dir;
  Ledger ledger(dir / "out", test::fake_identity());
  for (std::uint32_t ls = 1; ls <= 20; ++ls) {
    fake_add(ledger, {"a", ls, test::fake_events(ls, 4, 4)});
    ledger.commit({396102, ls}, Completeness::complete);
  }
  for (std::uint32_t ls = 1; ls <= 20; ++ls) {
    EXPECT_EQ(ledger.review(fake_pass({"b", ls, test::fake_events(ls, 4, 4)})).duplicate_orbits, 4u);
  }
  EXPECT_EQ(ledger.committed().size(), 20u);
}

/// As committed_in, without a disk.
Record joined(const std::vector<FakeInput>& inputs) {
  Record record;
  record.sum.tail = scout::Tail(test::fake_identity().tail_rule);
  for (const FakeInput& input : inputs) {
    scout::Contribution contribution = fake_pass(input);
    scout::Review review = scout::review(record, contribution, {});
    while (review.again) {
      contribution = fake_pass(input, review);
      review = scout::review(record, contribution, review);
    }
    if (!review.nothing_new) scout::join(record, contribution, review, 0);
  }
  return record;
}

/// Files cut at random places, in random order, with overlaps, copies and pieces of pieces: all sums are those of the
/// whole.
TEST(Ledger, AnyPartitionIntoFilesGivesTheSameSums) {
  for (std::uint32_t seed = 1; seed <= 6000; ++seed) {
    std::mt19937 engine(seed);
    const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
    const auto events = test::fake_events(seed, 2 + random() % 12, 1 + random() % 12);
    const Record whole = joined({{"w", 1, events}});
    std::vector<FakeInput> inputs;
    for (std::size_t at = 0; at < events.size();) {  // cover everything ...
      const std::size_t next = std::min<std::size_t>(events.size(), at + 1 + random() % 40);
      const std::size_t back = random() % 3 == 0 ? std::min<std::size_t>(at, random() % 20) : 0;  // ... some twice
      inputs.push_back({"i" + std::to_string(inputs.size()), 1, slice(events, at - back, next)});
      at = next;
    }
    for (int extra = static_cast<int>(random() % 4); extra > 0; --extra) {
      const std::size_t first = random() % events.size(), last = first + 1 + random() % (events.size() - first);
      inputs.push_back({"x" + std::to_string(inputs.size()), 1, slice(events, first, last)});
    }
    std::ranges::shuffle(inputs, engine);
    const Record record = joined(inputs);
    expect_same_sums(whole, record, "seed " + std::to_string(seed));
    EXPECT_TRUE(record.contradictions.empty()) << seed;
  }
}

/// What `folder` keeps of a lumisection, and whether it belongs to the record that is there.
std::vector<scout::TailEvent> kept_in(const std::filesystem::path& folder, event::LumiKey key) {
  std::vector<scout::TailEvent> events;
  for (const auto& file : scout::list_reservoirs(folder)) {
    if (file.lumi != key) continue;
    EXPECT_TRUE(events.empty()) << "two generations";
    EXPECT_EQ(scout::read_record(folder / scout::record_name(key)).generation, file.generation);
    events = scout::read_reservoir(file.path).reservoir.events();
  }
  return events;
}

TEST(LedgerReservoir, IsTheSameWhateverBringsTheEvents) {
  const test::TempDir dir;
  const scout::LedgerOptions options{{test::fake_reservoir}, {}};
  const auto events = test::fake_events(21, 30, 10);
  const auto keep = [&](const std::string& name, const std::vector<FakeInput>& inputs) {
    for (const FakeInput& input : inputs) {  // each in a process of its own
      Ledger ledger(dir / name, test::fake_identity(), options);
      fake_add(ledger, input);
      ledger.commit(lumi, Completeness::complete);
    }
    return kept_in(dir / name, lumi);
  };
  const auto whole = keep("whole", {{"w", 1, events}});
  EXPECT_EQ(whole.size(), test::fake_reservoir);
  EXPECT_EQ(keep("parts", {{"b", 1, slice(events, 90, events.size())}, {"a", 1, slice(events, 0, 131)}}), whole);
}

TEST(LedgerReservoir, IsDroppedOldestFirstWithinItsBudgetsAndNeverMadeOfLateEventsAlone) {
  const test::TempDir dir;
  const auto commit = [&](Ledger& ledger, std::uint32_t l, const std::vector<FakeEvent>& events, const char* time) {
    ::setenv("SOURCE_DATE_EPOCH", time, 1);
    fake_add(ledger, {"f" + std::to_string(l), l, events});
    ledger.commit({396102, l}, Completeness::complete);
    ::unsetenv("SOURCE_DATE_EPOCH");
  };
  const auto there = [&] {
    std::vector<std::uint32_t> lumis;
    for (const auto& file : scout::list_reservoirs(dir / "out")) lumis.push_back(file.lumi.lumisection);
    return lumis;
  };
  const auto events = test::fake_events(22, 30, 10);
  {
    Ledger ledger(dir / "out", test::fake_identity(), {{test::fake_reservoir}, {UINT64_MAX, 1}});
    commit(ledger, 1, slice(events, 0, 100), "1000000");
    commit(ledger, 2, events, "1003000");
    EXPECT_THAT(there(), testing::ElementsAre(1, 2));
    commit(ledger, 3, events, "1003700");
    EXPECT_THAT(there(), testing::ElementsAre(2, 3));
    commit(ledger, 1, slice(events, 100, events.size()), "1003800");
    EXPECT_THAT(there(), testing::ElementsAre(2, 3)) << "late events alone are no sample";
  }
  const std::uint64_t one = std::filesystem::file_size(scout::list_reservoirs(dir / "out").front().path);
  Ledger ledger(dir / "out", test::fake_identity(), {{test::fake_reservoir}, {2 * one + one / 2, 1}});
  commit(ledger, 4, events, "1003900");
  EXPECT_THAT(there(), testing::ElementsAre(3, 4));
}

TEST(LedgerReservoir, WithoutItARecordLeavesNoneThatIsNotItsOwn) {
  const test::TempDir dir;
  const auto events = test::fake_events(23, 30, 10);
  {
    Ledger ledger(dir / "out", test::fake_identity(), {{test::fake_reservoir}, {}});
    fake_add(ledger, {"a", 1, slice(events, 0, 100)});
    ledger.commit(lumi, Completeness::complete);
  }
  Ledger ledger(dir / "out", test::fake_identity());
  EXPECT_EQ(kept_in(dir / "out", lumi).size(), test::fake_reservoir);
  fake_add(ledger, {"b", 1, slice(events, 100, events.size())});
  ledger.commit(lumi, Completeness::complete);
  EXPECT_TRUE(scout::list_reservoirs(dir / "out").empty());
}

}  // namespace
}  // namespace trigloop
