#pragma once
// A toy of the whole site: a stream whose scores are stretched by an energy scale, and commands of the program that
// take no time. A "network" is a text with the scale that it learned; its scores of a lumisection are stretched by the
// lumisection's scale over its own. What the loop decides, files and writes is real.
#include <filesystem>
#include <string>
#include <vector>

namespace trigloop::test {

/// Plays `trigloop COMMAND ...` for the loop: argv as the loop gives it. Returns the exit code.
int play_command(const std::vector<std::string>& words);

/// A file of a hundred events.
void write_events(const std::filesystem::path& path);

/// The stream delivers lumisections [first, last] of the scale, and scout scores them with the model that the
/// conditions name; without conditions they are only there.
void deliver(const std::filesystem::path& site, std::uint32_t first, std::uint32_t last, double scale);

}  // namespace trigloop::test
