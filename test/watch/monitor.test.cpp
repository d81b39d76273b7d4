// From records to alarms, on a small detector whose truth is known.
#include "watch/monitor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "core/error.hpp"
#include "test/support/support.hpp"
#include "test/watch/fake_detector.hpp"
#include "watch/report.hpp"

namespace trigloop {
namespace {

using test::FakeDetector;
using test::Fault;
using test::TempDir;
using testing::HasSubstr;
using watch::Monitor;
using watch::Reference;

constexpr std::uint32_t reference_lumis = 80;

/// One for all tests.
const Reference& reference() {
  static const Reference built = [] {
    const TempDir folder;
    FakeDetector detector(1);
    for (std::uint32_t l = 1; l <= reference_lumis; ++l) {
      scout::write_record(folder / scout::record_name({400000, l}), detector.record(l, {}));
    }
    watch::ReferenceOptions options;
    options.points = {{false, 100}, {false, 500}};
    const Reference made = watch::build_reference(watch::find_lumis({folder.path()}), nullptr, options);
    return watch::parse_reference(watch::format_reference(made), "reference.json");
  }();
  return built;
}

watch::Sample sample_of(scout::Record record) {
  return watch::sample_of(watch::lumi_from(std::move(record)), reference(), nullptr);
}

struct Outcome {
  std::optional<watch::Alarm> first;  ///< as it stood when it was raised
  std::optional<watch::Alarm> last;   ///< at the end
};

/// 20 calm lumisections, 301 to 320, then faulty ones.
Outcome watch_fault(const Fault& fault, std::uint64_t seed) {
  Monitor monitor(reference(), {1000});
  FakeDetector detector(seed);
  Outcome outcome;
  for (std::uint32_t l = 301; l <= 360; ++l) {
    const watch::Alarm* alarm = monitor.step(sample_of(detector.record(l, l > 320 ? fault : Fault{})));
    if (alarm != nullptr && !outcome.first) outcome.first = *alarm;
  }
  if (!monitor.alarms().empty()) outcome.last = monitor.alarms().front();
  return outcome;
}

TEST(Monitor, IsSilentWhereNothingChanges) { EXPECT_FALSE(watch_fault({}, 11).first); }

TEST(Monitor, NamesAnEnergyScaleWithSizeAndBegin) {
  const Outcome outcome = watch_fault({1.03, 1, 0, 1}, 12);
  ASSERT_TRUE(outcome.first);
  EXPECT_EQ(outcome.last->cause.kind, "energy-scale");
  EXPECT_NEAR(outcome.first->since.lumisection, 321, 4);
  EXPECT_THAT(outcome.last->cause.text, HasSubstr("jet pt +"));
  const watch::Finding& finding = outcome.last->findings.front();
  EXPECT_NEAR(finding.size, 0.03, 5 * finding.error);
  EXPECT_LT(finding.error, 0.015);
}

TEST(Monitor, NamesTheEtaOfAnEnergyScale) {
  const Outcome outcome = watch_fault({1, 1, 0, 1, 1.06}, 16);
  ASSERT_TRUE(outcome.first);
  EXPECT_EQ(outcome.last->cause.kind, "energy-scale");
  EXPECT_THAT(outcome.last->cause.text, HasSubstr("jet pt +"));
  EXPECT_THAT(outcome.last->cause.text, HasSubstr("at |eta| > 2.5 since"));
  EXPECT_NEAR(outcome.last->findings.front().size, 0.06, 5 * outcome.last->findings.front().error);
}

TEST(Monitor, NamesADeadRegion) {
  const Outcome outcome = watch_fault({1, 1, 0.8, 1}, 13);
  ASSERT_TRUE(outcome.first);
  EXPECT_EQ(outcome.first->cause.kind, "dead-region");
  EXPECT_THAT(outcome.first->cause.text, HasSubstr("phi 90..120 deg"));
  EXPECT_NEAR(outcome.first->since.lumisection, 321, 2);
}

TEST(Monitor, NamesPileUp) {
  const Outcome outcome = watch_fault({1, 1.05, 0, 1.05}, 14);
  ASSERT_TRUE(outcome.first);
  EXPECT_EQ(outcome.last->cause.kind, "pile-up");
}

TEST(Monitor, SeesASuddenRateAtOnce) {
  const Outcome outcome = watch_fault({1, 1, 0, 3}, 15);
  ASSERT_TRUE(outcome.first);
  EXPECT_EQ(outcome.first->at.lumisection, 321u);
}

TEST(Monitor, GoesOnFromItsStateWithTheSameAlarms) {
  Monitor whole(reference(), {1000});
  std::optional<Monitor> parts;
  parts.emplace(reference(), watch::MonitorOptions{1000});
  FakeDetector detector(16);
  for (std::uint32_t l = 301; l <= 350; ++l) {
    const watch::Sample sample = sample_of(detector.record(l, l > 320 ? Fault{1.05, 1, 0, 1} : Fault{}));
    whole.step(sample);
    const std::string state = parts->save();
    parts.emplace(reference(), watch::MonitorOptions{1000});  // as after a kill
    parts->restore(state, "state");
    parts->step(sample);
  }
  ASSERT_FALSE(whole.alarms().empty());
  EXPECT_EQ(watch::drift_json(*parts), watch::drift_json(whole));
  EXPECT_EQ(parts->save(), whole.save());
}

TEST(Monitor, RefusesTheStateOfAnotherPromise) {
  const std::string state = Monitor(reference(), {1000}).save();
  EXPECT_THROW(Monitor(reference(), {2000}).restore(state, "state"), core::Error);
  Reference other = reference();
  other.id = "another";
  EXPECT_THROW(Monitor(other, {1000}).restore(state, "state"), core::Error);
  for (std::size_t cut = 0; cut + 2 < state.size(); cut += state.size() / 50) {
    EXPECT_THROW(Monitor(reference(), {1000}).restore(state.substr(0, cut), "state"), core::Error);
  }
}

TEST(Reference, ComesBackFromItsFile) {
  const std::string text = watch::format_reference(reference());
  EXPECT_EQ(watch::format_reference(watch::parse_reference(text, "x")), text);
  EXPECT_EQ(reference().lumisections, reference_lumis);
  EXPECT_EQ(reference().id.size(), 64u);
  for (std::size_t cut = 0; cut + 2 < text.size(); cut += text.size() / 50) {
    EXPECT_THROW(watch::parse_reference(text.substr(0, cut), "x"), core::Error);
  }
}

TEST(Reference, TakesOnlyCertifiedLumisections) {
  const TempDir folder;
  FakeDetector detector(2);
  for (std::uint32_t l = 1; l <= 50; ++l) {
    scout::write_record(folder / scout::record_name({400000, l}), detector.record(l, {}));
  }
  conditions::Conditions conditions;
  conditions.certification = conditions::parse_certification(R"({"400000": [[1, 35], [40, 44]]})", "golden.json");
  const auto files = watch::find_lumis({folder.path()});
  const Reference made = watch::build_reference(files, &conditions, {{{false, 500}}, 0, 0});
  EXPECT_EQ(made.uncertified, 10u);
  EXPECT_EQ(made.lumisections + made.outliers, 40u);
  conditions.certification = conditions::parse_certification(R"({"400000": [[1, 20]]})", "golden.json");
  EXPECT_THROW(watch::build_reference(files, &conditions, {{{false, 500}}, 0, 0}), core::Error);
}

TEST(Reference, RegressesPileUpWhereItIsKnown) {
  const TempDir folder;
  conditions::Conditions conditions;
  bench::Random random(3);
  FakeDetector detector(4);
  const auto next = [&](std::uint32_t l) {
    const double pileup = 50 + 4 * random.normal();
    conditions.luminosity[{400000, l}] = {1, 0, 0, pileup};
    const double more = pileup / 50;
    return detector.record(l, {1, more, 0, more});
  };
  for (std::uint32_t l = 1; l <= 100; ++l) scout::write_record(folder / scout::record_name({400000, l}), next(l));
  const Reference made =
      watch::build_reference(watch::find_lumis({folder.path()}), &conditions, {{{false, 500}}, 0, 0});
  EXPECT_TRUE(made.knows_pileup);
  EXPECT_NEAR(made.pileup_mean, 50, 2);
  EXPECT_NEAR(made.rates.front().model.mean[1], 0.08, 0.03);
  Monitor monitor(made, {1000});
  for (std::uint32_t l = 101; l <= 160; ++l) {
    EXPECT_EQ(monitor.step(watch::sample_of(watch::lumi_from(next(l)), made, &conditions)), nullptr);
  }
}

TEST(Reference, TellsPileUpFromTheDataWhereNothingElseDoes) {
  const TempDir folder;
  conditions::Conditions conditions;
  bench::Random random(5);
  FakeDetector detector(6);
  const auto next = [&](std::uint32_t l) {
    const double pileup = 50 + 8 * random.normal();
    conditions.luminosity[{400000, l}] = {1, 0, 0, pileup};
    return detector.record(l, {1, pileup / 50, 0, pileup / 50});
  };
  for (std::uint32_t l = 1; l <= 60; ++l) scout::write_record(folder / scout::record_name({400000, l}), next(l));
  const Reference made =
      watch::build_reference(watch::find_lumis({folder.path()}), &conditions, {{{false, 500}}, 0, 0});
  ASSERT_TRUE(made.proxy);
  const Reference read = watch::parse_reference(watch::format_reference(made), "r.json");
  ASSERT_TRUE(read.proxy);
  EXPECT_EQ(read.proxy->slope, made.proxy->slope);
  double squares = 0;
  for (std::uint32_t l = 101; l <= 140; ++l) {
    const auto lumi = watch::lumi_from(next(l));
    const watch::Sample told = watch::sample_of(lumi, read, &conditions), found = watch::sample_of(lumi, read, nullptr);
    EXPECT_FALSE(told.pileup_of_proxy);
    EXPECT_TRUE(found.pileup_of_proxy);
    EXPECT_FALSE(found.pileup_missing);
    const double pull = (found.z - told.z) * read.pileup_spread / read.proxy->error;
    squares += pull * pull;
  }
  EXPECT_NEAR(squares / 40, 1, 0.8) << "the error is what it says";
}

TEST(Histograms, PoolSlotsWithoutAbsentObjects) {
  scout::InputHistograms inputs;
  inputs.names = {"Jet0.pt", "Jet0.phi", "Jet1.pt", "Jet1.phi", "MET.pt", "MET.phi", "Jet.count"};
  inputs.counts = {{{30, 5}},        {{0, 2}, {9, 3}}, {{0, 4}, {20, 1}}, {{0, 5}},
                   {{0, 1}, {8, 4}}, {{0, 2}, {5, 3}}, {{1, 4}, {2, 1}}};
  const auto pooled = watch::pool(inputs);
  ASSERT_EQ(pooled.size(), 5u);
  EXPECT_EQ(pooled[0].name(), "Jet.pt");
  EXPECT_EQ(pooled[0].counts, (scout::Counts{{20, 1}, {30, 5}}));
  EXPECT_EQ(pooled[1].counts, (scout::Counts{{0, 3}, {9, 3}}));
  EXPECT_EQ(pooled[2].counts, (scout::Counts{{0, 1}, {8, 4}})) << "no missing energy is an energy, too";
  EXPECT_EQ(pooled[3].counts, (scout::Counts{{0, 1}, {5, 3}}));
  EXPECT_EQ(pooled[4].counts, (scout::Counts{{1, 4}, {2, 1}}));
}

TEST(Histograms, StretchAndTiltAsTheySay) {
  scout::Counts counts;
  for (std::int64_t v = 0; v < 1000; ++v) counts.emplace_back(v, 10);
  const watch::Edges edges{0, 500, 1000};
  EXPECT_NEAR(watch::stretched(counts, edges, 1)[0], 0.5, 1e-9);
  EXPECT_NEAR(watch::stretched(counts, edges, 1.25)[0], 0.4, 1e-3);
  EXPECT_NEAR(watch::stretched(counts, edges, 0.8)[1], 0.375, 1e-3);
  const scout::Counts few{{0, 250}, {1, 500}, {2, 250}};
  const auto more = watch::tilted(few, {0, 1, 2, 3}, 0.05);
  EXPECT_NEAR(more[1] + 2 * more[2], 1.05, 2e-3);
}

TEST(Findings, SayAtWhichEtaPtMoved) {
  EXPECT_EQ(watch::regional("pt").regional, false);
  const auto of = watch::regional("pt@35-57");
  EXPECT_EQ(of.quantity, "pt");
  EXPECT_EQ(watch::eta_place("Jet", of).text, "|eta| 1.5..2.5");
  EXPECT_EQ(watch::eta_place("Jet", watch::regional("pt@0-34")).text, "|eta| < 1.5");
  EXPECT_EQ(watch::eta_place("Mu", watch::regional("pt@115-")).text, "|eta| > 1.2");
  watch::Finding finding;
  finding.object = "Jet";
  finding.quantity = "pt";
  finding.place = watch::eta_place("Jet", watch::regional("pt@58-")).text;
  finding.size = 0.031;
  finding.error = 0.004;
  finding.since = {396102, 412};
  EXPECT_EQ(watch::words_of(finding), "jet pt +3.1 +- 0.4 % at |eta| > 2.5 since run 396102 LS 412");
}

}  // namespace
}  // namespace trigloop
