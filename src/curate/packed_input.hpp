#pragma once
// Packed files (Data.h5) as inputs: their scaled numbers as the hardware integers that they were.
#include <memory>
#include <string>
#include <vector>

#include "curate/input.hpp"

namespace trigloop::curate {

/// What stands before the names of its groups: "data/" in complete.h5, which holds a packed file, else "".
std::string packed_root(const io::Source& source);

/// Events of a group behind packed_root: "Background_data/Test", "Signal_data/NAME". Errors: mismatch, if there is no
/// such group, if it has other objects than `settings`, or (while reading) if what stands there never was hardware
/// integers.
std::unique_ptr<EventInput> open_packed(std::shared_ptr<const io::Source> source, const std::string& group,
                                        const Settings& settings);

/// The names of its signal sets.
std::vector<std::string> packed_signals(const io::Source& source);

}  // namespace trigloop::curate
