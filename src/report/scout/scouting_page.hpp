#pragma once
// A scouting run at a glance: one page.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/page.hpp"
#include "report/scout/objects.hpp"
#include "score/scorer.hpp"

namespace trigloop::report::scouting {

struct PageOptions {
  double raw_hz = 1000, pure_hz = 50;  ///< working points, of the sum of all lumisections
  std::size_t strangest = 5;
  std::string of;                       ///< records of this model alone, see scout::find_records; "": there is but one
  std::optional<event::Layout> layout;  ///< of the events; else the built-in one that the records name
  const score::Scorer* scorer = nullptr;  ///< if given, each strange event is shown with its objects removed
};

/// Rates by lumisection in both conventions, scores by lumisection, spectra, the strangest events. Errors: those of
/// read_tails, ObjectReader and explain.
Page scouting_page(const std::vector<std::filesystem::path>& places, const PageOptions& options = {});

}  // namespace trigloop::report::scouting
