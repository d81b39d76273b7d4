#pragma once
// A page of figures in one HTML file: no network, light and dark, any width. The drawing library is part of the file.
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "report/figure.hpp"

namespace trigloop::report {

struct Page {
  std::string title, subtitle;
  std::vector<std::pair<std::string, std::string>> facts;  ///< name and value, shown above the figures
  std::vector<Figure> figures;
  std::vector<Table> tables = {};  ///< below the figures
};

/// The page as HTML. Error: unsupported, if this build has no drawing library in it.
std::string as_html(const Page& page);
/// Writes it; the file appears whole or not at all. Errors: those of as_html; output.
void write_page(const Page& page, const std::filesystem::path& path);

/// The figures as JSON, as they stand in the page: {"figures": [...]}.
std::string figures_as_json(const std::vector<Figure>& figures);

/// plotly.js, or "" if the build did not find it.
std::string_view drawing_library();

}  // namespace trigloop::report
