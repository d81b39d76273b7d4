#pragma once
// A study as a page: history, parallel coordinates, importance, the Pareto front, learning curves. One file, no
// network; its script draws the JSON of `trigloop tune export` and a few facts.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trigloop::report {

struct StudyPage {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::string> metrics;  ///< names of the objectives
  std::string trials;                ///< JSON, as tune::trials_json writes it
  /// Of each parameter, how much of the objective's variation is its own, in [0, 1]; empty: not known.
  std::vector<std::pair<std::string, double>> importance = {};
  std::vector<std::string> warnings = {};
};

/// The page as HTML in one file. Error: unsupported, if this build has no drawing library in it.
std::string as_html(const StudyPage& page);
/// The same for a server that has plotly.js and study.js beside it, and forbids scripts in pages.
std::string as_served_html(const StudyPage& page);
std::string_view study_script();

}  // namespace trigloop::report
