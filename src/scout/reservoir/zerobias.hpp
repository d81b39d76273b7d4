#pragma once
// Reservoirs as the training package's zero-bias HDF5: full_data_cyl (N,33,3), ET, HT, event_info (N,1: pile-up),
// L1bit; beside them the key of each event and how many it stands for, and a table of the lumisections.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "scout/reservoir/catalogue.hpp"
#include "scout/reservoir/recalibration.hpp"

namespace trigloop::scout {

struct ZeroBiasOptions {
  /// Mean number of collisions in a crossing of a lumisection; where it is not known, event_info is NaN.
  std::function<std::optional<double>(event::LumiKey)> pileup;
  std::vector<std::string> moved;  ///< by an announced recalibration
  int deflate = 4;
  unsigned threads = 0;
};

struct ZeroBiasSummary {
  std::uint64_t lumisections = 0, events = 0;
  std::uint64_t dropped = 0;  ///< lumisections whose reservoir went meanwhile
  double smallest_prescale = 0, largest_prescale = 0;
};

/// Writes the events of `entries`, by lumisection, orbit and crossing. The file appears whole or not at all. Errors:
/// usage, without any event; mismatch, if reservoirs were made with different menus or objects, or without a menu (then
/// there is no L1bit); those of reading and writing.
ZeroBiasSummary write_zerobias(const std::vector<ReservoirEntry>& entries, const std::filesystem::path& path,
                               const ZeroBiasOptions& options);

}  // namespace trigloop::scout
