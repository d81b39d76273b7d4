#include "io/summary/pattern.hpp"

#include <fnmatch.h>

#include <sstream>

namespace trigloop::io {

bool matches_any(const std::string& patterns, const std::string& name) {
  if (patterns.empty()) return true;
  std::istringstream list(patterns);
  for (std::string pattern; std::getline(list, pattern, ',');) {
    if (::fnmatch(pattern.c_str(), name.c_str(), 0) == 0) return true;
  }
  return false;
}

}  // namespace trigloop::io
