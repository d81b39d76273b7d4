#pragma once
// The fused pass: one input, file to contributions, on all cores. While a tile is in the cache its events are scored,
// asked against the menu, hashed, counted; what scores highest is kept whole. Stage stores are taps at the same place.
//
// A quick scan of two columns tells where the lumisections are. Each worker reads a portion of the entries; it counts
// the lumisection that it meets in dense arrays, and drains them into the lumisection's Partial when it leaves it. When
// the last event of a lumisection has been seen, its contribution is made and delivered, while others go on.
#include <cstdint>
#include <functional>
#include <vector>

#include "io/source.hpp"
#include "scout/pass/examiner.hpp"
#include "scout/pass/tap.hpp"
#include "scout/record/contribution.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

struct Exclusion {
  bool operator==(const Exclusion&) const = default;

  event::LumiKey lumi;
  std::vector<std::uint32_t> orbits;       ///< ascending
  std::vector<event::OrbitEntry> covered;  ///< of other orbits, first_crossing to last_crossing; ascending by both
};

/// What a network that looks on makes of the same events.
struct ShadowScores : ScoreCounts {
  std::shared_ptr<const Identity> identity;
};

/// What an input gives to a lumisection, and what of it was left out because it stood there twice.
struct Delivery {
  Contribution contribution;
  std::vector<ShadowScores> shadows;          ///< of the examiner's shadows
  std::uint64_t repeated_rows = 0;            ///< events that stood twice in the input: counted once
  std::vector<Contradiction> contradictions;  ///< orbit and crossing twice in the input, with other values
};

struct PassOptions {
  unsigned threads = 0;                        ///< 0: all cores
  std::uint64_t memory = 2ull << 30;           ///< bytes that the pass may use: it takes fewer threads, if need be
  std::uint64_t read_ahead = 0;                ///< ReadOptions::read_ahead of each thread
  std::function<bool(event::LumiKey)> wanted;  ///< which lumisections; all, if empty
  std::vector<Exclusion> exclusions;           ///< orbits to leave out
  std::vector<Tap*> taps;
  std::function<void(std::uint64_t events)> progress;  ///< called now and then, from any thread
  /// Gets each lumisection as soon as it is done, one at a time, in any order, from a thread of its own: the pass goes
  /// on meanwhile. What it throws ends the pass. If empty, they are in the result.
  std::function<void(Delivery&&)> deliver;
};

struct PassResult {
  std::vector<Delivery> deliveries;  ///< by lumisection
  std::uint64_t rows = 0;            ///< events that were read, in wanted lumisections
  std::uint64_t unwanted = 0;        ///< lumisections of the input that were not wanted
  double seconds = 0;
};

/// Examines an input. What is delivered does not depend on the number of threads. Repeated events (the same orbit and
/// crossing twice in the input) are resolved exactly: the first in the order of the file stays. A lumisection that the
/// input states to have orbits, but has no event of, is delivered, too. Errors: those of bind, of the readers, of the
/// menu; damaged, for crossings beyond 3564; interrupted.
PassResult examine(const Examiner& examiner, const io::Source& source, const InputId& input,
                   const PassOptions& options);

}  // namespace trigloop::scout
