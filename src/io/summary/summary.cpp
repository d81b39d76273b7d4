#include "io/summary/summary.hpp"

#include <algorithm>
#include <chrono>

#include "core/interrupt.hpp"
#include "io/summary/pattern.hpp"
#include "io/summary/read.hpp"

namespace trigloop::io {
namespace {

bool is_chosen(const TableInfo& table, const SourceInfo& info, const SummaryOptions& options) {
  if (!options.table.empty() && table.name != options.table) return false;
  if (options.all_cycles) return true;
  if (options.cycle != 0) return table.cycle == options.cycle;
  // Of several cycles the highest comes first.
  return &*std::ranges::find(info.tables, table.name, &TableInfo::name) == &table;
}

bool is_chosen(const ColumnInfo& column, const SummaryOptions& options) {
  const bool listed = options.only.empty() || std::ranges::find(options.only, column.name) != options.only.end();
  return listed && matches_any(options.columns, column.name);
}

TableSummary begin_table(const TableInfo& table, const SummaryOptions& options) {
  TableSummary summary{table.name, table.cycle, table.entries, {}};
  for (const ColumnInfo& column : table.columns) {
    if (!is_chosen(column, options)) continue;
    ColumnSummary& one = summary.columns.emplace_back();
    one.info = column;
    if (column.type) one.statistics = Statistics(*column.type);
  }
  return summary;
}

std::vector<TableSummary> choose_tables(const SourceInfo& info, const SummaryOptions& options) {
  if (!options.table.empty()) find_table(info, options.table, options.cycle);
  std::vector<TableSummary> tables;
  bool any_column = options.columns.empty();
  for (const TableInfo& table : info.tables) {
    if (!is_chosen(table, info, options)) continue;
    tables.push_back(begin_table(table, options));
    any_column |= !tables.back().columns.empty();
  }
  if (tables.empty() && options.cycle != 0) {
    throw core::Error(core::ErrorCode::mismatch, "has no table of cycle " + std::to_string(options.cycle))
        .file(info.path.native())
        .remedy("--all-cycles shows which there are");
  }
  if (!any_column) {
    throw core::Error(core::ErrorCode::mismatch, "has no column that fits '" + options.columns + "'")
        .file(info.path.native())
        .remedy("--no-values lists the columns at once");
  }
  return tables;
}

void time_column(const Source& source, const TableSummary& table, ColumnSummary& column) {
  const Selection selection{table.name, table.cycle, {column.info.name}};
  const auto start = std::chrono::steady_clock::now();
  const auto reader = source.read(selection);
  for (event::Columns cluster; reader->next(cluster);) core::stop_if_interrupted();
  column.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  column.codec = source.measure_codec(selection);
}

}  // namespace

const core::Error* Summary::first_error() const noexcept {
  for (const TableSummary& table : tables) {
    for (const ColumnSummary& column : table.columns) {
      if (column.error) return &*column.error;
    }
  }
  return nullptr;
}

Summary summarise(const Source& source, const SummaryOptions& options) {
  Summary summary{source.info(), choose_tables(source.info(), options)};
  if (!options.values) return summary;
  read_statistics(source, summary.tables, options);
  if (!options.time) return summary;
  for (TableSummary& table : summary.tables) {
    for (ColumnSummary& column : table.columns) {
      if (column.complete) time_column(source, table, column);
    }
  }
  return summary;
}

}  // namespace trigloop::io
