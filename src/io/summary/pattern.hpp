#pragma once
// Column names by shell patterns.
#include <string>

namespace trigloop::io {

/// Whether `name` fits one of the patterns (`*`, `?`, `[...]`), separated by commas. No patterns: everything fits.
bool matches_any(const std::string& patterns, const std::string& name);

}  // namespace trigloop::io
