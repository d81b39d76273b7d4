#include "watch/course.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "scout/history/history.hpp"

namespace trigloop::watch {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

constexpr std::int64_t last_code = (1 << 18) - 1;

void fill_row(const scout::Counts& counts, const std::vector<std::int64_t>& edges, std::uint64_t* row) {
  for (const auto& [code, n] : counts) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), code);
    if (above != edges.begin() && above != edges.end()) row[above - edges.begin() - 1] += n;
  }
}

/// First look: what a lumisection says without knowing of others.
LumiCourse look(const Lumi& lumi, const Course& course) {
  LumiCourse one{lumi.key, lumi.exposure, {}, {}, false};
  for (const PointCourse& point : course.points) {
    one.thresholds.push_back(threshold_for(point.point, lumi, course.bunches));
  }
  return one;
}

void count_passing(LumiCourse& one, const Lumi& lumi, const Course& course) {
  one.passing.clear();
  for (const PointCourse& point : course.points) {
    one.passing.push_back(point.threshold ? at_least(point.point.pure ? lumi.pure : lumi.all, *point.threshold) : 0);
  }
}

/// The sums of one worker.
struct Sums {
  score::Spectrum all, pure;

  void add(const Lumi& lumi) {
    for (const auto& [code, n] : lumi.all) all.count(code, n);
    for (const auto& [code, n] : lumi.pure) pure.count(code, n);
  }
};

void add_to(score::Spectrum& sum, score::Spectrum&& part) {
  if (sum.total() == 0) {
    sum = std::move(part);
  } else {
    sum.add(part);
  }
}

/// Reads files into rows from `first` on.
template <class Work>
void read_all(Course& course, const std::vector<fs::path>& files, std::size_t first, unsigned threads,
              const Work& work) {
  const unsigned workers = threads == 0 ? core::available_cores() : threads;
  course.lumis.resize(first + files.size());
  course.heat.resize(course.lumis.size() * course.bins());
  std::vector<std::optional<Sums>> sums(workers);
  core::parallel_for(files.size(), workers, [&](std::size_t i, unsigned worker) {
    const Lumi lumi = read_lumi(files[i], LumiPart::spectra);
    auto& sum = sums[worker];
    if (!sum) sum = Sums{{lumi.fraction, 0, last_code}, {lumi.fraction, 0, last_code}};
    if (sum->all.fraction() != lumi.fraction) {
      throw Error(ErrorCode::mismatch, "its scores have other steps than those before").file(files[i].native());
    }
    sum->add(lumi);
    fill_row(lumi.all, course.edges, course.heat.data() + (first + i) * course.bins());
    work(course.lumis[first + i], lumi);
  });
  for (auto& sum : sums) {
    if (!sum) continue;
    add_to(course.all, std::move(sum->all));
    add_to(course.pure, std::move(sum->pure));
  }
}

/// Events of the sum that may pass a point: those of each lumisection that knows its rates.
double allowed_in_sum(const Course& course, const Point& point) {
  double allowed = 0;
  for (const LumiCourse& lumi : course.lumis) {
    const double one = hertz_per_event(lumi.exposure, course.bunches).best();
    if (std::isfinite(one)) allowed += point.target / one;
  }
  return allowed;
}

void take_threshold(PointCourse& point, const Course& course, std::size_t known) {
  constexpr double least_events = 25;
  const double allowed = allowed_in_sum(course, point.point);
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
      take_threshold(point, course, own.size());
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

}  // namespace

Course::Rate Course::rate(std::size_t l, std::size_t p) const {
  const HertzPerEvent one = hertz_per_event(lumis[l].exposure, bunches);
  const auto n = static_cast<double>(lumis[l].passing[p]);
  const double error = std::sqrt(std::max(n, 1.0));
  return {n * one.exact, error * one.exact, n * one.old, error * one.old};
}

Course follow_course(const std::vector<fs::path>& files, const CourseOptions& options) {
  Course course;
  course.bunches = options.bunches;
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
