#pragma once
// Small ROOT files of the scouting stream.
#include <filesystem>

#include "io/root/writer.hpp"
#include "simulate/scouting.hpp"

namespace trigloop::test {

inline void write_scouting_file(const std::filesystem::path& path, std::uint32_t lumisection, std::uint64_t seed = 1,
                                std::uint32_t orbits = 2) {
  simulate::ScoutingOptions options;
  options.lumisections = 1;
  options.first_lumisection = lumisection;
  options.orbits = orbits;
  options.seed = seed;
  options.threads = 1;
  io::root::Writer writer(path, {.threads = 1});
  simulate::write_scouting(options, writer);
  writer.commit();
}

}  // namespace trigloop::test
