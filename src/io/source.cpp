#include "io/source.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace trigloop::io {
namespace {

template <class List>
[[noreturn]] void fail_missing(const SourceInfo& info, const std::string& kind, const std::string& name,
                               const List& all) {
  std::vector<std::string> names;
  for (const auto& one : all) names.push_back(one.name);
  core::Error error(core::ErrorCode::mismatch, "has no " + kind + " '" + name + "'");
  error.file(info.path.native());
  if (const std::string near = core::nearest(name, names); !near.empty()) {
    error.remedy("Did you mean '" + near + "'?");
  } else if (names.empty()) {
    error.remedy("It holds none");
  } else {
    error.remedy("`trigloop inspect` lists what is there");
  }
  throw error;
}

}  // namespace

const TableInfo& find_table(const SourceInfo& info, const std::string& name, std::uint32_t cycle) {
  const auto fits = [&](const TableInfo& t) { return t.name == name && (cycle == 0 || t.cycle == cycle); };
  const auto found = std::ranges::find_if(info.tables, fits);
  if (found != info.tables.end()) return *found;
  // A table that is there but not readable is the better answer.
  for (const Unread& unread : info.unread) {
    if (unread.name == name) {
      throw core::Error(core::ErrorCode::unsupported, unread.kind + " '" + name + "': " + unread.reason)
          .file(info.path.native());
    }
  }
  fail_missing(info, "table", cycle == 0 ? name : name + ";" + std::to_string(cycle), info.tables);
}

const ColumnInfo& find_column(const SourceInfo& info, const TableInfo& table, const std::string& name) {
  const auto found = std::ranges::find(table.columns, name, &ColumnInfo::name);
  if (found == table.columns.end()) {
    try {
      fail_missing(info, "column", name, table.columns);
    } catch (core::Error& e) {
      if (!table.name.empty()) e.in("table '" + table.name + "'");
      throw;
    }
  }
  return *found;
}

}  // namespace trigloop::io
