#pragma once
// What a source holds: its tables and columns with minimum, maximum and sum of their values.
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "io/source.hpp"
#include "io/summary/statistics.hpp"

namespace trigloop::io {

struct SummaryOptions {
  std::string table;              ///< this table alone; empty for all
  std::uint32_t cycle = 0;        ///< this cycle alone; 0 for the highest of each table
  bool all_cycles = false;        ///< every cycle of each table
  std::string columns;            ///< names by shell patterns separated by commas ("run,L1Jet_*"); empty for all
  std::vector<std::string> only;  ///< these columns alone, by their full names; empty for all
  bool values = true;             ///< read the values; without, the file's metadata alone
  bool time = false;              ///< time decoding a column at a time, and its codec alone, on one thread
  unsigned threads = 0;           ///< 0: all cores
  bool show_progress = false;
};

struct ColumnSummary {
  ColumnInfo info;
  bool complete = false;  ///< `statistics` holds all values
  Statistics statistics;
  std::optional<core::Error> error;  ///< what stopped reading
  double seconds = 0;                ///< with `time`: reading and decoding on one thread
  CodecCost codec;                   ///< with `time`
};

struct TableSummary {
  std::string name;
  std::uint32_t cycle = 0;
  std::uint64_t entries = 0;
  std::vector<ColumnSummary> columns;
};

struct Summary {
  SourceInfo info;
  std::vector<TableSummary> tables;

  /// The first error of all columns, if any.
  const core::Error* first_error() const noexcept;
};

/// Reads what `options` ask for. A damaged column is reported in its ColumnSummary; the others are still read. The
/// result is the same for any number of threads. Errors: mismatch, if table, cycle or pattern fits nothing;
/// interrupted.
Summary summarise(const Source& source, const SummaryOptions& options);

}  // namespace trigloop::io
