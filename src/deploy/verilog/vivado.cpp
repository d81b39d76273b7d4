#include "deploy/verilog/vivado.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "core/error.hpp"

namespace trigloop::deploy {
namespace {

using Words = std::vector<std::string_view>;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Pieces between separators, trimmed; empty ones only where the separator is no blank.
Words split(std::string_view text, char separator) {
  Words words;
  while (true) {
    const std::size_t end = text.find(separator);
    const std::string_view word = trimmed(text.substr(0, end));
    if (!word.empty() || separator != ' ') words.push_back(word);
    if (end == text.npos) return words;
    text.remove_prefix(end + 1);
  }
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

/// "| Device       : 7vx690tffg1927-2": the value behind the name in the report's head.
std::string head(const Words& lines, std::string_view name) {
  for (const std::string_view line : lines) {
    const std::size_t colon = line.find(':');
    if (line.starts_with('|') && colon != line.npos && trimmed(line.substr(1, colon - 1)) == name) {
      return std::string(trimmed(line.substr(colon + 1)));
    }
  }
  return {};
}

/// Rows of a utilization table: "| Slice LUTs* | 31234 | 0 | 0 | 433200 | 7.21 |".
struct Row {
  double used = 0, available = 0;
};
std::optional<Row> row(const Words& lines, std::string_view name) {
  std::size_t available = 0;
  for (const std::string_view line : lines) {
    if (!line.starts_with('|')) continue;
    const Words cells = split(line.substr(1), '|');
    for (std::size_t k = 0; k < cells.size(); ++k) {
      if (cells[k] == "Available") available = k;
    }
    std::string_view label = cells[0];
    while (label.ends_with('*')) label.remove_suffix(1);
    const auto used = cells.size() > 2 ? number(cells[1]) : std::nullopt;
    if (label != name || !used) continue;
    return Row{*used, available < cells.size() ? number(cells[available]).value_or(0) : 0};
  }
  return {};
}

/// The first of several names that families of devices give the same thing.
Row row_of(const Words& lines, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const auto found = row(lines, name)) return *found;
  }
  return {};
}

[[noreturn]] void fail(const std::string& reason) { throw core::Error(core::ErrorCode::damaged, reason); }

/// The row below the first line that starts with `title`, and the line of dashes.
Words below(const Words& lines, std::string_view title) {
  for (std::size_t k = 0; k + 2 < lines.size(); ++k) {
    if (trimmed(lines[k]).starts_with(title)) return split(trimmed(lines[k + 2]), ' ');
  }
  return {};
}

/// The table of report_utilization -hierarchical; columns have other names and places in other versions.
class HierarchyTable {
 public:
  explicit HierarchyTable(const std::string_view line) : titles_(split(line.substr(1), '|')) {}

  static bool begins(std::string_view line) {
    return line.starts_with('|') && trimmed(line.substr(1)).starts_with("Instance ");
  }

  /// A row's number in the first of these columns that there is: "1528", or "1528(0.35%)" with percentages.
  double number_of(const Words& cells, std::initializer_list<std::string_view> titles) const {
    for (const std::string_view title : titles) {
      const auto k = static_cast<std::size_t>(std::ranges::find(titles_, title) - titles_.begin());
      if (k >= cells.size()) continue;
      if (const auto found = number(trimmed(cells[k].substr(0, cells[k].find('('))))) return *found;
    }
    return 0;
  }

 private:
  Words titles_;
};

/// "u_network_dense1" in `top`: "dense1".
std::string layer_of(std::string_view instance, const std::string& top) {
  const std::string prefix = "u_" + top + "_";
  if (instance.starts_with(prefix)) instance.remove_prefix(prefix.size());
  return std::string(instance);
}

}  // namespace

