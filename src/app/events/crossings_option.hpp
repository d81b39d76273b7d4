#pragma once
// A list of crossings on the command line, or a fill whose crossings they are.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace trigloop::app {

inline constexpr const char* crossings_help = "a list as 1-100,500, or a text file of such lists (# begins a comment)";

/// Errors: usage, for what is neither, naming `option`; those of reading the file.
std::vector<bool> read_crossings(const std::string& text, const std::string& option);

/// An LHC fill, and the file of conditions (docs/formats.md) that says which crossings collide in it.
struct FillOption {
  std::uint32_t fill = 0;  ///< 0: none is chosen
  std::string scheme;
};

/// Adds --fill and --fill-scheme, which need each other and exclude `crossings`.
void add_fill_options(CLI::App& command, FillOption& option, CLI::Option* crossings);
/// Error: usage, if the file does not tell.
std::vector<bool> read_crossings(const FillOption& option);

}  // namespace trigloop::app
