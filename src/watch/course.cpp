#include "watch/course.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "scout/history/count_sum.hpp"
#include "scout/history/history.hpp"

namespace trigloop::watch {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

void fill_row(const scout::Counts& counts, const std::vector<std::int64_t>& edges, std::uint64_t* row) {
  for (const auto& [code, n] : counts) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), code);
    if (above != edges.begin() && above != edges.end()) row[above - edges.begin() - 1] += n;
  }
}

/// Scores of different models do not mix. `.axo` files do not tell theirs.
bool is_of_model(const Lumi& lumi, const Course& course) {
  return lumi.model.empty() || course.model.empty() || lumi.model == course.model;
}

/// First look: what a lumisection says without knowing of others.
LumiCourse look(const Lumi& lumi, const Course& course) {
  LumiCourse one;
  one.key = lumi.key;
  one.exposure = lumi.exposure;
  const conditions::Interval* interval = course.conditions ? course.conditions->at(lumi.key) : nullptr;
  one.bunches = interval != nullptr && interval->bunches != 0 ? interval->bunches : course.bunches;
  for (const PointCourse& point : course.points) {
    one.thresholds.push_back(is_of_model(lumi, course) ? threshold_for(point.point, lumi, one.bunches) : std::nullopt);
  }
  return one;
}

/// The threshold by which a lumisection is counted.
std::optional<std::int64_t> threshold_of(const PointCourse& point, const Lumi& lumi, const Course& course) {
  if (point.point.firmware.empty()) return is_of_model(lumi, course) ? point.threshold : std::nullopt;
  const conditions::Interval* interval = course.conditions ? course.conditions->at(lumi.key) : nullptr;
  if (interval == nullptr) return {};
  const auto named = interval->thresholds.find(point.point.firmware);
  return named == interval->thresholds.end() ? std::nullopt : std::optional(named->second);
}

void count_passing(LumiCourse& one, const Lumi& lumi, const Course& course) {
  one.passing.clear();
  one.counted.clear();
  for (const PointCourse& point : course.points) {
    const auto threshold = threshold_of(point, lumi, course);
    one.passing.push_back(threshold ? at_least(point.point.pure ? lumi.pure : lumi.all, *threshold) : 0);
    one.counted.push_back(threshold.has_value());
  }
}

/// The sums of one worker.
struct Sums {
  scout::CountSum all, pure;

  void add(const Lumi& lumi) {
    all.add(lumi.all);
    pure.add(lumi.pure);
  }
  void into(Course& course) {
    for (const auto& [code, n] : all.take()) course.all.count(code, n);
    for (const auto& [code, n] : pure.take()) course.pure.count(code, n);
  }
};

/// Reads files into rows from `first` on.
template <class Work>
void read_all(Course& course, const std::vector<fs::path>& files, std::size_t first, unsigned threads,
              const Work& work) {
  const unsigned workers = threads == 0 ? core::available_cores() : threads;
  course.lumis.resize(first + files.size());
  course.heat.resize(course.lumis.size() * course.bins());
  std::vector<Sums> sums(workers);
  core::parallel_for(files.size(), workers, [&](std::size_t i, unsigned worker) {
    const Lumi lumi = read_lumi(files[i], LumiPart::spectra);
    if (!is_of_model(lumi, course)) return work(course.lumis[first + i], lumi);
    if (course.all.fraction() != lumi.fraction) {
      throw Error(ErrorCode::mismatch, "its scores have other steps than those before").file(files[i].native());
    }
    sums[worker].add(lumi);
    fill_row(lumi.all, course.edges, course.heat.data() + (first + i) * course.bins());
    work(course.lumis[first + i], lumi);
  });
  for (Sums& sum : sums) sum.into(course);
}

/// Events of the sum that may pass a point: those of each lumisection that knows its rates.
double allowed_in_sum(const Course& course, std::size_t p) {
  double allowed = 0;
  for (const LumiCourse& lumi : course.lumis) {
    const double one = hertz_per_event(lumi.exposure, lumi.bunches).best();
    if (lumi.thresholds[p] && std::isfinite(one)) allowed += course.points[p].point.target / one;
  }
  return allowed;
}

