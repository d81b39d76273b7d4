#pragma once
// How many orbits of a lumisection were examined: what its inputs state, held against what their events occupy.
//
// An orbit without events leaves nothing behind, so inputs state how many they saw: of the lumisection or of their part
// of it, which no format tells. R events that fall at random on N orbits occupy N (1 - e^(-R/N)) of them. A statement
// with which that number does not agree is of orbits that did not come; then N is what gives the number that did.
#include <cstdint>
#include <string>
#include <vector>

#include "scout/record/contribution.hpp"

namespace trigloop::scout {

/// An input's part in a record.
struct InputShare {
  InputId input;
  std::uint64_t orbits_stated = 0;
  std::uint64_t rows = 0;                  ///< that were added
  std::uint64_t orbits = 0;                ///< that were added and new: their sum is the record's number of orbits
  std::uint64_t split_orbits = 0;          ///< that were added to what another input had of them
  std::uint64_t duplicate_orbits = 0;      ///< left out: already there with the same events
  std::uint64_t repeated_rows = 0;         ///< left out: twice in the input itself
  std::uint64_t contradicting_orbits = 0;  ///< left out: already there with other events
  bool operator==(const InputShare&) const = default;
};

/// Whether all inputs that brought orbits state how many they saw.
bool orbits_are_stated(const std::vector<InputShare>& shares);

/// "120000 of 262144 orbits came", if fewer orbits show events than there would be, were all of those there that an
/// input states: by more than five standard deviations and one percent. Empty: nothing is known to be missing.
std::string missing_orbits(const std::vector<InputShare>& shares);

/// Orbits examined, empty ones included where they are stated or can be told. `missing_known`: it is accepted that some
/// of those that are stated did not come; 0 then, if events are too sparse to tell how many did. Errors: mismatch, with
/// both numbers, if an input has events of more orbits than it states, or if, unaccepted, some are missing.
std::uint64_t orbits_examined(const std::vector<InputShare>& shares, bool missing_known);

}  // namespace trigloop::scout
