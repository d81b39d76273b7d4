// plotly.js, put into the program by the assembler. CMake passes its path, if it found the file.
#include <string_view>

#include "report/page.hpp"

#ifdef TRIGLOOP_PLOTLY_JS
__asm__(
    ".pushsection .rodata\n"
    ".global trigloop_plotly_begin\n"
    "trigloop_plotly_begin:\n"
    ".incbin \"" TRIGLOOP_PLOTLY_JS
    "\"\n"
    ".global trigloop_plotly_end\n"
    "trigloop_plotly_end:\n"
    ".byte 0\n"
    ".popsection\n");
extern "C" const char trigloop_plotly_begin[], trigloop_plotly_end[];
#endif

namespace trigloop::report {

std::string_view drawing_library() {
#ifdef TRIGLOOP_PLOTLY_JS
  return {trigloop_plotly_begin, static_cast<std::size_t>(trigloop_plotly_end - trigloop_plotly_begin)};
#else
  return {};
#endif
}

}  // namespace trigloop::report