void take_threshold(PointCourse& point, const Course& course, std::size_t p, std::size_t known) {
  constexpr double least_events = 25;
  const double allowed = allowed_in_sum(course, p);
  if (allowed < least_events * static_cast<double>(known)) {
    point.of_sum = true;
    point.threshold =
        threshold_for((point.point.pure ? course.pure : course.all).bins(), static_cast<std::uint64_t>(allowed));
  } else {
    point.threshold = static_cast<std::int64_t>(std::ceil(point.own->value));
  }
}

void take_medians(Course& course, const CourseOptions& options) {
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    PointCourse& point = course.points[p];
    std::vector<double> own;
    for (const LumiCourse& lumi : course.lumis) {
      if (lumi.thresholds[p]) own.push_back(static_cast<double>(*lumi.thresholds[p]));
    }
    if (!own.empty()) point.own = robust_median(own);
    if (p < options.thresholds.size() && options.thresholds[p]) {
      point.threshold = options.thresholds[p];
    } else if (point.own) {
      take_threshold(point, course, p, own.size());
    }
  }
}

void mark_outlier(LumiCourse& lumi, const Course& course) {
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    const auto& own = course.points[p].own;
    // Where a threshold hangs on a handful of events, its scatter is chance.
    if (own && !course.points[p].of_sum && lumi.thresholds[p] &&
        !own->fences.keep(static_cast<double>(*lumi.thresholds[p])))
      lumi.outlier = true;
  }
}

/// The latest lumisection of a model; of any, if it is "" or there is none of it.
Lumi latest_of(const std::string& model, const std::vector<fs::path>& files) {
  for (auto file = files.rbegin(); file != files.rend() && !model.empty(); ++file) {
    if (Lumi lumi = read_lumi(*file, LumiPart::spectra); lumi.model == model) return lumi;
  }
  return read_lumi(files.back(), LumiPart::spectra);
}

}  // namespace

std::vector<Point> firmware_points(const conditions::Conditions& conditions) {
  std::set<std::string> names;
  for (const conditions::Interval& interval : conditions.intervals) {
    for (const auto& [name, code] : interval.thresholds) names.insert(name);
  }
  std::vector<Point> points;
  for (const std::string& name : names) points.push_back({false, 0, name});
  return points;
}

Course::Rate Course::rate(std::size_t l, std::size_t p) const {
  HertzPerEvent one = hertz_per_event(lumis[l].exposure, lumis[l].bunches);
  if (!lumis[l].counted[p]) one.exact = one.old = std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<double>(lumis[l].passing[p]);
  const double error = std::sqrt(std::max(n, 1.0));
  return {n * one.exact, error * one.exact, n * one.old, error * one.old};
}

Course follow_course(const std::vector<fs::path>& files, const CourseOptions& options) {
  Course course;
  course.bunches = options.bunches;
  course.conditions = options.conditions;
  if (!files.empty()) {
    const Lumi one = latest_of(options.model, files);
    course.model = one.model;
    course.all = course.pure = score::Spectrum(one.fraction, 0, scout::CountSum::last_code);
  }
  course.edges = scout::logarithmic_edges();
  for (const Point& point : options.points) course.points.push_back({point, {}, {}});
  read_all(course, files, 0, options.threads, [&](LumiCourse& one, const Lumi& lumi) { one = look(lumi, course); });
  take_medians(course, options);
  core::parallel_for(files.size(), options.threads, [&](std::size_t i, unsigned) {
    count_passing(course.lumis[i], read_lumi(files[i], LumiPart::spectra), course);
    mark_outlier(course.lumis[i], course);
  });
  return course;
}

void extend_course(Course& course, const std::vector<fs::path>& files, unsigned threads) {
  read_all(course, files, course.lumis.size(), threads, [&](LumiCourse& one, const Lumi& lumi) {
    one = look(lumi, course);
    count_passing(one, lumi, course);
    mark_outlier(one, course);
  });
}

}  // namespace trigloop::watch
