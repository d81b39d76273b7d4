#include "serve/drift_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/json_writer.hpp"

namespace trigloop::serve {
namespace {

constexpr std::size_t most_alarms = 100;
constexpr double least_evidence = 1e-3;  ///< below it the curve says nothing: a logarithm of 0 is no place

std::string name_of(const event::LumiKey& key) { return fmt::format("run {} LS {}", key.run, key.lumisection); }

/// A point of the curve, and where its lumisection is in the course.
struct Place {
  std::size_t at;
  double evidence;
};

std::vector<Place> places_of(const watch::Monitor& monitor, const watch::Course& course, const Window& window) {
  std::vector<Place> places;
  for (const watch::CurvePoint& point : monitor.curve()) {
    const auto found =
        std::lower_bound(course.lumis.begin(), course.lumis.end(), point.key,
                         [](const watch::LumiCourse& lumi, const event::LumiKey& key) { return lumi.key < key; });
    const auto at = static_cast<std::size_t>(found - course.lumis.begin());
    if (found != course.lumis.end() && found->key == point.key && at >= window.from && at < window.to)
      places.push_back({at, point.evidence});
  }
  return places;
}

/// Neighbours share a point; its evidence is the highest of them.
std::vector<Place> shared(const std::vector<Place>& places, std::size_t points) {
  const Window window{0, places.size(), points};
  std::vector<Place> few;
  for (std::size_t i = 0; i < window.size(); ++i) {
    const auto begin = places.begin() + static_cast<std::ptrdiff_t>(window.begin(i)),
               end = places.begin() + static_cast<std::ptrdiff_t>(window.begin(i + 1));
    few.push_back(
        *std::max_element(begin, end, [](const Place& a, const Place& b) { return a.evidence < b.evidence; }));
  }
  return few;
}

void write_alarms(core::JsonWriter& json, const watch::Monitor& monitor) {
  const auto& alarms = monitor.alarms();
  json.key("alarms").begin_array();
  for (std::size_t i = alarms.size(); i-- > 0 && alarms.size() - i <= most_alarms;) {
    const watch::Alarm& alarm = alarms[i];
    json.begin_object().member("what", alarm.cause.text).member("at", name_of(alarm.at));
    json.member("since", name_of(alarm.since));
    json.member("detector", alarm.findings.empty() ? alarm.cause.kind : alarm.findings.front().channel).end_object();
  }
  json.end_array();
}

double log_of(double evidence) { return std::log10(std::max(evidence, least_evidence)); }

}  // namespace

std::string drift_json(const watch::Monitor& monitor, const watch::Course& course, const Window& window) {
  const std::vector<Place> places = shared(places_of(monitor, course, window), window.points);
  core::JsonWriter json;
  json.begin_object().key("x").begin_array();
  for (const Place& place : places) json.value(place.at);
  json.end_array().key("labels").begin_array();
  for (const Place& place : places) json.value(name_of(course.lumis[place.at].key));
  json.end_array().key("curves").begin_array().begin_object().member("name", "all").key("evidence").begin_array();
  for (const Place& place : places) json.value(log_of(place.evidence));
  json.end_array().end_object().end_array().member("alarm_at", std::log10(monitor.level()));
  json.member("guarantee",
              fmt::format("Without a change, an alarm comes no more often than once in {:.0f} lumisections on "
                          "average. {} were watched since the reference was taken up.",
                          monitor.level(), monitor.steps()));
  write_alarms(json, monitor);
  json.end_object();
  return json.text();
}

std::string no_drift_json(const std::string& why) {
  core::JsonWriter json;
  json.begin_object().key("x").begin_array().end_array().key("alarms").begin_array().end_array();
  json.member("why", why).end_object();
  return json.text();
}

void add_drift(Metrics& metrics, const watch::Monitor& monitor) {
  metrics.gauge("watch_evidence_log10", "Evidence of drift against the reference, log10.")
      .sample(log_of(monitor.evidence()));
  metrics.gauge("watch_alarm_log10", "Evidence at which an alarm is raised, log10.")
      .sample(std::log10(monitor.level()));
  std::map<std::string, double> causes{{"energy-scale", 0}, {"dead-region", 0}, {"noisy-region", 0}};
  for (const watch::Alarm& alarm : monitor.alarms()) causes[alarm.cause.kind] += 1;
  metrics.counter("watch_alarms_total", "Alarms since the reference was taken up, by their most likely cause.");
  for (const auto& [cause, alarms] : causes) metrics.sample(alarms, {{"cause", cause}});
}

}  // namespace trigloop::serve
