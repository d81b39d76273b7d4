#pragma once
// How rates, thresholds and scores went with time: the rate monitor.
//
// Twice over the lumisections, each time on all cores. First every one gives its own thresholds, its row of the heatmap
// and its part of the sum; the threshold of a working point is the median of those within Tukey's fences (or given; or,
// where a lumisection has fewer than 25 events beyond it, whose order says little, that of the sum).
// Then every one is counted at that threshold. So 10^4 lumisections cost two readings, and a few kilobytes each.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conditions/conditions.hpp"
#include "event/lumi.hpp"
#include "score/spectrum.hpp"
#include "watch/outliers.hpp"
#include "watch/points.hpp"

namespace trigloop::watch {

struct CourseOptions {
  std::vector<Point> points = usual_points();
  /// Codes from which on events pass, one a point; of those that are absent the median is taken.
  std::vector<std::optional<std::int64_t>> thresholds;
  unsigned bunches = 0;  ///< for rates where neither the exposure nor the conditions tell them
  unsigned threads = 0;
  /// Thresholds of firmware points and colliding bunches, by lumisection; may be null.
  std::shared_ptr<const conditions::Conditions> conditions = {};
  std::string model = {};  ///< whose scores thresholds for rates are about; empty: the latest lumisection's
};

/// A point for each threshold that the conditions name.
std::vector<Point> firmware_points(const conditions::Conditions& conditions);

struct PointCourse {
  Point point;
  std::optional<RobustMedian> own;        ///< of the lumisections' own thresholds; none, if rates are not known
  std::optional<std::int64_t> threshold;  ///< with which events are counted
  bool of_sum = false;                    ///< it is that of all lumisections together, as each alone has too few events
};

struct LumiCourse {
  event::LumiKey key;
  score::Exposure exposure;
  std::vector<std::optional<std::int64_t>> thresholds;  ///< its own, one a point
  std::vector<std::uint64_t> passing;                   ///< at the thresholds of the points
  std::vector<bool> counted;                            ///< at which points: where a threshold is known
  unsigned bunches = 0;                                 ///< as told; 0: not
  bool outlier = false;                                 ///< of a working point: not in the medians
};

struct Course {
  std::vector<PointCourse> points;
  std::vector<LumiCourse> lumis;    ///< ascending
  std::vector<std::int64_t> edges;  ///< of the heatmap: codes; bin b holds [edges[b], edges[b + 1])
  std::vector<std::uint64_t> heat;  ///< lumisection by lumisection
  std::string model;                ///< of the scores; thresholds for rates are of its lumisections alone
  score::Spectrum all, pure;        ///< the sums of its lumisections, without exposures
  std::shared_ptr<const conditions::Conditions> conditions = {};
  unsigned bunches = 0;

  std::size_t bins() const noexcept { return edges.size() - 1; }
  /// One standard deviation is the square root of the count, of 1 where there is none.
  /// Hz of lumisection `l` at point `p`, with one standard deviation; NaN if not known.
  struct Rate {
    double exact = 0, exact_error = 0, old = 0, old_error = 0;
  };
  Rate rate(std::size_t l, std::size_t p) const;
};

/// Errors: those of read_lumi; mismatch, if scores have different steps.
Course follow_course(const std::vector<std::filesystem::path>& files, const CourseOptions& options);
/// Adds lumisections that came later, at the thresholds that stand.
void extend_course(Course& course, const std::vector<std::filesystem::path>& files, unsigned threads = 0);

}  // namespace trigloop::watch
