#pragma once
// The script of packs that recomputes their numbers.
#include <string_view>

namespace trigloop::report::bundles {

/// check.py of this folder.
std::string_view check_script();

}  // namespace trigloop::report::bundles
