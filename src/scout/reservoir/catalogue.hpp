#pragma once
// The reservoirs of output folders, with what their records tell.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "score/spectrum.hpp"
#include "scout/record/reservoir_file.hpp"

namespace trigloop::scout {

struct ReservoirEntry {
  std::filesystem::path path;
  ReservoirHead head;
  std::uint64_t bytes = 0;
  score::Exposure exposure;  ///< of the lumisection; what is not known is 0
  std::string model;         ///< SHA-256
  bool complete = true;      ///< the lumisection is
};

/// By lumisection; of those that `wanted` holds (all, if empty). A reservoir that goes, or is made anew, meanwhile is
/// left out, as are those that belong to no record. Errors: not_found, for a folder that is not there; mismatch, if a
/// lumisection is in two of them; those of reading.
std::vector<ReservoirEntry> find_reservoirs(const std::vector<std::filesystem::path>& outputs,
                                            const std::function<bool(event::LumiKey)>& wanted = {},
                                            unsigned threads = 0);

}  // namespace trigloop::scout
