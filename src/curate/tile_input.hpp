#pragma once
// Events of a scouting ROOT file, through the built-in layout.
#include <memory>

#include "curate/input.hpp"

namespace trigloop::curate {

/// Such a file has no pile-up, and its energy sums are not those of the training samples, so it gives no ET, HT, PU and
/// L1bits. Errors: those of io::bind.
std::unique_ptr<EventInput> open_scouting(std::shared_ptr<const io::Source> source, const Settings& settings);

}  // namespace trigloop::curate
