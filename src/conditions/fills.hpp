#pragma once
// Which crossings collide in an LHC fill, as conditions state it.
#include <cstdint>
#include <vector>

#include "conditions/conditions.hpp"

namespace trigloop::conditions {

/// The colliding crossings of a fill, [0 to 3564]: the filling scheme of its intervals. Errors: usage, if no interval
/// is of that fill, none of these states a filling scheme, two state different ones (both lines are told), or one is
/// none.
std::vector<bool> crossings_of_fill(const Conditions& conditions, std::uint32_t fill);

}  // namespace trigloop::conditions
