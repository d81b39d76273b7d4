#include "watch/course.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "core/units.hpp"
#include "score/spectrum_file.hpp"
#include "scout/record/record.hpp"
#include "test/support/lumi_records.hpp"
#include "test/support/support.hpp"
#include "watch/rare.hpp"
#include "watch/report.hpp"

namespace trigloop {
namespace {

using test::TempDir;
using watch::Course;

void write(const TempDir& folder, std::uint32_t lumisection, double scale = 1) {
  test::write_lumi(folder.path(), lumisection, scale);
}

TEST(Course, FindsThresholdsAndRatesInBothConventions) {
  const TempDir folder;
  for (std::uint32_t l = 1; l <= 10; ++l) write(folder, l);
  const Course course = watch::follow_course(watch::find_lumis({folder.path()}), {});
  ASSERT_EQ(course.lumis.size(), 10u);
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    const auto& point = course.points[p];
    ASSERT_TRUE(point.threshold) << watch::name_of(point.point);
    const Course::Rate rate = course.rate(3, p);
    EXPECT_LE(rate.exact, point.point.target);
    EXPECT_GT(rate.exact, 0.8 * point.point.target) << watch::name_of(point.point);
    const double passing = static_cast<double>(course.lumis[3].passing[p]);
    EXPECT_NEAR(rate.exact, passing / core::lumisection_seconds, 1e-6 * rate.exact);
    EXPECT_NEAR(rate.exact_error, std::sqrt(passing) / core::lumisection_seconds, 1e-6 * rate.exact);
    const double rows = static_cast<double>(course.lumis[3].exposure.rows);
    EXPECT_NEAR(rate.old, passing / rows * core::orbit_rate_hz * 2544, 1e-6 * rate.old);
  }
}

TEST(Course, LeavesOutliersOutOfTheMedian) {
  const TempDir folder;
  for (std::uint32_t l = 1; l <= 20; ++l) write(folder, l, 1 + 0.001 * (l % 5));
  write(folder, 21, 3);
  const Course course = watch::follow_course(watch::find_lumis({folder.path()}), {});
  EXPECT_TRUE(course.lumis.back().outlier);
  EXPECT_FALSE(course.lumis.front().outlier);
  const TempDir without;
  for (std::uint32_t l = 1; l <= 20; ++l) write(without, l, 1 + 0.001 * (l % 5));
  const Course calm = watch::follow_course(watch::find_lumis({without.path()}), {});
  for (std::size_t p = 0; p < course.points.size(); ++p)
    EXPECT_EQ(course.points[p].threshold, calm.points[p].threshold);
}

TEST(Course, TakesLumisectionsThatComeLaterAtTheThresholdsThatStand) {
  const TempDir folder;
  for (std::uint32_t l = 1; l <= 8; ++l) write(folder, l);
  Course course = watch::follow_course(watch::find_lumis({folder.path()}), {});
  const auto threshold = course.points[1].threshold;
  write(folder, 9, 1.1);
  watch::extend_course(course, {folder / "run_400000_lumi_9.record"});
  ASSERT_EQ(course.lumis.size(), 9u);
  EXPECT_EQ(course.points[1].threshold, threshold);
  EXPECT_NEAR(course.rate(8, 1).exact / course.rate(0, 1).exact, 1.21, 0.02);
  EXPECT_EQ(course.heat.size(), 9 * course.bins());
}

TEST(Course, ReadsDirectoriesOfTheScoutingAnalyser) {
  const TempDir folder;
  for (std::uint32_t l = 1; l <= 5; ++l) {
    const auto text = scout::axo_of(test::lumi_record(l, 1));
    ASSERT_TRUE(text);
    test::write_file(folder / ("run_400000_lumi_" + std::to_string(l) + ".axo"), *text);
  }
  watch::CourseOptions options;
  EXPECT_FALSE(watch::follow_course(watch::find_lumis({folder.path()}), options).points[1].threshold);
  options.bunches = 2544;
  const Course course = watch::follow_course(watch::find_lumis({folder.path()}), options);
  EXPECT_FALSE(course.points[0].threshold) << "an .axo file does not tell pure events";
  ASSERT_TRUE(course.points[1].threshold);
  EXPECT_TRUE(std::isnan(course.rate(0, 1).exact));
  EXPECT_GT(course.rate(0, 1).old, 900);
}

TEST(Course, IsTheSameForAnyNumberOfThreads) {
  const TempDir folder;
  for (std::uint32_t l = 1; l <= 12; ++l) write(folder, l, 1 + 0.01 * l);
  const auto files = watch::find_lumis({folder.path()});
  watch::CourseOptions one, four;
  one.threads = 1;
  four.threads = 4;
  const Course a = watch::follow_course(files, one), b = watch::follow_course(files, four);
  EXPECT_EQ(watch::course_as_json(a, watch::rare_scores(a.all)), watch::course_as_json(b, watch::rare_scores(b.all)));
}

TEST(Course, RefusesALumisectionThatIsInTwoPlaces) {
  const TempDir a, b;
  write(a, 1);
  write(b, 1);
  EXPECT_THROW(watch::find_lumis({a.path(), b.path()}), core::Error);
  EXPECT_THROW(watch::find_lumis({a / "nowhere"}), core::Error);
}

TEST(RareScores, CarryOnTheTailToOneInABillion) {
  score::Spectrum spectrum(0, 0, (1 << 18) - 1);
  // 10^10 events: P(score >= s) = (1 + s / 200)^-4, so one in 10^9 exceeds 200 (10^(9/4) - 1) = 35,366.
  double left = 1e10;
  for (std::int64_t s = 0; s < 100'000 && left >= 1; ++s) {
    const double next = 1e10 * std::pow(1 + static_cast<double>(s + 1) / 200, -4);
    const auto n = static_cast<std::uint64_t>(left - next + 0.5);
    spectrum.count(s, n);
    left -= static_cast<double>(n);
  }
  const watch::RareScores rare = watch::rare_scores(spectrum);
  ASSERT_TRUE(rare.fit);
  ASSERT_FALSE(rare.scores.empty());
  const watch::RareScore& rarest = rare.scores.back();
  EXPECT_DOUBLE_EQ(rarest.share, 1e-9);
  EXPECT_NEAR(rarest.fitted.code, 35366, 4 * rarest.fitted.error);
  EXPECT_LT(rarest.fitted.error, 0.2 * 35366);
}

TEST(Outliers, FollowTukeysRule) {
  EXPECT_DOUBLE_EQ(watch::quantile({1, 2, 3, 4}, 0.25), 1.75);
  // The lumisections that the Scouting Analyser's authors show as outliers.
  std::vector<double> thresholds{1180, 1185, 1190, 1192, 1195, 1201, 1204, 2916.9, 2649.6, 4999.2};
  const watch::Fences fences = watch::fences_of({1180, 1185, 1190, 1192, 1195, 1201, 1204});
  EXPECT_FALSE(fences.keep(2564.8));
  EXPECT_TRUE(fences.keep(1200));
  EXPECT_GT(watch::robust_median(thresholds).value, 1180);
}

}  // namespace
}  // namespace trigloop
