#pragma once
// Words of a command line that mean nothing.
#include <CLI/CLI.hpp>

namespace trigloop::app {

/// The library tells of missing options before it tells of those that it does not know, and a misspelt option is both:
/// so unknown ones are looked for first. Error: usage, naming the first unknown command or option, and the nearest one.
void refuse_unknown_words(const CLI::App& program, int argc, const char* const* argv);

}  // namespace trigloop::app
