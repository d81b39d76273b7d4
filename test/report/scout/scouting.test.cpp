#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "io/any/any.hpp"
#include "report/scout/patterns.hpp"
#include "report/scout/removal.hpp"
#include "report/scout/scouting_page.hpp"
#include "report/scout/tail_file.hpp"
#include "report/scout/tails.hpp"
#include "test/io/columns.hpp"
#include "test/score/axol1tl_like.hpp"
#include "test/support/support.hpp"

namespace trigloop::report::scouting {
namespace {

core::ErrorCode code_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const core::Error& e) {
    return e.code();
  }
  return core::ErrorCode::internal;
}

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

scout::TailLayout tail_layout() {
  scout::TailLayout tail;
  for (const event::Collection& one : event::find_layout(event::cms_l1_scouting).collections) {
    auto& collection = tail.collections.emplace_back();
    collection.name = one.name;
    for (const event::Field& field : one.fields) collection.fields.push_back(field.name);
  }
  return tail;
}

ObjectReader reader() { return {event::find_layout(event::cms_l1_scouting), tail_layout()}; }

using Jet = std::array<std::int32_t, 3>;

/// Missing energy, one muon, and jets: the order is that of the layout's collections.
scout::TailEvent make_event(std::uint32_t orbit, std::uint32_t crossing, const std::vector<Jet>& jets,
                            std::int32_t missing = 90) {
  scout::TailEvent event;
  event.orbit = orbit;
  event.crossing = crossing;
  event.seeds = {0b10};
  event.values = {3, 500, 0, 0, 40, 0, 1, missing, 72, 2};            // EtSum: pt, phi, type
  event.values.insert(event.values.end(), {0});                       // EG
  event.values.insert(event.values.end(), {1, 44, 100, 288, 12, 1});  // Mu
  event.values.insert(event.values.end(), {0});                       // Tau
  event.values.push_back(static_cast<std::int32_t>(jets.size()));
  for (const Jet& jet : jets) event.values.insert(event.values.end(), {jet[0], jet[1], jet[2], 0});
  return event;
}

double score_by(const score::Scorer& scorer, const std::vector<std::int16_t>& features) {
  std::vector<double> score(1);
  auto state = scorer.make_state();
  scorer.run(std::span<const std::int16_t>(features), score, state);
  return score[0];
}

TEST(Objects, AreToldInWordsAndUnits) {
  std::vector<std::string> words;
  for (const Object& object : reader().objects(make_event(1, 1, {{1025, 28, 7}}))) words.push_back(object.words);
  EXPECT_THAT(words, Contains("jet 512.5 GeV at eta 1.22, phi 0.31"));
  EXPECT_THAT(words, Contains("missing energy 45.0 GeV at phi 3.14"));
  EXPECT_THAT(words, Contains("muon 22.0 GeV at eta 1.09, phi 3.14"));
}

TEST(Objects, GiveTheFeaturesThatTheModelSaw) {
  const auto features = reader().features(make_event(1, 1, {{1025, 28, 7}, {60, -5, 3}}));
  ASSERT_EQ(features.size(), 57u);
  EXPECT_THAT(std::vector(features.begin(), features.begin() + 3), ElementsAre(90, 0, 72));
  EXPECT_THAT(std::vector(features.begin() + 15, features.begin() + 18), ElementsAre(44, 100, 288));
  EXPECT_THAT(std::vector(features.begin() + 27, features.begin() + 33), ElementsAre(1025, 28, 7, 60, -5, 3));
}

