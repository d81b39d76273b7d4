#pragma once
// The 32 Zarr groups of one input: group g has the entries [g x B, (g + 1) x B) with B = entries / 32 + 1, as the
// Scouting Analyser cuts them, in the order of the input.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "event/layout.hpp"
#include "event/tile.hpp"
#include "io/source.hpp"
#include "scout/record/contribution.hpp"
#include "scout/stores/stages.hpp"

namespace trigloop::scout::stores {

/// What stands in column 0; the others are the metadata of both stages.
struct Payload {
  const char* name;
  event::Type type;
  std::uint64_t width;
};

class GroupSet {
 public:
  /// Makes `folder` if need be. Error: output.
  GroupSet(const std::filesystem::path& folder, const InputId& input, std::uint64_t entries, const Payload& payload);
  ~GroupSet();

  /// The tile's payload (row-major) and keys. Thread-safe; each entry once.
  void put(const event::Tile& tile, const void* payload);
  /// Copies the numbers of e/gammas and jets, which tiles do not have, from the input.
  void copy_counters(const io::Source& source, const event::Layout& layout);
  /// Each group appears whole, with its WriteTime. Errors: mismatch, if entries are missing; output.
  void commit();

 private:
  class Groups;
  std::unique_ptr<Groups> groups_;
};

}  // namespace trigloop::scout::stores
