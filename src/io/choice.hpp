#pragma once
// Some of the crossings of a source, as a source: whatever reads it sees these rows and no others.
#include <cstdint>
#include <memory>
#include <string>

#include "event/crossing_choice.hpp"
#include "io/source.hpp"

namespace trigloop::io {

struct ChoiceCount {
  std::uint64_t read = 0, chosen = 0, kept = 0;  ///< rows; chosen: of the crossings that are, before the prescale
};

/// The rows of a table that a choice keeps; other tables stay as they are. Keys are integer columns. Two columns are
/// read when it is made, on all cores, to know the rows. Errors: those of reading them; mismatch, if they are not
/// there.
struct ChosenRows {
  std::string table, orbit, crossing;
  event::CrossingChoice choice;
};
std::unique_ptr<Source> choose(std::shared_ptr<const Source> all, const ChosenRows& rows, ChoiceCount* count = nullptr);

}  // namespace trigloop::io
