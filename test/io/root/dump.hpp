#pragma once
// Writes all that a source can read to a folder, for peers to compare.
#include <filesystem>

#include "io/source.hpp"

namespace trigloop::test {

/// Per readable column a file N.values (native values) and, if jagged, N.counts (uint64); `manifest.tsv` lists them:
/// number, table, cycle, column, type, jagged, values per item. Returns the number of columns.
std::size_t dump_source(const io::Source& source, const std::filesystem::path& folder, const io::ReadOptions& options);

}  // namespace trigloop::test
