#pragma once
// Single figures for talks and papers: SVG without a browser, the same bytes on every machine.
#include <filesystem>
#include <string>

#include "report/figure.hpp"

namespace trigloop::report {

struct SvgStyle {
  int width = 800, height = 600;
  std::string label;  ///< bold, at the top left: the experiment
  std::string text;   ///< italic, behind it: "Preliminary"
  std::string right;  ///< at the top right: "13.6 TeV"
  bool title = true;  ///< shown above the figure, if there is no label
};

/// The picture. Of a choice the plot that it shows first.
std::string as_svg(const Plot& plot, const SvgStyle& style);

/// Writes an .svg, or a .png by the program rsvg-convert (Debian's librsvg2-bin), at twice the size. Errors: usage, for
/// another ending; unsupported, if that program is not there; output.
void write_picture(const std::string& svg, const std::filesystem::path& path);

}  // namespace trigloop::report
