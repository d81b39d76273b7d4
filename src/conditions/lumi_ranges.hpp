#pragma once
// Lumisections as people write them: "396102", "396102:214-300,310".
#include <string>
#include <vector>

#include "conditions/certification.hpp"

namespace trigloop::conditions {

/// Runs, or ranges of lumisections of them ("214-": to the end). Error: usage, with the text.
Certification parse_lumisections(const std::vector<std::string>& texts);

}  // namespace trigloop::conditions
