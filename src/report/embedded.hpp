#pragma once
// Files that the build puts into the program, beside the drawing library of page.hpp.
#include <string_view>

namespace trigloop::report {

/// page.css and page.js of this folder. The script draws the JSON of a page in the colours of the reader's choice.
std::string_view page_style();
std::string_view page_script();

}  // namespace trigloop::report
