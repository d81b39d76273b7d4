#pragma once
// What an artefact needs, to be understood and to be made again.
#include <span>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace trigloop::registry {

/// The artefacts `roots`; all that they came from, through any number of runs; the reports made of the models among
/// these, with what they were made of. A run that made one of them keeps all that it is linked with, so no record of
/// what happened ever has holes.
std::vector<std::string> closure(Registry& registry, std::span<const std::string> roots);

/// The runs whose every link is among `artifacts`.
std::vector<std::string> runs_within(Registry& registry, std::span<const std::string> artifacts);

}  // namespace trigloop::registry
