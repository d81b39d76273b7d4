#include "report/watch/course_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace trigloop::report::watching {
namespace {

using watch::Course;

constexpr std::size_t most_columns = 2000, most_rows = 400;

bool one_run(const Course& course) { return course.lumis.front().key.run == course.lumis.back().key.run; }

double x_of(const Course& course, std::size_t l) {
  return one_run(course) ? course.lumis[l].key.lumisection : static_cast<double>(l);
}

std::string x_title(const Course& course) { return one_run(course) ? "lumisection" : "lumisection, in order"; }

/// How many neighbours are joined so that no more than `most` are left.
std::size_t joined(std::size_t lumis, std::size_t most) { return (lumis + most - 1) / most; }

/// The mean rate of neighbours: counts and exposures are those of equal lengths, so their rates are averaged.
void add_mean(Series& series, const Course& course, std::size_t p, std::size_t first, std::size_t last, bool exact) {
  double sum = 0, squares = 0, n = 0;
  for (std::size_t l = first; l < last; ++l) {
    const Course::Rate rate = course.rate(l, p);
    const double value = exact ? rate.exact : rate.old, error = exact ? rate.exact_error : rate.old_error;
    if (!std::isfinite(value)) continue;
    sum += value;
    squares += error * error;
    n += 1;
  }
  series.x.push_back(x_of(course, first));
  series.y.push_back(n > 0 ? std::optional(sum / n) : std::nullopt);
  series.error.push_back(n > 0 ? std::sqrt(squares) / n : 0);
}

Curves rates(const Course& course, std::size_t p) {
  const watch::PointCourse& point = course.points[p];
  Curves curves{fmt::format("Rate at {}", watch::name_of(point.point)),
                "Bars: the square root of the count. Exact: passing / (seconds x kept fraction).",
                x_title(course),
                "rate (Hz)",
                false,
                false,
                {}};
  const std::size_t step = joined(course.lumis.size(), most_columns);
  for (const bool exact : {true, false}) {
    Series series{exact ? "exact" : "share of rows x crossing rate", {}, {}, {}};
    for (std::size_t l = 0; l < course.lumis.size(); l += step) {
      add_mean(series, course, p, l, std::min(l + step, course.lumis.size()), exact);
    }
    const bool known = std::ranges::any_of(series.y, [](const auto& y) { return y.has_value(); });
    if (known) curves.series.push_back(std::move(series));
  }
  return curves;
}

HeatMap heat(const Course& course) {
  HeatMap map{"Scores by lumisection",
              "Events in each bin of score; bins and colours are logarithmic.",
              "log10(score + 1)",
              x_title(course),
              "events",
              {},
              {},
              {},
              true};
  std::size_t used = 0;
  for (std::size_t i = 0; i < course.heat.size(); ++i) {
    if (course.heat[i] > 0) used = std::max(used, i % course.bins() + 1);
  }
  for (std::size_t b = 0; b < used; ++b) {
    const double middle = 0.5 * static_cast<double>(course.edges[b] + course.edges[b + 1] - 1);
    map.x.push_back(std::log10(1 + std::ldexp(middle, -course.all.fraction())));
  }
  const std::size_t step = joined(course.lumis.size(), most_rows);
  for (std::size_t l = 0; l < course.lumis.size(); l += step) {
    map.y.push_back(x_of(course, l));
    auto& row = map.z.emplace_back(used);
    for (std::size_t i = l; i < std::min(l + step, course.lumis.size()); ++i) {
      for (std::size_t b = 0; b < used; ++b) row[b] += static_cast<double>(course.heat[i * course.bins() + b]);
    }
  }
  return map;
}

}  // namespace

void add_course(Page& page, const Course& course) {
  if (course.lumis.empty()) return;
  page.facts.emplace_back("lumisections", core::with_commas(course.lumis.size()));
  page.facts.emplace_back("events", core::with_commas(course.all.total()));
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    if (!course.points[p].threshold) continue;
    const double score = std::ldexp(static_cast<double>(*course.points[p].threshold), -course.all.fraction());
    page.facts.emplace_back("threshold, " + watch::name_of(course.points[p].point), fmt::format("score {}", score));
    Curves curves = rates(course, p);
    if (!curves.series.empty()) page.figures.emplace_back(std::move(curves));
  }
  page.figures.emplace_back(heat(course));
}

}  // namespace trigloop::report::watching
