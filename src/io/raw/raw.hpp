#pragma once
// The scouting network's own files, as the orbit files that CMSSW makes of them.
//
// A table `Events` with an entry an orbit: key, collections (offsets by crossing, members) as CMSSW's unpackers give
// them, and what was dropped. io/orbits makes events of it, as of any orbit file.
#include <filesystem>
#include <memory>
#include <string_view>

#include "io/source.hpp"

namespace trigloop::io::raw {

/// The first bytes of such a file.
inline constexpr std::string_view mark = "RAW_";

/// Opens a file together with its companions (container.hpp). Columns are there for the sources that it has data of.
/// Errors: those of open_container; reading: damaged, with orbit, source and byte offset.
std::unique_ptr<Source> open(const std::filesystem::path& path);

}  // namespace trigloop::io::raw
