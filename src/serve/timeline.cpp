#include "serve/timeline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/json_writer.hpp"

namespace trigloop::serve {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

std::string label(const watch::Course& course, std::size_t first, std::size_t end) {
  const auto name = [&](std::size_t l) {
    const event::LumiKey& key = course.lumis[l].key;
    const conditions::Interval* valid = course.conditions ? course.conditions->at(key) : nullptr;
    return "run " + std::to_string(key.run) + " LS " + std::to_string(key.lumisection) +
           (valid == nullptr || valid->model.empty() ? "" : ", model " + valid->model.substr(0, 8));
  };
  return end - first == 1 ? name(first) : name(first) + " to " + name(end - 1);
}

/// Lumisections together, at one working point.
struct Together {
  double events = 0, seconds = 0, old_seconds = 0;  ///< seconds: of which each event is one a second
  double least = unknown, most = unknown;

  void add(const watch::Course& course, std::size_t l, std::size_t point) {
    if (!course.lumis[l].counted[point]) return;
    const watch::HertzPerEvent worth = watch::hertz_per_event(course.lumis[l].exposure, course.bunches);
    const double passing = static_cast<double>(course.lumis[l].passing[point]);
    if (const double hertz = worth.best(); hertz > 0) {
      events += passing;
      seconds += 1 / hertz;
      if (worth.old > 0) old_seconds += 1 / worth.old;
      least = std::fmin(least, passing * hertz);
      most = std::fmax(most, passing * hertz);
    }
  }
  double rate() const { return seconds > 0 ? events / seconds : unknown; }
  double error() const { return seconds > 0 ? std::sqrt(events) / seconds : unknown; }
  double old() const { return old_seconds > 0 ? events / old_seconds : unknown; }
};

template <class Number>
void write_list(core::JsonWriter& json, std::string_view name, const Window& window, Number number) {
  json.key(name).begin_array();
  for (std::size_t i = 0; i < window.size(); ++i) json.value(number(i));
  json.end_array();
}

void write_point(core::JsonWriter& json, const watch::Course& course, const Window& window, std::size_t point) {
  std::vector<Together> all(window.size());
  for (std::size_t i = 0; i < window.size(); ++i)
    for (std::size_t l = window.begin(i); l < window.begin(i + 1); ++l) all[i].add(course, l, point);
  json.begin_object().member("name", watch::name_of(course.points[point].point)).key("threshold");
  const auto threshold = course.points[point].threshold;
  threshold ? json.value(*threshold) : json.null();
  write_list(json, "rate", window, [&](std::size_t i) { return all[i].rate(); });
  write_list(json, "error", window, [&](std::size_t i) { return all[i].error(); });
  write_list(json, "least", window, [&](std::size_t i) { return all[i].least; });
  write_list(json, "most", window, [&](std::size_t i) { return all[i].most; });
  write_list(json, "old", window, [&](std::size_t i) { return all[i].old(); });
  json.end_object();
}

void write_places(core::JsonWriter& json, const Window& window) {
  write_list(json, "x", window, [&](std::size_t i) {
    return (static_cast<double>(window.begin(i)) + static_cast<double>(window.begin(i + 1) - 1)) / 2;
  });
}

/// Events of each bin of scores in each point of the window, [bin][point], and what their time is.
struct Heat {
  std::vector<double> events, seconds;
  bool is_rate = true;
};

Heat heat_of(const watch::Course& course, const Window& window) {
  const std::size_t bins = course.bins(), points = window.size();
  Heat heat{std::vector<double>(bins * points), std::vector<double>(points), true};
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t l = window.begin(i); l < window.begin(i + 1); ++l) {
      const double hertz = watch::hertz_per_event(course.lumis[l].exposure, course.bunches).best();
      hertz > 0 ? heat.seconds[i] += 1 / hertz : heat.is_rate = false;
      for (std::size_t b = 0; b < bins; ++b)
        heat.events[b * points + i] += static_cast<double>(course.heat[l * bins + b]);
    }
  }
  return heat;
}

}  // namespace

Window window_of(const Asked& asked, std::size_t lumisections) noexcept {
  const auto total = static_cast<long long>(lumisections);
  long long from = asked.from, to = asked.to < 0 ? total : std::min(asked.to, total);
  if (asked.last > 0) to = total, from = total - asked.last;
  from = std::clamp(from, 0LL, to);
  return {static_cast<std::size_t>(from), static_cast<std::size_t>(to),
          static_cast<std::size_t>(std::max(asked.points, 1LL))};
}

std::string rates_json(const watch::Course& course, const Window& window) {
  core::JsonWriter json;
  json.begin_object().member("from", window.from).member("to", window.to).member("total", course.lumis.size());
  write_places(json, window);
  write_list(json, "labels", window,
             [&](std::size_t i) { return label(course, window.begin(i), window.begin(i + 1)); });
  json.key("working_points").begin_array();
  for (std::size_t point = 0; point < course.points.size(); ++point) write_point(json, course, window, point);
  json.end_array().end_object();
  return json.text();
}

std::string heatmap_json(const watch::Course& course, const Window& window) {
  const Heat heat = heat_of(course, window);
  const std::size_t points = window.size();
  const auto is_empty = [&](std::size_t b) {
    const auto row = heat.events.begin() + static_cast<std::ptrdiff_t>(b * points);
    return std::all_of(row, row + static_cast<std::ptrdiff_t>(points), [](double n) { return n == 0; });
  };
  std::size_t low = 0, high = course.edges.empty() ? 0 : course.bins();
  while (low < high && is_empty(low)) ++low;
  while (high > low && is_empty(high - 1)) --high;
  const double step = std::ldexp(1.0, -course.all.fraction());

  core::JsonWriter json;
  json.begin_object().member("unit", heat.is_rate ? "Hz" : "events");
  write_places(json, window);
  json.key("y").begin_array();
  for (std::size_t b = low; b < high; ++b)
    json.value(step * static_cast<double>(course.edges[b] + course.edges[b + 1] - 1) / 2);
  json.end_array().key("z").begin_array();
  for (std::size_t b = low; b < high; ++b) {
    json.begin_array();
    for (std::size_t i = 0; i < points; ++i)
      json.value(heat.events[b * points + i] / (heat.is_rate ? heat.seconds[i] : 1));
    json.end_array();
  }
  json.end_array().end_object();
  return json.text();
}

}  // namespace trigloop::serve
