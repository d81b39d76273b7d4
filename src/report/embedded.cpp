// Files put into the program by the assembler. CMake passes their paths.
#include "report/embedded.hpp"

#include "report/embed.hpp"
#include "report/page.hpp"

TRIGLOOP_EMBED("style", TRIGLOOP_PAGE_CSS);
TRIGLOOP_EMBED("script", TRIGLOOP_PAGE_JS);
extern "C" const char trigloop_style_begin[], trigloop_style_end[], trigloop_script_begin[], trigloop_script_end[];
#ifdef TRIGLOOP_PLOTLY_JS
TRIGLOOP_EMBED("plotly", TRIGLOOP_PLOTLY_JS);
extern "C" const char trigloop_plotly_begin[], trigloop_plotly_end[];
#endif

namespace trigloop::report {
namespace {

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

}  // namespace

std::string_view drawing_library() {
#ifdef TRIGLOOP_PLOTLY_JS
  return between(trigloop_plotly_begin, trigloop_plotly_end);
#else
  return {};
#endif
}

std::string_view page_style() { return between(trigloop_style_begin, trigloop_style_end); }
std::string_view page_script() { return between(trigloop_script_begin, trigloop_script_end); }

}  // namespace trigloop::report
