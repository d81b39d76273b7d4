#pragma once
// Packed files (Data.h5) as inputs: their scaled numbers as the hardware integers that they were.
#include <memory>
#include <string>
#include <vector>

#include "curate/input.hpp"

namespace trigloop::curate {

/// Events of a group: "Background_data/Test", "Signal_data/NAME". Errors: mismatch, if there is no such group, if it
/// has other objects than `settings`, or (while reading) if what stands there never was hardware integers.
std::unique_ptr<EventInput> open_packed(std::shared_ptr<const io::Source> source, const std::string& table,
                                        const Settings& settings);

/// The names of its signal sets.
std::vector<std::string> packed_signals(const io::Source& source);

}  // namespace trigloop::curate
