#pragma once
// Reads all values of many columns on many threads.
#include <vector>

#include "io/summary/summary.hpp"

namespace trigloop::io {

/// Fills `statistics`, `complete` and `error` of every readable column of `tables`. Error: interrupted.
void read_statistics(const Source& source, std::vector<TableSummary>& tables, const SummaryOptions& options);

}  // namespace trigloop::io
