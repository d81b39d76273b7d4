#pragma once
// A file to tiles, on many cores.
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "event/tile.hpp"
#include "event/tiler.hpp"
#include "io/bind.hpp"
#include "io/source.hpp"

namespace trigloop::io {

struct TileOptions {
  unsigned threads = 0;             ///< 0: all cores
  std::uint32_t cycle = 0;          ///< of the table; 0: the highest
  std::optional<EntryRange> range;  ///< which entries; all, unless said
  std::uint32_t lanes = event::Tiler::default_lanes;
  /// Entries a thread takes at a time; 0: what is best for the number of threads.
  std::uint64_t entries_per_task = 0;
  /// Small clusters: what is decoded is still in the second-level cache when tiles are made of it.
  ReadOptions read = {.cluster_entries = 1024};
};

struct TileStats {
  std::uint64_t entries = 0, tiles = 0;
  std::uint64_t stored_bytes = 0;  ///< of the columns read, compressed; of a range of entries its share
  event::TileCounts counts;
  double seconds = 0;
};

/// Cuts ranges of entries (ascending, apart) into tasks for `threads` threads. One thread takes each range in one go.
/// Several take tasks that shrink (guided self-scheduling): few cuts, at which baskets are decoded twice, and no thread
/// waits long for the last. In the order of the entries.
std::vector<EntryRange> cut_tasks(const Source& source, const Selection& selection,
                                  const std::vector<EntryRange>& ranges, unsigned threads);

/// Gets each tile while it is warm in the cache. `worker` is below the number of threads and never the same for two
/// calls at a time. Tiles come in any order: what is made of them must not depend on it.
using TileConsumer = std::function<void(unsigned worker, const event::Tile& tile)>;

/// Reads the entries of `source` as tiles of `layout`. The set of tiles is the same for any number of threads: a table
/// is cut into tasks, and the last tile of each is partial. Errors: those of bind and of the reader; interrupted.
TileStats read_tiles(const Source& source, const event::Layout& layout, const TileOptions& options,
                     const TileConsumer& consume);
/// The same for what is bound already.
TileStats read_tiles(const Source& source, const Binding& binding, const TileOptions& options,
                     const TileConsumer& consume);

}  // namespace trigloop::io
