#pragma once
// The events of a file, scored on many cores.
#include <optional>
#include <string>
#include <vector>

#include "core/progress.hpp"
#include "event/lumi.hpp"
#include "io/source.hpp"
#include "score/scorer.hpp"

namespace trigloop::app {

struct EventsOptions {
  std::string table, column;  ///< of a file of arrays; empty: the only one that fits
  std::string layout;         ///< of a file of collections
  unsigned threads = 0;       ///< 0: all cores
  core::ProgressMode progress = core::ProgressMode::automatic;
};

/// Where the events of a file are: an array with a row of features an event, or a table that a layout describes.
struct EventsPlace {
  bool is_array = false;
  io::Selection selection;  ///< of an array
  std::uint64_t entries = 0;
};

/// Error: mismatch, if there is none, or several arrays fit.
EventsPlace find_events(const io::Source& source, std::size_t features, const EventsOptions& options);

struct ScoredEvents {
  std::vector<double> scores;                ///< of all entries in the order of the file, outputs() each
  std::vector<event::LumiKey> lumisections;  ///< of a table whose layout names them, ascending; else empty
};

ScoredEvents score_events(const io::Source& source, const score::Scorer& scorer, const EventsOptions& options);

/// Values of every node for the first `events` of an array or table, node by node, row-major.
std::vector<std::vector<double>> node_values(const io::Source& source, const score::Scorer& scorer,
                                             const EventsOptions& options);

}  // namespace trigloop::app
