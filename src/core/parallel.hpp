#pragma once
// Work on several cores.
#include <cstddef>
#include <functional>

namespace trigloop::core {

/// The number of cores that this process may use (its CPU affinity counts), at least 1.
unsigned available_cores();

/// Calls work(item, worker) for every item in [0, items), on up to `threads` threads (0: all cores). Items are taken in
/// order; `worker` is in [0, threads) and never the same for two calls at a time, so it can index scratch memory. The
/// first exception stops the rest and is thrown here.
void parallel_for(std::size_t items, unsigned threads,
                  const std::function<void(std::size_t item, unsigned worker)>& work);

}  // namespace trigloop::core
