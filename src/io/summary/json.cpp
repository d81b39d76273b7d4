#include "io/summary/json.hpp"

#include <cmath>

namespace trigloop::io {
namespace {

constexpr int version = 1;

void write_number(core::JsonWriter& json, std::string_view name, const Number& number) {
  json.key(name);
  std::visit(
      [&]<class T>(const T& value) {
        if constexpr (std::is_same_v<T, std::monostate>) {
          json.null();
        } else {
          json.value(value);
        }
      },
      number);
}

void write_error(core::JsonWriter& json, const core::Error& error) {
  json.key("error").begin_object();
  json.member("code", static_cast<int>(error.code())).member("message", error.what());
  json.end_object();
}

void write_values(core::JsonWriter& json, const ColumnSummary& column, bool known) {
  const Statistics& s = column.statistics;
  json.key("values");
  known ? json.value(s.values()) : json.null();
  write_number(json, "min", known ? s.min() : Number());
  write_number(json, "max", known ? s.max() : Number());
  write_number(json, "sum", known ? s.sum() : Number());
  if (known && s.floating()) json.member("nan", s.nan()).member("infinite", s.infinite());
}

void write_column(core::JsonWriter& json, const ColumnSummary& column, const SummaryOptions& options) {
  const ColumnInfo& info = column.info;
  json.begin_object().member("name", info.name).member("type", info.type_name).member("entries", info.entries);
  write_values(json, column, column.complete);
  json.member("bytes", info.stored_bytes).member("raw_bytes", info.raw_bytes).member("compression", info.compression);
  json.key("ratio");
  info.stored_bytes == 0 ? json.null()
                         : json.value(static_cast<double>(info.raw_bytes) / static_cast<double>(info.stored_bytes));
  if (!info.why_not.empty() || !info.type) json.member("why", info.why_not.empty() ? "not a number" : info.why_not);
  if (column.error) write_error(json, *column.error);
  if (options.time && column.complete) {
    json.member("seconds", column.seconds).member("codec_seconds", column.codec.seconds);
  }
  json.end_object();
}

void write_table(core::JsonWriter& json, const TableSummary& table, const SummaryOptions& options) {
  json.begin_object().member("name", table.name).member("cycle", table.cycle).member("entries", table.entries);
  json.key("columns").begin_array();
  for (const ColumnSummary& column : table.columns) write_column(json, column, options);
  json.end_array().end_object();
}

}  // namespace

void write_json(core::JsonWriter& json, const Summary& summary, const SummaryOptions& options) {
  const SourceInfo& info = summary.info;
  json.begin_object().member("version", version).member("file", info.path.native()).member("format", info.format);
  json.member("writer", info.version).member("bytes", info.bytes);
  json.key(info.format == "ROOT" ? "trees" : "datasets").begin_array();
  for (const TableSummary& table : summary.tables) write_table(json, table, options);
  json.end_array().key("unread").begin_array();
  for (const Unread& unread : info.unread) {
    json.begin_object().member("name", unread.name).member("kind", unread.kind).member("reason", unread.reason);
    json.end_object();
  }
  json.end_array();
  if (const core::Error* error = summary.first_error()) write_error(json, *error);
  json.end_object();
}

void write_json(core::JsonWriter& json, const std::string& path, const core::Error& error) {
  json.begin_object().member("version", version).member("file", path);
  write_error(json, error);
  json.end_object();
}

}  // namespace trigloop::io
