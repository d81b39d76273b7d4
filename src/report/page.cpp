#include "report/page.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "report/page_text.hpp"

namespace trigloop::report {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

template <class List>
void write_list(core::JsonWriter& json, std::string_view name, const List& values) {
  json.key(name).begin_array();
  for (const auto& value : values) {
    if constexpr (requires { value.has_value(); }) {
      value ? json.value(*value) : json.null();
    } else {
      json.value(value);
    }
  }
  json.end_array();
}

template <class Kind>
void write_titles(core::JsonWriter& json, std::string_view kind, const Kind& figure) {
  json.member("kind", kind).member("title", figure.title).member("caption", figure.caption);
  json.member("x_title", figure.x_title).member("y_title", figure.y_title);
}

void write(core::JsonWriter& json, const Curves& curves) {
  write_titles(json, "curves", curves);
  json.member("steps", curves.steps).member("log_y", curves.log_y).key("series").begin_array();
  for (const Series& series : curves.series) {
    json.begin_object().member("name", series.name);
    write_list(json, "x", series.x);
    write_list(json, "y", series.y);
    if (!series.error.empty()) write_list(json, "error", series.error);
    json.end_object();
  }
  json.end_array();
}

void write(core::JsonWriter& json, const HeatMap& map) {
  write_titles(json, "heat map", map);
  json.member("z_title", map.z_title);
  if (map.log_z) json.member("log_z", true);
  write_list(json, "x", map.x);
  write_list(json, "y", map.y);
  json.key("z").begin_array();
  for (const std::vector<double>& row : map.z) {
    json.begin_array();
    for (const double z : row) json.value(z);
    json.end_array();
  }
  json.end_array();
}

std::string sections(const std::vector<Figure>& figures) {
  std::string html;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    std::visit(
        [&](const auto& figure) {
          html += "<figure><h2>" + escaped(figure.title) + "</h2><div class=\"plot\" id=\"figure" + std::to_string(i) +
                  "\" role=\"img\" aria-label=\"" + escaped(figure.title + ": " + figure.caption) +
                  "\"></div><figcaption>" + escaped(figure.caption) + "</figcaption></figure>\n";
        },
        figures[i]);
  }
  return html;
}

std::string row(const std::vector<std::string>& cells, const char* tag) {
  std::string html = "<tr>";
  for (const std::string& cell : cells) html += "<" + std::string(tag) + ">" + escaped(cell) + "</" + tag + ">";
  return html + "</tr>\n";
}

std::string tables(const std::vector<Table>& tables) {
  if (tables.empty()) return "";
  std::string html = "<section class=\"tables\">\n";
  for (const Table& table : tables) {
    html += "<figure><h2>" + escaped(table.title) + "</h2><figcaption>" + escaped(table.caption) +
            "</figcaption><div class=\"scroll\"><table><thead>" + row(table.headers, "th") + "</thead><tbody>\n";
    for (const auto& cells : table.rows) html += row(cells, "td");
    html += "</tbody></table></div></figure>\n";
  }
  return html + "</section>\n";
}

std::string facts(const Page& page) {
  std::string html = "<dl>";
  for (const auto& [name, value] : page.facts) {
    html += "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd></div>";
  }
  return html + "</dl>\n";
}

}  // namespace

std::string figures_as_json(const std::vector<Figure>& figures) {
  core::JsonWriter json;
  json.begin_object().key("figures").begin_array();
  for (const Figure& figure : figures) {
    json.begin_object();
    std::visit([&](const auto& one) { write(json, one); }, figure);
    json.end_object();
  }
  json.end_array().end_object();
  return json.text();
}

std::string as_html(const Page& page) {
  if (drawing_library().empty()) {
    throw core::Error(core::ErrorCode::unsupported, "this build of trigloop cannot draw: plotly.js was not found")
        .remedy("Build with `./run build`, which installs it into .venv");
  }
  std::string html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
  html += page_head;
  html += "<title>" + escaped(page.title) + "</title>\n<style>";
  html += page_style;
  html += "</style></head>\n<body><header><h1>" + escaped(page.title) + "</h1><p>" + escaped(page.subtitle) + "</p>" +
          facts(page) + "</header>\n<main>\n" + sections(page.figures) + "</main>\n" + tables(page.tables) + "\n";
  html += "<noscript>The figures need JavaScript; their numbers stand in this file as JSON.</noscript>\n";
  html += "<script type=\"application/json\" id=\"data\">" + figures_as_json(page.figures) + "</script>\n<script>";
  html += drawing_library();
  html += "</script>\n<script>";
  html += page_script;
  html += "</script>\n</body></html>\n";
  return html;
}

void write_page(const Page& page, const std::filesystem::path& path) {
  const std::string html = as_html(page);
  core::OutputFile file(path);
  file.write(std::string_view(html));
  file.commit();
}

}  // namespace trigloop::report
