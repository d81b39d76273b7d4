#include "core/json_writer.hpp"
#include "watch/report.hpp"

namespace trigloop::watch {
namespace {

using core::JsonWriter;

void optional_code(JsonWriter& json, std::string_view name, const std::optional<std::int64_t>& code) {
  json.key(name);
  code ? json.value(*code) : json.null();
}

void write_points(JsonWriter& json, const Course& course) {
  json.key("points").begin_array();
  for (const PointCourse& point : course.points) {
    json.begin_object().member("name", name_of(point.point)).member("pure", point.point.pure);
    json.member("target_hz", point.point.target);
    optional_code(json, "threshold_code", point.threshold);
    json.member("of_sum", point.of_sum);
    if (point.own) {
      json.key("of_lumisections").begin_object().member("median_code", point.own->value);
      json.member("error", point.own->error).member("low", point.own->fences.low);
      json.member("high", point.own->fences.high).end_object();
    }
    json.end_object();
  }
  json.end_array();
}

void write_lumi(JsonWriter& json, const Course& course, std::size_t l) {
  const LumiCourse& lumi = course.lumis[l];
  json.begin_object().member("run", lumi.key.run).member("lumisection", lumi.key.lumisection);
  json.member("rows", lumi.exposure.rows).member("orbits", lumi.exposure.orbits);
  json.member("colliding_crossings", lumi.exposure.colliding_crossings).member("offered", lumi.exposure.offered);
  json.member("outlier", lumi.outlier).key("points").begin_array();
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    const Course::Rate rate = course.rate(l, p);
    json.begin_object().member("passing", lumi.passing[p]);
    optional_code(json, "own_threshold_code", lumi.thresholds[p]);
    json.member("hz", rate.exact).member("hz_error", rate.exact_error);
    json.member("old_hz", rate.old).member("old_hz_error", rate.old_error).end_object();
  }
  json.end_array().key("heat").begin_array();
  for (std::size_t b = 0; b < course.bins(); ++b) json.value(course.heat[l * course.bins() + b]);
  json.end_array().end_object();
}

void write_rare(JsonWriter& json, const RareScores& rare) {
  json.key("tail");
  if (!rare.fit) {
    json.null();
    return;
  }
  json.begin_object().member("level_code", rare.fit->level).member("events", rare.fit->events);
  json.member("shape", rare.fit->shape).member("shape_error", rare.fit->shape_error);
  json.member("scale", rare.fit->scale).member("log_scale_error", rare.fit->log_scale_error);
  json.key("shares").begin_array();
  for (const RareScore& one : rare.scores) {
    json.begin_object().member("share", one.share);
    optional_code(json, "counted_code", one.counted);
    json.member("fitted_code", one.fitted.code).member("fitted_error", one.fitted.error).end_object();
  }
  json.end_array().end_object();
}

}  // namespace

std::string course_as_json(const Course& course, const RareScores& rare, const std::string& drift) {
  JsonWriter json;
  json.begin_object().member("version", 1).member("fraction", course.all.fraction());
  json.member("events", course.all.total());
  write_points(json, course);
  json.key("heat_edges").begin_array();
  for (const std::int64_t edge : course.edges) json.value(edge);
  json.end_array().key("lumisections").begin_array();
  for (std::size_t l = 0; l < course.lumis.size(); ++l) write_lumi(json, course, l);
  json.end_array();
  write_rare(json, rare);
  if (!drift.empty()) json.key("drift").raw(drift);
  json.end_object();
  return json.text();
}

}  // namespace trigloop::watch