TEST(Objects, DamagedValuesAreRefused) {
  scout::TailEvent event = make_event(1, 1, {{1025, 28, 7}});
  event.values.pop_back();
  EXPECT_EQ(code_of([&] { reader().objects(event); }), core::ErrorCode::damaged);
  event.values = {1'000'000'000};
  EXPECT_EQ(code_of([&] { reader().features(event); }), core::ErrorCode::damaged);
}

TEST(Removal, IsTheScoreOfTheEventWithThatObjectZeroed) {
  const score::Scorer scorer(test::Axol1tlLike(3).make());
  const scout::TailEvent event = make_event(1, 1, {{1025, 28, 7}, {60, -5, 3}});
  const std::vector<std::int16_t> whole = reader().features(event);
  const Explanation explanation = explain(reader(), scorer, event, score_by(scorer, whole));
  ASSERT_EQ(explanation.removals.size(), 4u);  // missing energy, muon, two jets; other sums are not seen
  for (const Removal& removal : explanation.removals) {
    std::vector<std::int16_t> without = whole;
    for (const std::uint32_t feature : removal.object.features) without[feature] = 0;
    EXPECT_EQ(removal.score, score_by(scorer, without)) << removal.object.words;
  }
  EXPECT_EQ(code_of([&] { explain(reader(), scorer, event, explanation.score + 1); }), core::ErrorCode::mismatch);
}

TEST(PoissonTail, IsTheSumOfTheTerms) {
  EXPECT_NEAR(poisson_tail(1, 0.1), 1 - std::exp(-0.1), 1e-15);
  EXPECT_NEAR(poisson_tail(3, 2.0), 1 - std::exp(-2.0) * (1 + 2 + 2), 1e-14);
  EXPECT_NEAR(poisson_tail(20, 1.0) / (std::exp(-1.0) / 2432902008176640000.0), 1.05, 0.01);
  EXPECT_EQ(poisson_tail(0, 5), 1);
}

/// Events spread evenly, of which some have a jet in one tower, come in one crossing, or are copies.
Tails planted() {
  Tails tails;
  tails.identity.tail_layout = tail_layout();
  tails.crossings.assign(3565, 0);
  for (std::size_t crossing = 101; crossing <= 148; ++crossing) tails.crossings[crossing] = 10'000;
  core::Philox random(1, 0);
  for (std::uint32_t i = 0; i < 400; ++i) {
    const auto below = [&](std::uint32_t n) { return static_cast<std::int32_t>(random() % n); };
    std::vector<Jet> jets{{200 + below(500), below(100) - 50, below(144)},
                          {50 + below(500), below(100) - 50, below(144)}};
    if (i % 20 == 0) jets[0] = {300 + below(100), 17, 99};
    const auto crossing = static_cast<std::uint32_t>(i % 10 == 0 ? 101 : 101 + below(48));
    tails.events.push_back({{1, 1}, make_event(1000 + i, crossing, jets, below(500))});
  }
  for (std::uint32_t i = 0; i < 3; ++i) tails.events.push_back({{1, 1}, make_event(5000 + i, 120, {{77, 1, 2}}, 1000)});
  return tails;
}

TEST(Patterns, FindThePlantedOnesAndNoOthers) {
  const Patterns patterns = find_patterns(planted(), reader());
  std::vector<HotTower> jets;
  for (const HotTower& tower : patterns.towers) {
    if (tower.collection == "Jet") jets.push_back(tower);
  }
  ASSERT_EQ(jets.size(), 1u);
  EXPECT_EQ(jets[0].eta, 17);
  EXPECT_EQ(jets[0].phi, 99);
  EXPECT_EQ(jets[0].events, 20u);
  ASSERT_EQ(patterns.crossings.size(), 1u);
  EXPECT_EQ(patterns.crossings[0].crossing, 101u);
  ASSERT_EQ(patterns.repetitions.size(), 1u);
  EXPECT_EQ(patterns.repetitions[0].events.size(), 3u);
  ASSERT_EQ(patterns.trains.size(), 4u);
  EXPECT_EQ(patterns.trains[0].name, "first");
  EXPECT_EQ(patterns.trains[0].crossings, 1u);
  EXPECT_GT(static_cast<double>(patterns.trains[0].events), 3 * patterns.trains[0].expected);
  EXPECT_EQ(patterns.trains[2].crossings, 46u);
}

/// A folder of records with planted tails.
class ScoutingFolder : public ::testing::Test {
 protected:
  ScoutingFolder() {
    for (std::uint32_t lumi = 1; lumi <= 4; ++lumi) {
      scout::Record record;
      record.identity.model = std::string(64, 'a');
      record.identity.model_name = "like<axol1tl>";
      record.identity.fraction = 4;
      record.identity.layout = event::cms_l1_scouting;
      record.identity.menu = "menu";
      record.identity.menu_name = "tests";
      record.identity.seeds = {"L1_First", "L1_Second"};
      record.identity.tail_layout = tail_layout();
      record.identity.tail_rule = {10, 0};
      record.identity.stream.kept_fraction = 0.1;
      record.identity.stream.colliding_bunches = 100;
      record.sum.lumi = {396102, lumi};
      record.sum.tail = scout::Tail(record.identity.tail_rule);
      record.sum.crossings.assign(3565, 0);
      for (std::uint32_t i = 0; i < 100; ++i) record.sum.crossings[i + 1] = 100;
      for (std::int64_t code = 0; code < 1000; ++code) record.sum.all.emplace_back(code, 10);
      record.sum.pure = {{3, 100}, {900, 7}};
      for (std::uint32_t i = 0; i < 20; ++i) {
        scout::TailEvent event = make_event(1000 * lumi + i, 5, {{1025, 28, static_cast<std::int32_t>(i)}});
        event.code = static_cast<std::int64_t>(16 * score_by(scorer_, reader().features(event)));
        record.sum.tail.offer(event);
      }
      std::vector<event::OrbitEntry> orbits;
      for (std::uint32_t i = 0; i < 1000; ++i) orbits.push_back({1000 * lumi + i, 10, 1, 100, i + 1});
      std::vector<std::uint32_t> doubtful;
      record.sum.orbits = event::OrbitSet::collect(std::move(orbits), doubtful);
      scout::InputShare share;
      share.input = {"0123456789abcdef", "a.root", 1};
      share.rows = 10'000;
      share.orbits = share.orbits_stated = 1000;
      record.shares = {share};
      scout::write_record(dir_ / scout::record_name(record.lumi()), record);
    }
  }
  const score::Scorer scorer_{test::Axol1tlLike(3).make()};
  const test::TempDir dir_;
};

TEST_F(ScoutingFolder, TheBestOfAllRecordsComeFirst) {
  const Tails all = read_tails({dir_.path()}), top = read_tails({dir_.path()}, 5);
  EXPECT_EQ(all.events.size(), 40u);
  EXPECT_EQ(all.lumisections, 4u);
  ASSERT_EQ(top.events.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(top.events[i].event, all.events[i].event);
  EXPECT_TRUE(std::ranges::is_sorted(all.events, std::ranges::greater{}, [](const auto& e) { return e.event.code; }));
  EXPECT_THAT(seeds_of(all.identity, all.events[0].event), ElementsAre("L1_Second"));
}

TEST_F(ScoutingFolder, IsExportedWhole) {
  const Tails tails = read_tails({dir_.path()});
  write_root(tails, reader(), dir_ / "tail.root");
  const auto file = io::open(dir_ / "tail.root");
  EXPECT_EQ(io::find_table(file->info(), "Tail").entries, 40u);
  const auto scores = test::column_values<double>(*file, "Tail", "score");
  EXPECT_EQ(scores[0], std::ldexp(static_cast<double>(tails.events[0].event.code), -4));
  const auto read = file->read({"Tail", 0, {"Jet_pt"}});
  event::Columns cluster;
  ASSERT_TRUE(read->next(cluster));
  EXPECT_EQ(cluster.columns[0].as<std::int32_t>()[39], 1025);
  write_csv(tails, reader(), dir_ / "tail.csv");
  const std::string csv = test::read_file(dir_ / "tail.csv");
  EXPECT_EQ(std::ranges::count(csv, '\n'), 41);
  EXPECT_THAT(csv, HasSubstr("rank,run,lumisection,orbit,crossing,code,score,seeds,EtSum.pt"));
  EXPECT_THAT(csv, HasSubstr("L1_Second,500 40 90,"));
}

TEST_F(ScoutingFolder, IsAPage) {
  PageOptions options;
  options.scorer = &scorer_;
  const Page page = scouting_page({dir_.path()}, options);
  ASSERT_EQ(page.figures.size(), 4u);
  ASSERT_EQ(page.tables.size(), 5u);
  const auto& rates = std::get<Curves>(page.figures[0]);
  ASSERT_EQ(rates.series.size(), 2u);
  ASSERT_EQ(rates.series[0].y.size(), 4u);
  // 1000 orbits last 88.9 ms; a tenth of the crossings was kept: one event is 112.456 Hz.
  const double one = 11245.613 / 1000 / 0.1;
  EXPECT_NEAR(std::fmod(*rates.series[0].y[0] / one + 0.5, 1.0), 0.5, 1e-6);
  EXPECT_LE(*rates.series[0].y[0], 1000);
  EXPECT_GT(*rates.series[0].y[0] + 10 * one, 1000 - 1e-9);
  EXPECT_NEAR(rates.series[0].error[0], one * std::sqrt(*rates.series[0].y[0] / one), 1e-6);
  if (!drawing_library().empty()) {
    const std::string html = as_html(page);
    EXPECT_THAT(html, HasSubstr("like&lt;axol1tl&gt;"));
    EXPECT_THAT(html, HasSubstr("<td>jet 512.5 GeV at eta 1.22"));
  }
}

TEST_F(ScoutingFolder, WithoutKeptEventsIsAPageThatNeedsNoLayout) {
  for (const auto& path : scout::list_records(dir_.path())) {
    scout::Record record = scout::read_record(path);
    record.identity.layout = "somebody's";
    record.sum.tail = {};
    scout::write_record(path, record);
  }
  const Page page = scouting_page({dir_.path()});
  EXPECT_EQ(page.figures.size(), 4u);
  EXPECT_TRUE(page.tables.empty());
}

TEST_F(ScoutingFolder, RecordsOfAnotherModelAreRefused) {
  scout::Record record = scout::read_record(dir_ / "run_396102_lumi_4.record");
  record.identity.model = std::string(64, 'b');
  scout::write_record(dir_ / "run_396102_lumi_4.record", record);
  EXPECT_EQ(code_of([&] { read_tails({dir_.path()}); }), core::ErrorCode::mismatch);
}

}  // namespace
}  // namespace trigloop::report::scouting
