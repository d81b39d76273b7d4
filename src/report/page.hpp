#pragma once
// A page of figures in one HTML file: no network, light and dark, any width, printable. The drawing library is part of
// the file.
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/figure.hpp"

namespace trigloop::report {

/// A chapter of a long page, listed in its table of contents.
struct Section {
  std::string title, text;
  std::vector<Table> tables = {};
  std::vector<Figure> figures = {};
  std::vector<std::string> absent = {};  ///< what belongs here and was not recorded, each with its reason
};

struct Page {
  std::string title, subtitle;
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, shown above the figures
  std::vector<Figure> figures = {};
  std::vector<Table> tables = {};          ///< below the figures
  std::vector<std::string> warnings = {};  ///< above all else
  std::vector<Section> sections = {};      ///< below the tables
  std::string text = {};                   ///< long text at the end, such as a configuration
  std::string text_title = {};
};

/// The page as HTML. Error: unsupported, if there are figures and this build has no drawing library in it.
std::string as_html(const Page& page);
/// Writes it; the file appears whole or not at all. Errors: those of as_html; output.
void write_page(const Page& page, const std::filesystem::path& path);

/// All figures of a page in their order: those of the page, then those of its sections.
std::vector<const Figure*> figures_of(const Page& page);
/// The figures as JSON, as they stand in the page: {"figures": [...]}.
std::string figures_as_json(const std::vector<const Figure*>& figures);
std::string figures_as_json(const std::vector<Figure>& figures);
/// All that the page shows, as JSON: {"version": 1, "title", "facts", "warnings", "sections": [{"title", "tables",
/// "figures", "absent"}], ...}; figures as in the page.
std::string as_json(const Page& page);

/// plotly.js, or "" if the build did not find it.
std::string_view drawing_library();

}  // namespace trigloop::report