Utilization parse_utilization(std::string_view text) {
  const Words lines = split(text, '\n');
  const auto tables = row(lines, "Slice LUTs") ? row(lines, "Slice LUTs") : row(lines, "CLB LUTs");
  if (!tables) fail("is no utilization report: it has no row 'Slice LUTs' or 'CLB LUTs'");
  Utilization u;
  u.tool = head(lines, "Tool Version");
  u.device = head(lines, "Device");
  u.design = head(lines, "Design");
  u.state = head(lines, "Design State");
  u.tables = tables->used;
  u.available_tables = tables->available;
  u.registers = row_of(lines, {"Slice Registers", "CLB Registers"}).used;
  u.carries = row_of(lines, {"CARRY4", "CARRY8"}).used;
  u.memories = row_of(lines, {"Block RAM Tile"}).used;
  u.multipliers = row_of(lines, {"DSPs"}).used;
  return u;
}

Timing parse_timing(std::string_view text) {
  const Words lines = split(text, '\n');
  const Words summary = below(lines, "WNS(ns)");
  if (summary.size() < 5 || !number(summary[0]) || !number(summary[4])) {
    fail("is no timing summary: it has no row of numbers below 'WNS(ns)'");
  }
  Timing timing;
  timing.setup_slack = *number(summary[0]);
  timing.failing_endpoints = static_cast<int>(number(summary[2]).value_or(0));
  timing.hold_slack = *number(summary[4]);
  timing.met = text.find("All user specified timing constraints are met.") != text.npos;
  // "clk   {0.000 12.500}   25.000   40.000": the table of clocks.
  for (std::size_t k = 0; k + 2 < lines.size(); ++k) {
    if (!trimmed(lines[k]).starts_with("Clock") || lines[k].find("Waveform(ns)") == lines[k].npos) continue;
    const std::string_view first = lines[k + 2];
    const std::size_t brace = first.find('}');
    if (brace == first.npos) break;
    const Words numbers = split(trimmed(first.substr(brace + 1)), ' ');
    if (!numbers.empty()) timing.period = number(numbers[0]);
    break;
  }
  return timing;
}

std::vector<LayerUtilization> parse_layers(std::string_view text) {
  const Words lines = split(text, '\n');
  const auto head = std::ranges::find_if(lines, HierarchyTable::begins);
  if (head == lines.end()) fail("is no utilization by hierarchy: it has no table with a column 'Instance'");
  const HierarchyTable table(*head);
  std::string top;
  std::vector<LayerUtilization> layers;
  for (auto line = head + 1; line != lines.end() && (line->starts_with('|') || line->starts_with('+')); ++line) {
    if (line->starts_with('+')) continue;
    const Words cells = split(line->substr(1), '|');
    const std::size_t indent = line->find_first_not_of(' ', 1) - 2;  // two blanks a level, after the cell's own
    if (indent == 0 && top.empty()) top = cells[0];
    if (indent != 2) continue;
    layers.push_back({layer_of(cells[0], top), table.number_of(cells, {"Total LUTs"}), table.number_of(cells, {"FFs"}),
                      table.number_of(cells, {"RAMB36"}) + table.number_of(cells, {"RAMB18"}) / 2,
                      table.number_of(cells, {"DSP Blocks", "DSP48 Blocks", "DSPs"})});
  }
  if (layers.empty()) fail("has no row below the top module: report it with -hierarchical_depth 2 or more");
  return layers;
}

void write_json(core::JsonWriter& json, const Utilization& u) {
  json.begin_object().member("tool", u.tool).member("device", u.device).member("design", u.design);
  json.member("state", u.state).member("luts", u.tables).member("luts_available", u.available_tables);
  json.member("registers", u.registers).member("carries", u.carries).member("block_rams", u.memories);
  json.member("dsps", u.multipliers).end_object();
}

void write_json(core::JsonWriter& json, const Timing& t) {
  json.begin_object().member("setup_slack_ns", t.setup_slack).member("hold_slack_ns", t.hold_slack);
  json.member("failing_endpoints", t.failing_endpoints).key("period_ns");
  t.period ? json.value(*t.period) : json.null();
  json.member("met", t.met).end_object();
}

void write_json(core::JsonWriter& json, const LayerUtilization& layer) {
  json.begin_object().member("name", layer.name).member("luts", layer.tables).member("registers", layer.registers);
  json.member("block_rams", layer.memories).member("dsps", layer.multipliers).end_object();
}

}  // namespace trigloop::deploy
