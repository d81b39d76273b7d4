#include "scout/run/choice.hpp"

#include <glob.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "core/error.hpp"
#include "io/any/any.hpp"

namespace trigloop::scout {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

std::vector<fs::path> expand(const std::vector<std::string>& patterns) {
  std::vector<fs::path> paths;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(paths, fs::path(name)) == paths.end()) paths.emplace_back(name);
  };
  for (const std::string& pattern : patterns) {
    std::error_code ignored;
    if (pattern.find_first_of("*?[") == std::string::npos || fs::exists(pattern, ignored)) {
      add(pattern);
      continue;
    }
    glob_t found{};
    const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);
    for (std::size_t i = 0; i < found.gl_pathc; ++i)
      if (!io::is_companion(found.gl_pathv[i])) add(found.gl_pathv[i]);
    ::globfree(&found);
    if (failed != 0) throw Error(ErrorCode::not_found, "no file matches").file(pattern);
  }
  return paths;
}

std::function<bool(event::LumiKey)> part(const std::string& text) {
  std::uint32_t i = 0, n = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, i);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '/') {
    const auto second = std::from_chars(first.ptr + 1, end, n);
    if (second.ec == std::errc() && second.ptr == end && i < n) {
      return [i, n](event::LumiKey lumi) { return lumi.lumisection % n == i; };
    }
  }
  throw Error(ErrorCode::usage, "'" + text + "' is no part: it must be i/n with i below n, as 0/4");
}

}  // namespace trigloop::scout
