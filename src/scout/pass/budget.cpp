#include "scout/pass/budget.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "scout/pass/accumulator.hpp"

namespace trigloop::scout {
namespace {

constexpr std::uint64_t mebibyte = 1u << 20;
constexpr std::uint64_t least_reader_bytes =
    8 * mebibyte;  // measured: stored bytes are read in pieces of up to 512 kB a column

/// A reader holds whole units of compression. Where a table cannot be cut at less than some number of entries, that is
/// how many its units hold; buffers grow to twice their content.
std::uint64_t reader_bytes(const Binding& binding, const io::Source& source) {
  const io::TableInfo& table = io::find_table(source.info(), binding.selection.table, binding.selection.cycle);
  std::uint64_t longest = 0, raw = 0, stored = 0;
  for (const io::EntryRange& piece : source.split(binding.selection, 1024)) {
    longest = std::max(longest, piece.end - piece.begin);
  }
  for (const std::string& name : binding.selection.columns) {
    const io::ColumnInfo& column = io::find_column(source.info(), table, name);
    raw += column.raw_bytes;
    stored += column.stored_bytes;
  }
  if (table.entries == 0) return least_reader_bytes;
  const double share = static_cast<double>(longest) / static_cast<double>(table.entries);
  return least_reader_bytes + static_cast<std::uint64_t>(share * static_cast<double>(2 * raw + stored));
}

}  // namespace

unsigned threads_within(std::uint64_t memory, unsigned threads, const Examiner& examiner, const Binding& binding,
                        const io::Source& source) {
  const std::uint64_t one = reader_bytes(binding, source) + 2 * Accumulator::bytes(examiner, binding);
  if (memory < one) {
    throw core::Error(core::ErrorCode::limit, "it needs " + core::human_bytes(one) + " of memory for a thread, but " +
                                                  core::human_bytes(memory) + " are allowed")
        .file(source.info().path.native())
        .remedy("Raise --memory");
  }
  return static_cast<unsigned>(std::min<std::uint64_t>(threads, memory / one));
}

}  // namespace trigloop::scout
