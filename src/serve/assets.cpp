// CMake passes TRIGLOOP_PAGE_FOLDER, and has this compiled again when a file of it changes.
#include "serve/assets.hpp"

#include "core/embed.hpp"

TRIGLOOP_EMBED(dashboard_html, TRIGLOOP_PAGE_FOLDER "/dashboard.html");
TRIGLOOP_EMBED(dashboard_script, TRIGLOOP_PAGE_FOLDER "/dashboard.js");
TRIGLOOP_EMBED(dashboard_style, TRIGLOOP_PAGE_FOLDER "/dashboard.css");

namespace trigloop::serve {

std::string_view dashboard_html() { return TRIGLOOP_EMBEDDED(dashboard_html); }
std::string_view dashboard_script() { return TRIGLOOP_EMBEDDED(dashboard_script); }
std::string_view dashboard_style() { return TRIGLOOP_EMBEDDED(dashboard_style); }

}  // namespace trigloop::serve
