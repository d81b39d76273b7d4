#pragma once
// Words for a POSIX shell.
#include <string>

namespace trigloop::core {

/// `word` in quotes, where it needs them.
std::string shell_quoted(const std::string& word);

}  // namespace trigloop::core
