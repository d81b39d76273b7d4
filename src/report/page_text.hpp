#pragma once
// The fixed parts of a page.
#include <string_view>

namespace trigloop::report {

/// Meta elements. The policy makes a browser refuse every request, so a page cannot depend on the network.
extern const std::string_view page_head;
extern const std::string_view page_style;
/// Draws the JSON of the page with plotly.js; in the colours of the reader's choice, and again when that changes.
extern const std::string_view page_script;

}  // namespace trigloop::report
