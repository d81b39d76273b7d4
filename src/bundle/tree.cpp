#include "bundle/tree.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/numbers.hpp"

namespace trigloop::bundle {

Tree::Tree(const std::filesystem::path& path) : path_(path), source_(io::hdf5::open(path)) {}

const io::TableInfo* Tree::find(const std::string& group) const {
  const auto& tables = source_->info().tables;
  const auto found = std::ranges::find(tables, group, &io::TableInfo::name);
  return found == tables.end() ? nullptr : &*found;
}

bool Tree::has(const std::string& group, const std::string& name) const {
  const io::TableInfo* table = find(group);
  return table != nullptr && std::ranges::find(table->columns, name, &io::ColumnInfo::name) != table->columns.end();
}

std::vector<std::string> Tree::sets(const std::string& group) const {
  std::vector<std::string> names;
  const io::TableInfo* table = find(group);
  if (table == nullptr) return names;
  for (const io::ColumnInfo& column : table->columns) names.push_back(column.name);
  return names;
}

std::vector<std::string> Tree::groups(const std::string& group) const {
  const std::string prefix = group.empty() ? "" : group + "/";
  std::vector<std::string> names;
  for (const io::TableInfo& table : source_->info().tables) {
    if (!table.name.starts_with(prefix) || table.name.size() == prefix.size()) continue;
    const std::string rest = table.name.substr(prefix.size());
    const std::string name = rest.substr(0, rest.find('/'));
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

std::vector<double> Tree::numbers(const std::string& group, const std::string& name) const {
  if (!has(group, name)) return {};
  std::vector<double> values = io::read_numbers(*source_, group, name, budget_);
  budget_ -= values.size();
  return values;
}

std::vector<std::string> Tree::strings(const std::string& group, const std::string& name) const {
  if (!has(group, name)) return {};
  return io::hdf5::read_strings(path_, group + "/" + name);
}

std::string Tree::attribute(const std::string& group, const std::string& name) const {
  if (!group.empty() && find(group) == nullptr && groups(group).empty()) return "";
  return io::hdf5::read_attribute(path_, group, name).value_or("");
}

}  // namespace trigloop::bundle
