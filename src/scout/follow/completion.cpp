#include "scout/follow/completion.hpp"

#include <algorithm>
#include <cmath>

namespace trigloop::scout {
namespace {

/// Copies of other pieces are none.
std::uint64_t pieces_in(const Record& record) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      record.shares, [](const InputShare& share) { return share.rows > 0 || share.duplicate_orbits == 0; }));
}

/// How many of `stated` orbits must show events, if `rows` events fell on them at random: the expected number less five
/// standard deviations and one percent.
double orbits_expected(double stated, double rows) {
  const double empty = std::exp(-rows / stated);
  const double sigma = std::sqrt(stated * empty * (1 - empty));
  return 0.99 * (stated * (1 - empty) - 5 * sigma);
}

std::string missing(const Record& record, const CompletionRule& rule) {
  if (rule.pieces > 0) {
    const std::uint64_t here = pieces_in(record);
    if (here >= rule.pieces) return {};
    return std::to_string(here) + " of " + std::to_string(rule.pieces) + " pieces came";
  }
  std::uint64_t stated = 0;
  for (const InputShare& share : record.shares) stated = std::max(stated, share.orbits_stated);
  const std::uint64_t seen = record.sum.orbits.size(), rows = record.sum.orbits.events();
  if (stated == 0 ||
      static_cast<double>(seen) >= orbits_expected(static_cast<double>(stated), static_cast<double>(rows)))
    return {};
  return std::to_string(seen) + " of " + std::to_string(stated) + " orbits came";
}

}  // namespace

Decision decide(const Record& record, const CompletionRule& rule, const Waiting& waiting) {
  const std::string why = missing(record, rule);
  if (why.empty()) return {Decision::Kind::complete, {}};
  return {is_over(rule, waiting) ? Decision::Kind::incomplete : Decision::Kind::wait, why};
}

}  // namespace trigloop::scout
