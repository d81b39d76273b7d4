#pragma once
// A long scouting file out of a short one.
#include <cstdint>
#include <string>

namespace trigloop::bench {

/// Writes copies of `from` until there are `events`. In each, the numbers of lumisections, and the orbits with them, go
/// on where the last ended, so that no orbit stands twice. `codec`: "zlib:9", "zstd:5". Copies are numbered from
/// `first` on, so that files of different numbers share nothing. Returns the events written.
std::uint64_t extend(const std::string& from, const std::string& to, const std::string& codec, std::uint64_t events,
                     std::uint32_t first = 0);

}  // namespace trigloop::bench
