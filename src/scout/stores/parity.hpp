#pragma once
// Two histograms of one lumisection, from the Scouting Analyser and from us, or from two of our runs: what differs, and
// why. A difference is explained if a stated cause accounts for it to the last event, or, where the cause is a random
// part of the data (a shard too few or too many), within what chance allows.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "event/lumi.hpp"
#include "score/spectrum.hpp"
#include "scout/record/counts.hpp"

namespace trigloop::scout::stores {

/// What a folder tells of a lumisection.
struct LumiScores {
  bool native = false;       ///< from a record; else from an .axo file, which has bins of whole scores up to 19,999
  Counts whole;              ///< by whole score, rounded down
  std::uint64_t at_end = 0;  ///< records: events of score 19,999 exactly, which an .axo file has in its bin 19,998
  Counts noncolliding;       ///< records: events in other crossings, by whole score; not in `whole`
  score::Exposure exposure;
  bool orbits_stated = false;  ///< records: the inputs tell how many orbits were seen, empty ones included
  std::uint64_t repeated_rows = 0, duplicate_orbits = 0;  ///< records: left out of `whole`
};

enum class Cause : std::uint8_t {
  beyond_last_bin,    ///< scores above 19,999 have no bin in an .axo file: they are dropped
  closed_last_bin,    ///< a score of 19,999 stands in bin 19,998
  noncolliding,       ///< events in crossings that do not collide are counted apart
  repeated_rows,      ///< rows that stand twice in an input were counted twice
  missing_orbits,     ///< a part of the data was not counted
  doubled_orbits,     ///< a part of the data was counted more than once
  neighbouring_bins,  ///< float scores fell on the other side of a bin's edge
  exposure,           ///< what was looked at is stated differently, or by one side alone
  only_old,
  only_new,  ///< the lumisection is on one side alone
  unexplained,
};
/// "beyond_last_bin"
std::string_view name_of(Cause cause);

struct Difference {
  Cause cause = Cause::unexplained;
  bool explained = false;
  std::uint64_t events = 0;
  std::string text;  ///< a sentence
};

struct LumiParity {
  event::LumiKey lumi;
  std::uint64_t old_rows = 0, new_rows = 0;
  std::vector<Difference> differences;
  bool equal() const noexcept { return differences.empty(); }
  bool explained() const noexcept;
};

/// What makes `old_one` of `new_one`.
LumiParity compare(event::LumiKey lumi, const LumiScores& old_one, const LumiScores& new_one);

/// Lumisections of a folder: records, and `.axo` files where there is no record. Errors: not_found, if there are none;
/// damaged.
std::map<event::LumiKey, LumiScores> read_scores(const std::filesystem::path& folder);

/// All lumisections of two folders, ascending.
std::vector<LumiParity> compare_folders(const std::filesystem::path& old_folder,
                                        const std::filesystem::path& new_folder);

/// One JSON object (docs/formats.md, "scout parity --json").
std::string format_json(const std::vector<LumiParity>& parities);

}  // namespace trigloop::scout::stores
