#include "serve/timeline.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "serve/live.hpp"
#include "test/support/lumi_records.hpp"
#include "test/support/support.hpp"

namespace trigloop::serve {
namespace {

using nlohmann::json;

/// Lumisections with `passing` events each at one working point; an event is 2 Hz.
watch::Course course_of(const std::vector<std::uint64_t>& passing) {
  watch::Course course;
  course.points.push_back({{false, 1000}, {}, 77});
  course.all = score::Spectrum(0, 0, 9);
  course.edges = {0, 1, 4, 10};
  for (std::size_t l = 0; l < passing.size(); ++l) {
    watch::LumiCourse& lumi = course.lumis.emplace_back();
    lumi.key = {7, static_cast<std::uint32_t>(l + 1)};
    lumi.exposure.nanoseconds = 500'000'000;
    lumi.exposure.rows = lumi.exposure.offered = 1'000'000;
    lumi.passing = {passing[l]};
    lumi.counted = {true};
    course.heat.insert(course.heat.end(), {0, passing[l], 1});
  }
  return course;
}

TEST(Window, HoldsWhatIsAskedForWithinWhatThereIs) {
  EXPECT_EQ(window_of({}, 50).to, 50u);
  EXPECT_EQ(window_of({10, 20, 0, 5}, 50).from, 10u);
  EXPECT_EQ(window_of({10, 20, 0, 5}, 50).size(), 5u);
  EXPECT_EQ(window_of({10, 999, 0, 800}, 50).to, 50u);
  EXPECT_EQ(window_of({60, 70, 0, 800}, 50).size(), 0u);
  EXPECT_EQ(window_of({0, -1, 8, 800}, 50).from, 42u);
  EXPECT_EQ(window_of({0, -1, 80, 800}, 50).from, 0u);
  EXPECT_EQ(window_of({}, 0).size(), 0u);
}

TEST(Window, SharesAllLumisectionsOutOnce) {
  for (const std::size_t lumis : {1u, 7u, 100u, 99'999u}) {
    const Window window = window_of({0, -1, 0, 13}, lumis);
    EXPECT_EQ(window.begin(0), 0u);
    EXPECT_EQ(window.begin(window.size()), lumis);
    for (std::size_t i = 0; i < window.size(); ++i) EXPECT_LT(window.begin(i), window.begin(i + 1));
  }
}

TEST(Rates, OfNeighboursTogetherKeepTheExtremes) {
  const watch::Course course = course_of({10, 30, 1000, 20});
  const json rates = json::parse(rates_json(course, {0, 4, 2}));
  EXPECT_EQ(rates["x"], json({0.5, 2.5}));
  EXPECT_EQ(rates["labels"], json({"run 7 LS 1 to run 7 LS 2", "run 7 LS 3 to run 7 LS 4"}));
  const json& point = rates["working_points"][0];
  EXPECT_EQ(point["threshold"], 77);
  EXPECT_EQ(point["rate"], json({40.0, 1020.0})) << "40 events in 1 s, 1020 in 1 s";
  EXPECT_EQ(point["least"], json({20.0, 40.0}));
  EXPECT_EQ(point["most"], json({60.0, 2000.0}));
  EXPECT_DOUBLE_EQ(point["error"][0], std::sqrt(40));
  EXPECT_EQ(rates["total"], 4);
}

TEST(Rates, ThatCannotBeToldAreNull) {
  watch::Course course = course_of({10});
  course.lumis[0].exposure = {};
  const json rates = json::parse(rates_json(course, {0, 1, 800}));
  EXPECT_TRUE(rates["working_points"][0]["rate"][0].is_null());
}

TEST(Rates, OfLumisectionsWithoutAThresholdAreNotZero) {
  watch::Course course = course_of({10, 30});
  course.lumis[0].counted = {false};
  const json rates = json::parse(rates_json(course, {0, 2, 2}));
  EXPECT_TRUE(rates["working_points"][0]["rate"][0].is_null());
  EXPECT_EQ(rates["working_points"][0]["rate"][1], 60.0);
  EXPECT_EQ(json::parse(rates_json(course, {0, 2, 1}))["working_points"][0]["rate"][0], 60.0);
}

TEST(Heatmap, IsEventsASecondWithoutEmptyRows) {
  const json map = json::parse(heatmap_json(course_of({10, 30, 1000, 20}), {0, 4, 2}));
  EXPECT_EQ(map["unit"], "Hz");
  EXPECT_EQ(map["y"], json({2.0, 6.5})) << "the row of score 0 is empty";
  EXPECT_EQ(map["z"], json({{40.0, 1020.0}, {2.0, 2.0}}));
}

TEST(Live, TakesThresholdsOfConditionsFromWhenTheyAreThere) {
  const test::TempDir folder;
  const auto conditions = folder / "conditions.yaml";
  watch::CourseOptions no_points;
  no_points.points.clear();
  Live live({folder.path()}, no_points, conditions);
  for (std::uint32_t l = 1; l <= 4; ++l) test::write_lumi(folder.path(), l);
  live.refresh();
  EXPECT_EQ(live.trouble(), "");
  const auto rate = [&](std::size_t l) {
    return live.read([&](const watch::Course& course) { return course.rate(l, 0).exact; });
  };
  const std::string head = "version: 1\nintervals:\n", run = "  - run: 400000\n    lumisections: ";
  test::write_file(conditions, head + run + "1-2\n    model: aaaaaaaa11\n    thresholds: {nominal: 1000}\n");
  EXPECT_TRUE(live.refresh());
  EXPECT_GT(rate(1), 0);
  EXPECT_TRUE(std::isnan(rate(2))) << "nothing is valid there";
  test::write_file(conditions, head + run + "1-2\n    model: aaaaaaaa11\n    thresholds: {nominal: 1000}\n" + run +
                                   "3-\n    model: bbbbbbbb22\n    thresholds: {nominal: 2000}\n");
  EXPECT_TRUE(live.refresh());
  EXPECT_GT(rate(2), 0);
  EXPECT_LT(rate(2), rate(1) / 3) << "its threshold is twice as high";
  const std::string text = live.read([](const watch::Course& course) {
    return rates_json(course, {0, course.lumis.size(), 4});
  });
  EXPECT_NE(text.find("LS 2, model aaaaaaaa\""), std::string::npos) << text;
  EXPECT_NE(text.find("LS 3, model bbbbbbbb\""), std::string::npos);
}

TEST(Live, CountsAtAReferencesThresholdTheScoresOfItsModelAlone) {
  const test::TempDir folder;
  for (std::uint32_t l = 1; l <= 6; ++l) {
    scout::Record record = test::lumi_record(l);
    record.identity.model = l <= 3 ? "old" : "new";
    scout::write_record(folder / scout::record_name(record.lumi()), record);
  }
  watch::CourseOptions options;
  options.points = {{false, 1000}};
  options.thresholds = {1000};
  options.model = "old";
  Live live({folder.path()}, options);
  live.refresh();
  EXPECT_EQ(live.trouble(), "");
  live.read([](const watch::Course& course) {
    EXPECT_GT(course.rate(0, 0).exact, 0);
    EXPECT_TRUE(std::isnan(course.rate(5, 0).exact));
    return 0;
  });
}

TEST(Live, FollowsWhatComesAndWhatIsCommittedAnew) {
  const test::TempDir folder;
  Live live({folder.path()}, {});
  live.refresh();
  EXPECT_EQ(live.trouble(), "");
  EXPECT_EQ(live.read([](const watch::Course& course) { return course.lumis.size(); }), 0u);
  for (std::uint32_t l = 1; l <= 5; ++l) test::write_lumi(folder.path(), l);
  EXPECT_TRUE(live.refresh());
  EXPECT_EQ(live.trouble(), "");
  EXPECT_FALSE(live.refresh());
  const auto threshold = live.read([](const watch::Course& course) { return course.points[1].threshold; });
  const auto events = [&] { return live.read([](const watch::Course& course) { return course.all.exposure.rows; }); };
  const auto lumis = [&] { return live.read([](const watch::Course& course) { return course.lumis.size(); }); };
  const auto before = events();

  test::write_lumi(folder.path(), 6);
  EXPECT_TRUE(live.refresh());
  EXPECT_EQ(lumis(), 6u);
  EXPECT_GT(events(), before);

  const auto with_six = events();
  scout::Record larger = test::lumi_record(3);
  larger.sum.all.emplace_back(30'000, 1000);
  scout::write_record(folder / scout::record_name(larger.lumi()), larger);
  EXPECT_TRUE(live.refresh());
  EXPECT_EQ(lumis(), 6u);
  EXPECT_EQ(events(), with_six + 1000);
  EXPECT_EQ(live.read([](const watch::Course& course) { return course.points[1].threshold; }), threshold);
}

}  // namespace
}  // namespace trigloop::serve
