#pragma once
// What the tests of the simulation share: a sink that keeps everything, and a hash of it.
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/sink.hpp"

namespace trigloop::test {

/// Keeps the values of every column as bytes, by "table/column".
class CollectingSink final : public io::Sink {
 public:
  std::size_t add_table(const io::TableSpec& table) override {
    tables_.push_back(table);
    entries.push_back(0);
    return tables_.size() - 1;
  }
  void append(std::size_t table, const event::Columns& cluster) override {
    const io::TableSpec& spec = tables_.at(table);
    if (cluster.columns.size() != spec.columns.size()) throw std::logic_error("columns differ from the table's");
    if (cluster.first_entry != entries[table]) throw std::logic_error("a cluster does not continue the table");
    entries[table] += cluster.entries;
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
      const event::ColumnView& view = cluster.columns[i];
      if (view.type != spec.columns[i].type) throw std::logic_error("type of " + spec.columns[i].name);
      const auto* bytes = reinterpret_cast<const char*>(view.data);
      columns[spec.name + "/" + spec.columns[i].name].append(bytes, view.values * event::size_of(view.type));
    }
  }
  void commit() override {}

  template <class T>
  std::vector<T> values(const std::string& column) const {
    const std::string& bytes = columns.at(column);
    std::vector<T> out(bytes.size() / sizeof(T));
    std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
    return out;
  }
  /// FNV-1a over all columns and names.
  std::uint64_t hash() const {
    std::uint64_t h = 0xCBF29CE484222325ull;
    const auto add = [&](const std::string& text) {
      for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    };
    for (const auto& [name, bytes] : columns) {
      add(name);
      add(bytes);
    }
    return h;
  }

  std::map<std::string, std::string> columns;
  std::vector<std::uint64_t> entries;

 private:
  std::vector<io::TableSpec> tables_;
};

}  // namespace trigloop::test
