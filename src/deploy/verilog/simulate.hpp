#pragma once
// A written project in Verilator: compiled once, then events to scores.
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace trigloop::deploy {

struct SimulateOptions {
  unsigned threads = 1;  ///< that compile and simulate
};

/// Compiles sim/ of the project unless that is done (some seconds to a minute). Errors: not_found, if make or Verilator
/// are not installed; internal, with their message, if they fail.
void compile_simulation(const std::filesystem::path& project, const SimulateOptions& options = {});

/// Score codes of events (row-major, `features` each; hardware integers or codes of the network's input) as the
/// Verilog computes them. Compiles first where needed.
std::vector<std::int64_t> simulate(const std::filesystem::path& project, std::span<const std::int64_t> events,
                                   std::size_t features, const SimulateOptions& options = {});
std::vector<std::int64_t> simulate(const std::filesystem::path& project, std::span<const std::int16_t> events,
                                   std::size_t features, const SimulateOptions& options = {});

}  // namespace trigloop::deploy
