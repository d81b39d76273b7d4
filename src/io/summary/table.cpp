#include "io/summary/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.hpp"

namespace trigloop::io {
namespace {

constexpr std::size_t widest_line = 100;
constexpr std::size_t longest_integer = 14;  ///< digits; longer ones are rounded here, and exact in the JSON

std::string short_number(const Number& number) {
  if (const auto* integer = std::get_if<core::Int128>(&number)) {
    const std::string text = core::to_string(*integer);
    return text.size() <= longest_integer ? text : fmt::format("{:.7g}", static_cast<double>(*integer));
  }
  if (const auto* real = std::get_if<double>(&number)) return fmt::format("{:.6g}", *real);
  return "-";
}

std::string ratio(std::uint64_t raw, std::uint64_t stored) {
  return stored == 0 ? "-" : fmt::format("{:.2f}", static_cast<double>(raw) / static_cast<double>(stored));
}

/// One line: cells, or a note in place of the numbers.
struct Row {
  std::vector<std::string> cells;
  std::string note;
};

std::vector<std::string> header(const SummaryOptions& options) {
  std::vector<std::string> names{"column", "type"};
  if (options.values) names.insert(names.end(), {"values", "min", "max", "sum"});
  names.insert(names.end(), {"bytes", "ratio", "codec"});
  if (options.time) names.insert(names.end(), {"ms", "codec ms", "codec/all"});
  return names;
}

Row row_of(const ColumnSummary& column, const SummaryOptions& options) {
  const ColumnInfo& info = column.info;
  Row row{{core::escaped(info.name), info.type_name}, {}};
  if (column.error) {
    row.note = "damaged: see the error";
  } else if (!info.why_not.empty() || !info.type) {
    row.note = info.why_not.empty() ? "not a number" : info.why_not;
  } else if (options.values) {
    const Statistics& s = column.statistics;
    row.cells.insert(row.cells.end(), {core::with_commas(s.values()), short_number(s.min()), short_number(s.max()),
                                       short_number(s.sum())});
  }
  if (!row.note.empty()) return row;
  row.cells.insert(row.cells.end(), {core::human_bytes(info.stored_bytes), ratio(info.raw_bytes, info.stored_bytes),
                                     info.compression.empty() ? "-" : info.compression});
  if (options.time) {
    const double share = column.seconds > 0 ? column.codec.seconds / column.seconds : 0;
    row.cells.insert(row.cells.end(),
                     {fmt::format("{:.2f}", column.seconds * 1e3), fmt::format("{:.2f}", column.codec.seconds * 1e3),
                      fmt::format("{:.0f} %", share * 100)});
  }
  if (column.statistics.nan() > 0) row.note = fmt::format("({} NaN)", core::with_commas(column.statistics.nan()));
  return row;
}

std::vector<std::size_t> widths_of(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows[0].cells.size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) widths[i] = std::max(widths[i], row.cells[i].size());
  }
  // The names get what the numbers leave; a longer name has a line for itself.
  std::size_t others = 2;
  for (std::size_t i = 1; i < widths.size(); ++i) others += widths[i] + 2;
  const std::size_t left = others + 16 < widest_line ? widest_line - others : 16;
  widths[0] = std::min(widths[0], left);
  return widths;
}

void print(std::string& out, const Row& row, const std::vector<std::size_t>& widths) {
  std::string line = fmt::format("  {:<{}}", row.cells[0], widths[0]);
  if (row.cells[0].size() > widths[0]) line += fmt::format("\n  {:<{}}", "", widths[0]);
  for (std::size_t i = 1; i < row.cells.size(); ++i) {
    line +=
        i == 1 ? fmt::format("  {:<{}}", row.cells[i], widths[i]) : fmt::format("  {:>{}}", row.cells[i], widths[i]);
  }
  if (!row.note.empty()) line += "  " + row.note;
  out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
}

void print(std::string& out, const TableSummary& table, std::string_view kind, const SummaryOptions& options) {
  const std::string cycle = table.cycle == 0 ? "" : ";" + std::to_string(table.cycle);
  out += fmt::format("\n{} {}{}: {} entries, {} columns\n", kind, table.name.empty() ? "/" : core::escaped(table.name),
                     cycle, core::with_commas(table.entries), table.columns.size());
  std::vector<Row> rows{{header(options), {}}};
  for (const ColumnSummary& column : table.columns) rows.push_back(row_of(column, options));
  const std::vector<std::size_t> widths = widths_of(rows);
  for (const Row& row : rows) print(out, row, widths);
}

}  // namespace

std::string as_table(const Summary& summary, const SummaryOptions& options) {
  const SourceInfo& info = summary.info;
  const std::string writer = info.version.empty() ? "" : " (" + info.version + ")";
  std::string out = fmt::format("{}: {}{}, {}\n", core::escaped(info.path.native()), info.format, writer,
                                core::human_bytes(info.bytes));
  for (const TableSummary& table : summary.tables)
    print(out, table, info.format == "ROOT" ? "tree" : "dataset", options);
  if (!info.unread.empty()) out += "\nnot read:\n";
  for (const Unread& unread : info.unread) {
    out += fmt::format("  {} {}: {}\n", unread.kind, core::escaped(unread.name), unread.reason);
  }
  return out;
}

}  // namespace trigloop::io
