#pragma once
// The reservoirs of an output folder: written with their records, within a budget of disk and of time.
//
// A commit writes the reservoir of the new generation, then the record of it, then removes that of the generation
// before. So whatever is killed in between, each record has its own reservoir; what no record has is swept at the next
// start. Once the reservoir of a lumisection is dropped, what comes late makes no new one: that would be of late events
// alone.
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

#include "scout/record/reservoir_file.hpp"

namespace trigloop::scout {

struct ReservoirBudget {
  std::uint64_t disk = UINT64_MAX;  ///< bytes
  double hours = 48;                ///< before the latest commit, by the times of commits
};

class ReservoirStore {
 public:
  /// `output` may have none yet. Removes what does not belong to a record of `committed`. Errors: those of reading.
  ReservoirStore(std::filesystem::path output, ReservoirBudget budget, const std::set<event::LumiKey>& committed);

  /// That of a record, to be added to; one that keeps nothing, if there is none.
  Reservoir load(event::LumiKey lumi, std::uint32_t generation) const;
  /// Before the record is written. The oldest of others are dropped where the budget needs it; nothing is written, if
  /// it would not even hold this one. Error: output.
  void write(const Record& record);
  /// After the record was written.
  void retire_others(event::LumiKey lumi, std::uint32_t generation);

 private:
  struct Kept {
    std::int64_t committed_at = 0;
    std::uint64_t bytes = 0;
  };
  using Id = std::pair<event::LumiKey, std::uint32_t>;  ///< with the generation

  std::filesystem::path path(const Id& id) const;
  void remove(std::map<Id, Kept>::iterator file);
  void make_room(const Id& id, const Kept& next);

  std::filesystem::path output_;
  ReservoirBudget budget_;
  std::map<Id, Kept> files_;
  std::uint64_t bytes_ = 0;
};

}  // namespace trigloop::scout
