#pragma once
// One figure of a page, by name.
#include <string>
#include <vector>

#include "report/page.hpp"

namespace trigloop::report {

/// "Score against pile-up" -> "score-against-pile-up".
std::string short_name(const std::string& title);
/// The short names of all figures, with what can be chosen: "roc", "scores-of-signals".
std::vector<std::string> figure_names(const Page& page);
/// The plot of that name; of a choice the one of `chosen`, or the first that is shown. It bears a title and a caption.
/// Errors: not_found, for names that are not there, with the nearest one as remedy.
Plot pick_plot(const Page& page, const std::string& name, const std::string& chosen);

}  // namespace trigloop::report
