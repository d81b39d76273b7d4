#pragma once
// Which two features share a row. A row costs one instruction for each output that uses either half, so the best pairs
// are features that the same outputs use.
#include <cstdint>
#include <utility>
#include <vector>

namespace trigloop::score {

/// Which outputs use a feature: one bit each.
using Users = std::vector<bool>;

/// Partners for features 0 .. users.size()-1 (all of the same length): each stands in exactly one pair; with an odd
/// number the last pair holds a feature twice. Greedy, then exchanges between two pairs until none helps.
std::vector<std::pair<std::uint32_t, std::uint32_t>> pair_features(const std::vector<Users>& users);

}  // namespace trigloop::score
