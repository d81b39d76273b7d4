#include "scout/follow/completion.hpp"

#include <algorithm>

namespace trigloop::scout {
namespace {

/// Copies of other pieces are none.
std::uint64_t pieces_in(const Record& record) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      record.shares, [](const InputShare& share) { return share.rows > 0 || share.duplicate_orbits == 0; }));
}

std::string missing(const Record& record, const CompletionRule& rule) {
  if (rule.pieces > 0) {
    const std::uint64_t here = pieces_in(record);
    if (here >= rule.pieces) return {};
    return std::to_string(here) + " of " + std::to_string(rule.pieces) + " pieces came";
  }
  return missing_orbits(record.shares);
}

}  // namespace

Decision decide(const Record& record, const CompletionRule& rule, const Waiting& waiting) {
  const std::string why = missing(record, rule);
  if (why.empty()) return {Decision::Kind::complete, {}};
  return {is_over(rule, waiting) ? Decision::Kind::incomplete : Decision::Kind::wait, why};
}

}  // namespace trigloop::scout
