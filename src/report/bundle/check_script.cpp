// check.py, put into the program by the assembler. CMake passes its path.
#include "report/bundle/check_script.hpp"

#include "report/embed.hpp"

TRIGLOOP_EMBED("check", TRIGLOOP_CHECK_PY);
extern "C" const char trigloop_check_begin[], trigloop_check_end[];

namespace trigloop::report::bundles {

std::string_view check_script() {
  return {trigloop_check_begin, static_cast<std::size_t>(trigloop_check_end - trigloop_check_begin)};
}

}  // namespace trigloop::report::bundles
