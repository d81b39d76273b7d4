#pragma once
// What of the data a run is about: which files, and which lumisections of them.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "event/lumi.hpp"

namespace trigloop::scout {

/// Files and stores that names and patterns (`*`, `?`, `[]`) mean, each once, in the order given, patterns sorted; what
/// is read together with another file (io::is_companion) is none of a pattern's. Error: not_found, for a pattern
/// without any match.
std::vector<std::filesystem::path> expand(const std::vector<std::string>& patterns);

/// "i/n": the lumisections whose number modulo n is i. Error: usage.
std::function<bool(event::LumiKey)> part(const std::string& text);

}  // namespace trigloop::scout
