#pragma once
// `.axo_shards`: the histogram of a part of a lumisection, with the orbits from which it comes.
//
// Line 1: {"bins": [0, 20000, 1], "counts": {"<bin>": count, ...}}; bin i has the scores [i, i + 1), but 19998, the
// last one, is closed: numpy.arange(0, 20000) gives 20,000 edges. Line 2: run, lumisection and orbits, as strings.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "event/lumi.hpp"
#include "scout/record/counts.hpp"

namespace trigloop::scout::stores {

/// The bin of a score, code x 2^-fraction. Error: mismatch, if the format has none: it would lose the event.
std::int64_t bin_of(std::int64_t code, int fraction);

struct Shard {
  std::string name;  ///< of its file, for people
  event::LumiKey lumi;
  Counts counts;                      ///< of whole scores
  std::vector<std::uint32_t> orbits;  ///< ascending
};

std::string format_shard(const Shard& shard);
/// Errors: damaged; mismatch, if it tells of several lumisections (its counts cannot be told apart).
Shard parse_shard(std::string_view text, const std::string& name);
Shard read_shard(const std::filesystem::path& path);

/// What was made of the shards of one lumisection.
struct Merge {
  event::LumiKey lumi;
  Counts counts;                       ///< of those that were kept
  std::vector<std::uint32_t> orbits;   ///< of those, ascending
  std::uint64_t shards = 0;            ///< kept
  std::vector<std::string> duplicate;  ///< shards with the orbits and counts of one that was kept: left out
  /// Shards that share a tenth of their orbits or more with one that was kept, but are no copies of it: left out, as
  /// nothing tells which events they have in common.
  std::vector<std::string> overlapping;
  std::uint64_t shared_orbits = 0;  ///< in two kept shards: cut in the middle, as the original cuts
};

/// Merges shards of any lumisections, by lumisection; which of several overlapping ones is kept depends on their names,
/// not on the order. The original needs exactly 32 shards and deletes all duplicates but one of all pairs; neither is
/// done here.
std::vector<Merge> merge_shards(std::vector<Shard> shards);

}  // namespace trigloop::scout::stores
