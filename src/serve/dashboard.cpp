#include "serve/dashboard.hpp"

#include <fmt/format.h>

#include <cmath>
#include <ctime>

#include "core/error.hpp"
#include "core/json_writer.hpp"
#include "core/text.hpp"
#include "report/embedded.hpp"
#include "report/page.hpp"
#include "serve/assets.hpp"
#include "serve/drift_view.hpp"
#include "serve/loop_view.hpp"
#include "serve/pipeline.hpp"
#include "serve/registry_view.hpp"
#include "serve/timeline.hpp"

namespace trigloop::serve {
namespace {

constexpr long long most_lumisections = 1'000'000'000, most_points = 4000;
/// A tracker that was silent for so long is dead: it writes every few seconds.
constexpr std::int64_t silent_seconds = 120;

Asked asked_of(const Request& request, const char* points) {
  return {request.number("from", 0, 0, most_lumisections), request.number("to", -1, -1, most_lumisections),
          request.number("last", 0, 0, most_lumisections), request.number(points, 800, 1, most_points)};
}

std::string why_empty(const Live& live) {
  const std::string trouble = live.trouble();
  return trouble.empty() ? "no lumisection is here yet" : trouble;
}

/// An empty list of points, and the reason.
std::string nothing(const Live& live) { return no_drift_json(why_empty(live)); }

struct Verdict {
  const char* kind;
  std::string text;
};

Verdict verdict_of(const std::optional<scout::Status>& status, const std::string& trouble, std::int64_t now,
                   std::size_t alarms) {
  if (!trouble.empty()) return {"bad", trouble};
  if (alarms > 0) return {"bad", alarms == 1 ? "an alarm of drift" : std::to_string(alarms) + " alarms of drift"};
  if (!status) return {"unknown", "no stream is followed"};
  if (!status->pause.empty()) return {"bad", "paused: " + status->pause};
  if (status->state == "stopped") return {"unknown", "stopped"};
  if (now - status->updated > silent_seconds) {
    return {"bad", "silent for " + std::to_string((now - status->updated) / 60) + " minutes"};
  }
  return {"good", status->state};
}

void fact(core::JsonWriter& json, std::string_view name, std::string_view value) {
  json.begin_array().value(name).value(value).end_array();
}

/// The last lumisection, and its rates beside their medians' thresholds.
void course_facts(core::JsonWriter& json, const watch::Course& course) {
  fact(json, "lumisections", core::with_commas(course.lumis.size()));
  if (course.lumis.empty()) return;
  const event::LumiKey key = course.lumis.back().key;
  fact(json, "latest", fmt::format("run {} LS {}", key.run, key.lumisection));
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    const auto rate = course.rate(course.lumis.size() - 1, p);
    const bool exact = std::isfinite(rate.exact);
    const double hertz = exact ? rate.exact : rate.old;
    if (!std::isfinite(hertz)) continue;
    fact(json, watch::name_of(course.points[p].point),
         fmt::format("{:.4g} +- {:.2g} Hz", hertz, exact ? rate.exact_error : rate.old_error));
  }
}

void add_rates(Metrics& metrics, const watch::Course& course) {
  metrics.gauge("watch_lumisections", "Lumisections that are watched.").sample(double(course.lumis.size()));
  if (course.lumis.empty()) return;
  metrics.gauge("watch_rate_hertz", "Rate of the latest lumisection at a working point.");
  for (std::size_t p = 0; p < course.points.size(); ++p) {
    const auto rate = course.rate(course.lumis.size() - 1, p);
    metrics.sample(std::isfinite(rate.exact) ? rate.exact : rate.old,
                   {{"working_point", watch::name_of(course.points[p].point)}});
  }
}

/// Working points and thresholds are the reference's, where there is one.
watch::CourseOptions course_options(watch::CourseOptions course, const std::optional<watch::DriftRun>& drift) {
  if (!drift) return course;
  watch::CourseOptions of_reference = watch::course_of_reference(drift->reference());
  course.points = std::move(of_reference.points);
  course.thresholds = std::move(of_reference.thresholds);
  course.model = std::move(of_reference.model);
  return course;
}

}  // namespace

