// CMake passes the paths of the files.
#include "report/embedded.hpp"

#include "core/embed.hpp"
#include "report/page.hpp"

TRIGLOOP_EMBED(page_style, TRIGLOOP_PAGE_CSS);
TRIGLOOP_EMBED(page_script, TRIGLOOP_PAGE_JS);
#ifdef TRIGLOOP_PLOTLY_JS
TRIGLOOP_EMBED(plotly, TRIGLOOP_PLOTLY_JS);
#endif

namespace trigloop::report {

std::string_view drawing_library() {
#ifdef TRIGLOOP_PLOTLY_JS
  return TRIGLOOP_EMBEDDED(plotly);
#else
  return {};
#endif
}

std::string_view page_style() { return TRIGLOOP_EMBEDDED(page_style); }
std::string_view page_script() { return TRIGLOOP_EMBEDDED(page_script); }

}  // namespace trigloop::report
