#pragma once
// A list of crossings on the command line.
#include <string>
#include <vector>

namespace trigloop::app {

inline constexpr const char* crossings_help = "a list as 1-100,500, or a text file of such lists (# begins a comment)";

/// Errors: usage, for what is neither, naming `option`; those of reading the file.
std::vector<bool> read_crossings(const std::string& text, const std::string& option);

}  // namespace trigloop::app
