#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "watch/report.hpp"

namespace trigloop::watch {
namespace {

double score_of(const Course& course, double code) { return std::ldexp(code, -course.all.fraction()); }

std::string rate_text(const Course::Rate& rate) {
  const bool exact = std::isfinite(rate.exact);
  const double value = exact ? rate.exact : rate.old, error = exact ? rate.exact_error : rate.old_error;
  if (!std::isfinite(value)) return fmt::format("{:>20}", "-");
  std::string text = fmt::format("{:.1f} +- {:.1f}", value, error);
  if (!exact) text += " *";
  return fmt::format("{:>20}", text);
}

/// The shares of a lumisection's events from light to dark, of the coarse bins of the heatmap.
std::string strip(const Course& course, std::size_t l) {
  constexpr std::size_t bins_a_cell = 8;
  constexpr std::string_view shades = " .:-=+*#%@";
  std::string text;
  const std::uint64_t* row = course.heat.data() + l * course.bins();
  const double rows = std::max(1.0, static_cast<double>(course.lumis[l].exposure.rows));
  for (std::size_t b = 0; b < course.bins(); b += bins_a_cell) {
    double share = 0;
    for (std::size_t i = b; i < std::min(b + bins_a_cell, course.bins()); ++i) share += static_cast<double>(row[i]);
    share /= rows;
    // A shade a decade, from 10^-8 on.
    const double level = share > 0 ? std::clamp(std::log10(share) + 9, 1.0, 9.0) : 0;
    text += shades[static_cast<std::size_t>(level)];
  }
  return text;
}

std::string points_text(const Course& course) {
  bool any_of_sum = false;
  std::string text =
      fmt::format("{:<14} {:>12} {:>24} {:>9}\n", "working point", "threshold", "median of LS", "outliers");
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    const PointCourse& point = course.points[p];
    std::size_t outliers = 0;
    for (const LumiCourse& lumi : course.lumis) {
      outliers += point.own && lumi.thresholds[p] && !point.own->fences.keep(static_cast<double>(*lumi.thresholds[p]));
    }
    const std::string threshold =
        point.threshold ? fmt::format("{:g}", score_of(course, static_cast<double>(*point.threshold))) : "-";
    const std::string own = point.own ? fmt::format("{:.6g} +- {:.2g}", score_of(course, point.own->value),
                                                    score_of(course, point.own->error))
                                      : "-";
    const char* mark = point.of_sum ? " #" : "";
    text += fmt::format("{:<14} {:>12} {:>24} {:>9}{}\n", name_of(point.point), threshold, own, outliers, mark);
    any_of_sum = any_of_sum || point.of_sum;
  }
  if (any_of_sum) text += "# of all lumisections together: one alone has fewer than 25 events beyond it\n";
  return text;
}

std::string header(const Course& course) {
  std::string text = fmt::format("{:>8} {:>6} {:>12}", "run", "LS", "events");
  for (const PointCourse& point : course.points) text += fmt::format(" {:>20}", name_of(point.point) + ", Hz");
  return text + "  scores (low to high)\n";
}

std::string rare_text(const Course& course, const RareScores& rare) {
  if (!rare.fit) return "rare scores: too few events for a tail\n";
  std::string text =
      fmt::format("tail: {} events from score {:g}, shape {:.3f} +- {:.3f} (generalised Pareto)\n", rare.fit->events,
                  score_of(course, static_cast<double>(rare.fit->level)), rare.fit->shape, rare.fit->shape_error);
  for (const RareScore& one : rare.scores) {
    const std::string counted =
        one.counted ? fmt::format("{:g}", score_of(course, static_cast<double>(*one.counted))) : "-";
    text += fmt::format("  share {:.0e}: score {} counted, {:.6g} +- {:.2g} fitted (extrapolated)\n", one.share,
                        counted, score_of(course, one.fitted.code), score_of(course, one.fitted.error));
  }
  return text;
}

}  // namespace

std::string drift_text(const Monitor& monitor) {
  std::string text =
      fmt::format("drift: {} lumisections, evidence {:.3g} of {:g}; a false alarm in {:g} lumisections or more\n",
                  monitor.steps(), monitor.evidence(), monitor.level(), monitor.level());
  if (monitor.without_pileup() > 0) {
    text +=
        fmt::format("  {} lumisections without pile-up: their histograms were not tested\n", monitor.without_pileup());
  }
  for (const Alarm& alarm : monitor.alarms()) text += alarm_text(alarm);
  return text;
}

std::string lumi_line(const Course& course, std::size_t l) {
  const LumiCourse& lumi = course.lumis[l];
  std::string text =
      fmt::format("{:>8} {:>6} {:>12}", lumi.key.run, lumi.key.lumisection, core::with_commas(lumi.exposure.rows));
  for (std::size_t p = 0; p < course.points.size(); ++p) text += " " + rate_text(course.rate(l, p));
  return text + "  " + strip(course, l) + (lumi.outlier ? "  outlier\n" : "\n");
}

std::string course_as_text(const Course& course, const RareScores& rare, std::size_t lines) {
  std::string text =
      fmt::format("{} lumisections, {} events\n\n", course.lumis.size(), core::with_commas(course.all.total()));
  text += points_text(course) + "\n" + header(course);
  const std::size_t first = course.lumis.size() - std::min(lines, course.lumis.size());
  bool old = false;
  for (std::size_t l = first; l < course.lumis.size(); ++l) {
    text += lumi_line(course, l);
    old = old || !std::isfinite(hertz_per_event(course.lumis[l].exposure, course.bunches).exact);
  }
  if (old) text += "* share of rows x rate of colliding crossings; -: not even that is known (see --bunches)\n";
  return text + "\n" + rare_text(course, rare);
}

}  // namespace trigloop::watch
