#pragma once
// What one thread counts of the network's inputs: every feature, the numbers of objects, pt by region of |eta|.
//
// Events wait in rows until there are some hundred. A histogram's few cache lines are then fetched once for all of
// them; counted tile by tile, each of the eighty histograms would have left the cache in between.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "event/columns.hpp"
#include "event/tile.hpp"
#include "scout/pass/bind.hpp"
#include "scout/pass/dense_counts.hpp"
#include "scout/record/counts.hpp"

namespace trigloop::scout {

class InputCounter {
 public:
  /// The binding must outlive it.
  explicit InputCounter(const Binding& binding);

  /// Events [begin, end) of a tile, whose event i is entry `first` + i of `window`.
  void take(const event::Tile& tile, const event::Columns& window, std::size_t first, std::size_t begin,
            std::size_t end);
  /// Adds everything to `into`, and starts over.
  void drain(InputHistograms& into);
  /// Memory, more or less.
  static std::uint64_t bytes(const Binding& binding);

 private:
  static constexpr std::size_t most_waiting = 512;

  void count_waiting();
  void count_regions(const EtaRegions& regions);

  const Binding& binding_;
  std::vector<DenseCounts> counts_;
  std::vector<std::int16_t> features_;        ///< [features][most_waiting]
  std::vector<std::int32_t> multiplicities_;  ///< [multiplicities][most_waiting]
  std::size_t waiting_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace trigloop::scout
