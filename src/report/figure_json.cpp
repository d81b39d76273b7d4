// Figures as the JSON that page.js draws, and whole pages as JSON for machines.
#include "core/json_writer.hpp"
#include "report/page.hpp"

namespace trigloop::report {
namespace {

using core::JsonWriter;

void write_grid(JsonWriter& json, const std::vector<std::vector<double>>& grid) {
  json.key("z").begin_array();
  for (const std::vector<double>& row : grid) {
    json.begin_array();
    for (const double z : row) json.value(z);
    json.end_array();
  }
  json.end_array();
}

void write_series(JsonWriter& json, std::string_view name, const std::vector<Series>& list) {
  json.key(name).begin_array();
  for (const Series& series : list) {
    json.begin_object().member("name", series.name);
    if (!series.x.empty()) json.array("x", series.x);
    json.array("y", series.y);
    if (!series.error.empty()) json.array("error", series.error);
    if (!series.low.empty()) json.array("low", series.low);
    if (!series.high.empty()) json.array("high", series.high);
    json.end_object();
  }
  json.end_array();
}

template <class Kind>
void write_titles(JsonWriter& json, std::string_view kind, const Kind& figure) {
  json.member("kind", kind).member("title", figure.title).member("caption", figure.caption);
  if constexpr (requires { figure.x_title; }) json.member("x_title", figure.x_title);
  if constexpr (requires { figure.y_title; }) json.member("y_title", figure.y_title);
}

void write(JsonWriter& json, const Curves& curves) {
  write_titles(json, "curves", curves);
  json.member("steps", curves.steps);
  if (curves.log_x) json.member("log_x", true);
  json.member("log_y", curves.log_y);
  write_series(json, "series", curves.series);
  if (curves.marks.empty()) return;
  json.key("marks").begin_array();
  for (const Mark& mark : curves.marks) json.begin_object().member("name", mark.name).member("x", mark.x).end_object();
  json.end_array();
}

void write(JsonWriter& json, const HeatMap& map) {
  write_titles(json, "heat map", map);
  json.member("z_title", map.z_title);
  if (map.log_z) json.member("log_z", true);
  json.array("x", map.x);
  json.array("y", map.y);
  write_grid(json, map.z);
  if (!map.over.empty()) write_series(json, "over", map.over);
}

void write(JsonWriter& json, const Rows& rows) {
  write_titles(json, "rows", rows);
  json.member("log_x", rows.log_x);
  json.array("names", rows.names);
  write_series(json, "series", rows.series);
}

void write(JsonWriter& json, const Contours& contours) {
  write_titles(json, "contours", contours);
  json.array("x", contours.x);
  json.array("y", contours.y);
  json.array("held", contours.held);
  json.key("layers").begin_array();
  for (const Contours::Layer& layer : contours.layers) {
    json.begin_object().member("name", layer.name);
    write_grid(json, layer.z);
    json.end_object();
  }
  json.end_array();
}

void write(JsonWriter& json, const Choice& choice) {
  write_titles(json, "choice", choice);
  json.member("label", choice.label);
  if (choice.chosen != 0) json.member("chosen", choice.chosen);
  json.key("plots").begin_array();
  for (const auto& [name, plot] : choice.plots) {
    json.begin_object().member("name", name).key("plot").begin_object();
    std::visit([&](const auto& one) { write(json, one); }, plot);
    json.end_object().end_object();
  }
  json.end_array();
}

void write(JsonWriter& json, const Table& table) {
  json.begin_object().member("title", table.title).member("caption", table.caption);
  json.array("headers", table.headers);
  json.key("rows").begin_array();
  for (const auto& row : table.rows) {
    json.begin_array();
    for (const std::string& cell : row) json.value(cell);
    json.end_array();
  }
  json.end_array().end_object();
}

void write_figures(JsonWriter& json, const std::vector<const Figure*>& figures) {
  json.key("figures").begin_array();
  for (const Figure* figure : figures) {
    json.begin_object();
    std::visit([&](const auto& one) { write(json, one); }, *figure);
    json.end_object();
  }
  json.end_array();
}

std::vector<const Figure*> pointers(const std::vector<Figure>& figures) {
  std::vector<const Figure*> result;
  for (const Figure& figure : figures) result.push_back(&figure);
  return result;
}

void write_parts(JsonWriter& json, const std::vector<Table>& tables, const std::vector<Figure>& figures) {
  json.key("tables").begin_array();
  for (const Table& table : tables) write(json, table);
  json.end_array();
  write_figures(json, pointers(figures));
}

}  // namespace

std::string figures_as_json(const std::vector<const Figure*>& figures) {
  JsonWriter json;
  json.begin_object();
  write_figures(json, figures);
  json.end_object();
  return json.text();
}

std::string figures_as_json(const std::vector<Figure>& figures) { return figures_as_json(pointers(figures)); }

std::string as_json(const Page& page) {
  JsonWriter json;
  json.begin_object().member("version", 1).member("title", page.title).member("subtitle", page.subtitle);
  json.key("facts").begin_object();
  for (const auto& [name, value] : page.facts) json.member(name, value);
  json.end_object();
  json.array("warnings", page.warnings);
  write_parts(json, page.tables, page.figures);
  json.key("sections").begin_array();
  for (const Section& section : page.sections) {
    json.begin_object().member("title", section.title);
    json.array("absent", section.absent);
    write_parts(json, section.tables, section.figures);
    json.end_object();
  }
  json.end_array();
  if (!page.text.empty()) json.member("text", page.text);
  json.end_object();
  return json.text();
}

std::vector<const Figure*> figures_of(const Page& page) {
  std::vector<const Figure*> all;
  for (const Figure& figure : page.figures) all.push_back(&figure);
  for (const Section& section : page.sections)
    for (const Figure& figure : section.figures) all.push_back(&figure);
  return all;
}

}  // namespace trigloop::report
