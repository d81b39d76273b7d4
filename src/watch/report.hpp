#pragma once
// The course of rates for people and for machines (docs/formats.md, "Watch").
#include <string>

#include "watch/course.hpp"
#include "watch/monitor.hpp"
#include "watch/rare.hpp"

namespace trigloop::watch {

/// Working points, the last `lines` lumisections, outliers, rare scores.
std::string course_as_text(const Course& course, const RareScores& rare, std::size_t lines);
/// `drift`: what drift_json gives, or empty.
std::string course_as_json(const Course& course, const RareScores& rare, const std::string& drift = {});
/// One line of course_as_text: for lumisections as they come.
std::string lumi_line(const Course& course, std::size_t l);

std::string alarm_json(const Alarm& alarm);
/// Alarms, what each channel says, the evidence curve.
std::string drift_json(const Monitor& monitor);
std::string drift_text(const Monitor& monitor);

}  // namespace trigloop::watch
