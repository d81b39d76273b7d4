#pragma once
// The fused pass: one input, file to contributions, on all cores. While a tile is in the cache its events are scored,
// asked against the menu, hashed, counted; what scores highest is kept whole. Stage stores are taps at the same place.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "event/layout.hpp"
#include "event/tile.hpp"
#include "io/source.hpp"
#include "menu/menu.hpp"
#include "score/engine.hpp"
#include "scout/contribution.hpp"
#include "scout/record.hpp"
#include "scout/tap.hpp"

namespace trigloop::scout {

/// What examines events; immutable, shared by all inputs and threads.
struct Examiner {
  event::Layout layout;
  std::shared_ptr<const score::Engine> engine;
  std::optional<menu::Menu> menu;
  Identity identity;
};

/// Builds the examiner and its identity. Errors: those of loading and compiling; mismatch, if model and layout disagree
/// on the number of features.
struct ExaminerOptions {
  std::string model, engine, layout, menu;  ///< file names or built-in names; menu "": none
  StreamDescription stream;
  TailRule tail;
  std::uint32_t inputs_every = 8;
};
Examiner make_examiner(const ExaminerOptions& options);

struct Exclusion {
  event::LumiKey lumi;
  std::vector<std::uint32_t> orbits;       ///< ascending
  std::vector<event::OrbitEntry> covered;  ///< of other orbits, first_crossing to last_crossing; ascending by both
};

struct PassOptions {
  unsigned threads = 0;                        ///< 0: all cores
  std::uint64_t memory = 2ull << 30;           ///< bytes that the pass may use in all
  std::function<bool(event::LumiKey)> wanted;  ///< which lumisections; all, if empty
  std::vector<Exclusion> exclusions;           ///< orbits to leave out
  std::vector<Tap*> taps;
  std::function<void(std::uint64_t events)> progress;  ///< called now and then, from any thread
};

struct PassResult {
  std::vector<Contribution> contributions;    ///< by lumisection
  std::uint64_t repeated_rows = 0;            ///< events that stood twice in the input: counted once
  std::vector<Contradiction> contradictions;  ///< orbit and crossing twice in the input, with other values
  std::uint64_t rows = 0, stored_bytes = 0;
  double seconds = 0;
};

/// Examines an input. The result does not depend on the number of threads. Repeated events (the same orbit and crossing
/// twice in the input) are resolved exactly: the first in the order of the file stays. Errors: those of bind, of the
/// readers, of the menu; interrupted.
PassResult examine(const Examiner& examiner, const io::Source& source, const InputId& input,
                   const PassOptions& options);

/// 64-bit hash of an event's crossing and features: what OrbitEntry::hash sums. The same on every machine; part of the
/// record's format.
void hash_events(const event::Tile& tile, std::span<std::uint64_t> hashes);

}  // namespace trigloop::scout
