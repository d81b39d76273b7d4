#pragma once
// What one thread counts of one lumisection while tiles pass by; drained into the lumisection's Partial now and then.
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "event/columns.hpp"
#include "menu/evaluator.hpp"
#include "scout/pass/bind.hpp"
#include "scout/pass/input_counter.hpp"
#include "scout/pass/score_counter.hpp"
#include "scout/record/contribution.hpp"

namespace trigloop::scout {

/// A contribution in the making, shared by the threads that work on its lumisection.
struct Partial {
  Contribution sum;  ///< without orbits; `pure` holds the events that some seed took, until they are subtracted
  std::vector<ScoreCounts> shadows;  ///< of the examiner's shadows, in their order; `pure` as above
  std::vector<event::OrbitEntry> stretches;
  std::vector<std::uint32_t> doubtful;  ///< of stretches that were joined already
  std::uint64_t events = 0;             ///< how many there will be; 0: not known
  /// Codes below which nothing was offered to the tails of the network and of the shadows, on a guess.
  std::vector<std::int64_t> tail_guesses;
  std::mutex mutex;
};

/// A tile of one lumisection with all that is known of its events. Event i is entry `first` + i of `window`.
struct TileEvents {
  const event::Tile& tile;
  std::span<const std::int32_t> codes;
  std::span<const std::span<const std::int32_t>> shadow_codes;  ///< of the examiner's shadows, in their order
  std::span<const std::uint64_t> hashes;
  const event::Columns& window;
  std::size_t first = 0;
  const menu::Fired* fired = nullptr;  ///< of the window, any seed alone; null without a menu
  menu::Evaluator* menu = nullptr;     ///< what seeds took an event of the window
};

class Accumulator {
 public:
  Accumulator(const Examiner& examiner, const Binding& binding);

  void take(const TileEvents& events);
  /// Adds everything to `into`, that of the lumisection, and goes on with it.
  void drain(Partial& into);
  /// Memory, more or less.
  static std::uint64_t bytes(const Examiner& examiner, const Binding& binding);

  /// Turns to another lumisection; all of the last one must be drained. What is in its Partial already tells which
  /// events are not worth gathering.
  void turn_to(event::LumiKey lumi, Partial& partial);
  event::LumiKey lumi() const noexcept { return lumi_; }
  std::uint64_t rows() const noexcept { return rows_; }
  /// It must be drained before it takes more: bins have 32 bits, orbits that are torn to pieces take memory, and what
  /// others have drawn tells which events need not be gathered any more.
  bool full() const noexcept {
    return rows_ >= most_rows || stretches_.size() >= most_stretches || reservoir_.size() >= most_drawn;
  }

 private:
  static constexpr std::uint64_t most_rows = 1u << 31;
  static constexpr std::size_t most_stretches = std::size_t{1} << 16;
  static constexpr std::size_t most_drawn = 4096;

  void count_scores(const TileEvents& events);
  void count_crossings(const TileEvents& events);
  void take_orbits(const TileEvents& events);
  TailEvent whole_event(const TileEvents& events, std::size_t i) const;
  void take_reservoir(const TileEvents& events);

  const Examiner& examiner_;
  const Binding& binding_;
  std::vector<ScoreCounter> scores_;  ///< of the network, then of the shadows
  std::vector<std::uint32_t> crossings_;
  std::vector<event::OrbitEntry> stretches_;
  InputCounter inputs_;
  std::uint64_t rows_ = 0;
  event::LumiKey lumi_;
  Reservoir reservoir_;
  event::TileCounts tile_counts_;
};

}  // namespace trigloop::scout
