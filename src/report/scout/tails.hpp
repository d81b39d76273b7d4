#pragma once
// The kept events of a folder of records.
#include <filesystem>
#include <vector>

#include "event/lumi.hpp"
#include "scout/record/record.hpp"

namespace trigloop::report::scouting {

struct KeptEvent {
  event::LumiKey lumi;
  scout::TailEvent event;
};

struct Tails {
  scout::Identity identity;              ///< of all records
  std::vector<KeptEvent> events;         ///< best first; ties by run, lumisection, orbit and crossing
  std::vector<std::uint64_t> crossings;  ///< all events of the records in each crossing, 3565 numbers
  std::size_t lumisections = 0;
};

/// Reads the records of folders (or single records) of one identity. `top`: of all events, as many of the best; 0: all.
/// Errors: not_found, if there is no record; mismatch, if their models, menus or objects differ.
Tails read_tails(const std::vector<std::filesystem::path>& places, std::size_t top = 0);

/// "L1_SingleMu22", ...: which seeds of the menu took the event.
std::vector<std::string> seeds_of(const scout::Identity& identity, const scout::TailEvent& event);

}  // namespace trigloop::report::scouting
