#pragma once
// A file's tally, on many cores.
#include <cstdint>
#include <functional>

#include "io/source.hpp"
#include "menu/tally.hpp"

namespace trigloop::menu {

struct CountOptions {
  unsigned threads = 0;                              ///< 0: all cores
  std::function<void(std::uint64_t)> advance;        ///< told how many events were done; from any thread
  io::ReadOptions read = {.cluster_entries = 2048};  ///< small: what is decoded is still in the cache when asked
};

/// Evaluates all entries that `binding` was made for. The same for any number of threads. Errors: those of the reader
/// and of Evaluator::run; interrupted.
Tally count_seeds(const Binding& binding, const io::Source& source, const CountOptions& options = {});

}  // namespace trigloop::menu
