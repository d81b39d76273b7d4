#include "report/page.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "report/embedded.hpp"

namespace trigloop::report {
namespace {

// The policy makes a browser refuse every request, so a page cannot depend on the network.
constexpr std::string_view head = R"html(<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
)html";

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

std::string element(std::string_view tag, std::string_view text) {
  return "<" + std::string(tag) + ">" + escaped(text) + "</" + std::string(tag) + ">";
}

/// Builds the body; figures are numbered in the order of figures_of.
class Body {
 public:
  std::string of(const Page& page) {
    std::string html = "<header><h1>" + escaped(page.title) + "</h1><p>" + escaped(page.subtitle) + "</p>" +
                       list("warnings", page.warnings) + facts(page) + contents(page) + "</header>\n";
    // In a page without chapters titles of figures are the second level of headings, else the third.
    heading_ = "h2";
    html += "<main>\n" + figures(page.figures) + "</main>\n";
    if (!page.tables.empty()) html += "<section class=\"tables\">\n" + tables(page.tables) + "</section>\n";
    heading_ = "h3";
    for (std::size_t i = 0; i < page.sections.size(); ++i) html += section(page.sections[i], i);
    if (!page.text.empty()) {
      html += "<section class=\"chapter\"><h2>" + escaped(page.text_title) + "</h2><pre tabindex=\"0\">" +
              escaped(page.text) + "</pre></section>\n";
    }
    return html;
  }

 private:
  static std::string facts(const Page& page) {
    std::string html = "<dl>";
    for (const auto& [name, value] : page.facts)
      html += "<div>" + element("dt", name) + element("dd", value) + "</div>";
    return html + "</dl>\n";
  }

  static std::string list(std::string_view kind, const std::vector<std::string>& texts) {
    if (texts.empty()) return "";
    std::string html = "<ul class=\"" + std::string(kind) + "\">";
    for (const std::string& text : texts) html += element("li", text);
    return html + "</ul>\n";
  }

  static std::string contents(const Page& page) {
    if (page.sections.empty()) return "";
    std::string html = "<nav aria-label=\"Contents\"><ol>";
    for (std::size_t i = 0; i < page.sections.size(); ++i)
      html += "<li><a href=\"#section" + std::to_string(i) + "\">" + escaped(page.sections[i].title) + "</a></li>";
    return html + "</ol></nav>\n";
  }

  std::string section(const Section& section, std::size_t i) {
    std::string html = "<section class=\"chapter\" id=\"section" + std::to_string(i) + "\"><h2>" +
                       escaped(section.title) + "</h2>\n<p>" + escaped(section.text) + "</p>\n" +
                       list("absent", section.absent);
    if (!section.tables.empty()) html += "<div class=\"grid\">" + tables(section.tables) + "</div>\n";
    if (!section.figures.empty()) html += "<div class=\"grid\">" + figures(section.figures) + "</div>\n";
    return html + "</section>\n";
  }

  std::string title(std::string_view text) const { return element(heading_, text); }

  std::string figures(const std::vector<Figure>& figures) {
    std::string html;
    for (const Figure& any : figures) {
      std::visit(
          [&](const auto& figure) {
            html += "<figure>" + title(figure.title) + "<div class=\"plot\" id=\"figure" + std::to_string(number_++) +
                    "\" role=\"img\" aria-label=\"" + escaped(figure.title + ": " + figure.caption) +
                    "\"></div><figcaption>" + escaped(figure.caption) + "</figcaption></figure>\n";
          },
          any);
    }
    return html;
  }

  static std::string row(const std::vector<std::string>& cells, const char* tag) {
    std::string html = "<tr>";
    for (const std::string& cell : cells) html += element(tag, cell);
    return html + "</tr>\n";
  }

  std::string tables(const std::vector<Table>& tables) const {
    constexpr std::size_t narrow = 5;  // columns that fit beside another table
    std::string html;
    for (const Table& table : tables) {
      html += table.headers.size() > narrow ? "<figure class=\"wide\">" : "<figure>";
      html +=
          title(table.title) + "<figcaption>" + escaped(table.caption) + "</figcaption><div class=\"scroll\"><table";
      if (table.choose_by) html += " data-choose=\"" + std::to_string(*table.choose_by) + "\"";
      if (!table.chosen.empty()) html += " data-start=\"" + escaped(table.chosen) + "\"";
      html += "><thead>" + row(table.headers, "th") + "</thead><tbody>\n";
      for (const auto& cells : table.rows) html += row(cells, "td");
      html += "</tbody></table></div></figure>\n";
    }
    return html;
  }

  std::size_t number_ = 0;
  std::string_view heading_;
};

}  // namespace

std::string as_html(const Page& page) {
  const bool draws = !figures_of(page).empty();
  if (draws && drawing_library().empty()) {
    throw core::Error(core::ErrorCode::unsupported, "this build of trigloop cannot draw: plotly.js was not found")
        .remedy("Build with `./run build`, which installs it into .venv");
  }
  std::string html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
  html += head;
  html += "<title>" + escaped(page.title) + "</title>\n<style>";
  html += page_style();
  html += "</style></head>\n<body>" + Body().of(page);
  if (draws) html += "<noscript>The figures need JavaScript; their numbers stand in this file as JSON.</noscript>\n";
  html += "<script type=\"application/json\" id=\"data\">" + figures_as_json(figures_of(page)) + "</script>\n<script>";
  if (draws) html += drawing_library();
  html += "</script>\n<script>";
  html += page_script();
  html += "</script>\n</body></html>\n";
  return html;
}

void write_page(const Page& page, const std::filesystem::path& path) { core::write_file(path, as_html(page)); }

}  // namespace trigloop::report