Dashboard::Dashboard(DashboardOptions options)
    : options_(std::move(options)),
      drift_(options_.drift ? std::make_optional<watch::DriftRun>(*options_.drift) : std::nullopt),
      live_({options_.output}, course_options(options_.course, drift_), options_.conditions) {}

void Dashboard::refresh() {
  if (!live_.refresh() || !drift_) return;
  const std::lock_guard lock(drift_mutex_);
  try {
    drift_->take(watch::find_lumis({options_.output}));
    drift_trouble_.clear();
  } catch (const core::Error& e) {
    drift_trouble_ = e.what();
  }
}

std::string Dashboard::drift(const watch::Course& course, const Window& window) const {
  if (!drift_) return no_drift_json("drift is not looked for: name a reference (--reference)");
  const std::lock_guard lock(drift_mutex_);
  if (!drift_trouble_.empty()) return no_drift_json(drift_trouble_);
  return drift_json(drift_->monitor(), course, window);
}

std::size_t Dashboard::alarms() const {
  if (!drift_) return 0;
  const std::lock_guard lock(drift_mutex_);
  return drift_->monitor().alarms().size();
}

std::string Dashboard::overview() const {
  const std::optional<scout::Status> status = read_status(options_.output);
  const Verdict verdict = verdict_of(status, live_.trouble(), std::time(nullptr), alarms());
  core::JsonWriter json;
  json.begin_object().member("output", options_.output.native()).member("version", options_.version);
  json.member("study", options_.study);
  json.key("verdict").begin_object().member("kind", verdict.kind).member("text", verdict.text).end_object();
  json.key("facts").begin_array();
  live_.read([&](const watch::Course& course) { course_facts(json, course); });
  if (status) fact(json, "stream", status->state);
  if (status) fact(json, "lag", fmt::format("{:.0f} s", status->lag_seconds));
  json.end_array().end_object();
  return json.text();
}

std::string Dashboard::metrics() const {
  Metrics metrics;
  metrics.gauge("build_info", "Always 1; the label says which program answers.")
      .sample(1, {{"version", options_.version}});
  if (const auto status = read_status(options_.output)) add_pipeline(metrics, *status);
  live_.read([&](const watch::Course& course) { add_rates(metrics, course); });
  if (drift_) {
    const std::lock_guard lock(drift_mutex_);
    add_drift(metrics, drift_->monitor());
  }
  return metrics.text();
}

void Dashboard::add_to(HttpServer& server) {
  const auto page = [&](const char* path, std::string_view text, const char* type, bool fixed) {
    server.get(path, [=](const Request&) { return Response{std::string(text), type, 200, fixed}; });
  };
  page("/", dashboard_html(), "text/html; charset=utf-8", false);
  page("/dashboard.js", dashboard_script(), "text/javascript; charset=utf-8", false);
  page("/plotly.js", report::drawing_library(), "text/javascript; charset=utf-8", true);
  server.get("/style.css", [](const Request&) {
    return Response{std::string(report::page_style()) + std::string(dashboard_style()), "text/css; charset=utf-8"};
  });
  server.get("/metrics", [this](const Request&) { return Response{metrics(), metrics_type}; });
  server.get("/api/overview", [this](const Request&) { return Response{overview()}; });
  server.get("/api/pipeline", [this](const Request&) { return Response{pipeline_json(options_.output)}; });
  const auto drawn = [&](const char* path, const char* points, auto as_json) {
    server.get(path, [=, this](const Request& request) {
      const Asked asked = asked_of(request, points);
      return Response{live_.read([&](const watch::Course& course) {
        const Window window = window_of(asked, course.lumis.size());
        return window.size() == 0 ? nothing(live_) : as_json(course, window);
      })};
    });
  };
  drawn("/api/rates", "points", rates_json);
  drawn("/api/heatmap", "columns", heatmap_json);
  drawn("/api/drift", "points",
        [this](const watch::Course& course, const Window& window) { return drift(course, window); });
  add_registry(server, options_.registry);
  add_loop(server, options_.registry);
  server.post("/api/quarantine/retry", [this](const Request& request) {
    retry_quarantined(options_.output, request.get("name"));
    return Response{"{}"};
  });
}

}  // namespace trigloop::serve
