#pragma once
// The clock of the LHC and of the CMS Level-1 trigger (CMSSW L1TriggerScouting; seconds, hertz).
#include <cstdint>

namespace trigloop::core {

inline constexpr double orbit_rate_hz = 11245.613;
inline constexpr unsigned crossings_per_orbit = 3564;  ///< bunch crossings, numbered 1..3564
inline constexpr std::uint32_t orbits_per_lumisection = 1u << 18;
inline constexpr double lumisection_seconds = orbits_per_lumisection / orbit_rate_hz;  ///< 23.31 s

}  // namespace trigloop::core
