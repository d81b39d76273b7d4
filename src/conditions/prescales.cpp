#include "conditions/prescales.hpp"

#include "conditions/csv.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/prescale.hpp"

namespace trigloop::conditions {
namespace {

using core::Error;
using core::ErrorCode;

std::string_view trimmed(std::string_view text) {
  while (text.ends_with(' ') || text.ends_with('\r')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

std::uint32_t parse_prescale(std::string_view text) {
  const auto factor = number<double>(text);
  if (const char* fault = factor ? core::prescale_fault(*factor) : "must be a number") {
    throw Error(ErrorCode::damaged, "'" + core::escaped(text) + "' is no prescale: it " + fault);
  }
  return core::prescale_code(*factor);
}

/// The table's columns in their order; empty, if the line is no header.
std::vector<Prescales*> parse_header(PrescaleTable& table, std::string_view line) {
  const auto names = split(line, ',');
  if (trimmed(names.front()) != "seed" || names.size() < 2) {
    throw Error(ErrorCode::damaged, "is no header of prescales").remedy("The first line is seed,NAME,... of columns");
  }
  std::vector<Prescales*> columns;
  for (std::size_t i = 1; i < names.size(); ++i) {
    const auto [column, added] = table.try_emplace(std::string(trimmed(names[i])));
    if (!added) throw Error(ErrorCode::mismatch, "names the column '" + core::escaped(names[i]) + "' twice");
    columns.push_back(&column->second);
  }
  return columns;
}

void parse_row(const std::vector<Prescales*>& columns, std::string_view line) {
  const auto cells = split(line, ',');
  if (cells.size() != columns.size() + 1) {
    throw Error(ErrorCode::damaged, "has " + std::to_string(cells.size() - 1) + " prescales, and there are " +
                                        std::to_string(columns.size()) + " columns");
  }
  const std::string_view seed = trimmed(cells.front());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i]->emplace(seed, parse_prescale(trimmed(cells[i + 1]))).second) {
      throw Error(ErrorCode::mismatch, "has the seed '" + core::escaped(seed) + "' again");
    }
  }
}

}  // namespace

PrescaleTable parse_prescales(std::string_view csv, const std::string& name) {
  PrescaleTable table;
  std::vector<Prescales*> columns;
  std::size_t number_of_line = 0;
  for (const std::string_view whole : split(csv, '\n')) {
    ++number_of_line;
    const std::string_view line = trimmed(whole);
    if (line.empty() || line.starts_with('#')) continue;
    try {
      columns.empty() ? static_cast<void>(columns = parse_header(table, line)) : parse_row(columns, line);
    } catch (Error& e) {
      throw e.in("line " + std::to_string(number_of_line)).file(name);
    }
  }
  if (columns.empty()) throw Error(ErrorCode::damaged, "holds no prescales").file(name);
  return table;
}

PrescaleTable load_prescales(const std::filesystem::path& path) {
  return parse_prescales(core::read_text(path, 1u << 24), path.native());
}

}  // namespace trigloop::conditions
