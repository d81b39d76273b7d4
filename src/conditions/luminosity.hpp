#pragma once
// Luminosity by lumisection, as `brilcalc lumi --byls` writes it in CSV:
//
//     #run:fill,ls,time,beamstatus,E(GeV),delivered(hz/ub),recorded(hz/ub),avgpu,source
//     396102:10732,214:214,07/14/25 05:55:26,STABLE BEAMS,6800,18423.1,18102.7,52.3,HFOC
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "event/lumi.hpp"

namespace trigloop::conditions {

struct LumiRow {
  std::uint32_t fill = 0;
  double delivered = 0, recorded = 0;  ///< in the unit of the file
  double pileup = 0;                   ///< mean number of collisions of a crossing
};

using Luminosity = std::map<event::LumiKey, LumiRow>;

/// Columns are found by the header, whose line may be behind '#'. Errors: damaged, with the line; mismatch, if columns
/// are missing or a lumisection comes twice.
Luminosity parse_luminosity(std::string_view text, const std::string& name);
Luminosity load_luminosity(const std::filesystem::path& path);

}  // namespace trigloop::conditions
