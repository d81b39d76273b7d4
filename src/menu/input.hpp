#pragma once
// The two kinds of input that a menu binds to: jagged columns by a layout, and dense rows of objects.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "menu/bind.hpp"

namespace trigloop::menu {

/// The column of that name, or null.
const io::ColumnInfo* find(const io::TableInfo& table, const std::string& name);
/// One integer, or bit, an event.
bool is_integer(const io::ColumnInfo& column);

/// What one kind of input offers: a column for an attribute of a kind, or the reason why there is none.
class Input {
 public:
  explicit Input(const io::TableInfo& table) : table_(table) {}
  virtual ~Input() = default;
  /// Makes `source` able to answer; returns "" or what is missing.
  virtual std::string provide(Kind kind, Attribute attribute, ObjectSource& source) = 0;
  /// run, orbit, crossing, where the input has them.
  virtual std::array<std::int32_t, 3> keys() { return {no_column, no_column, no_column}; }

  const io::TableInfo& table() const noexcept { return table_; }
  std::vector<std::string>& columns() noexcept { return columns_; }

  std::int32_t number_of(const std::string& column) {
    const auto at = std::ranges::find(columns_, column);
    if (at != columns_.end()) return static_cast<std::int32_t>(at - columns_.begin());
    columns_.push_back(column);
    return static_cast<std::int32_t>(columns_.size() - 1);
  }

 private:
  const io::TableInfo& table_;
  std::vector<std::string> columns_;
};

class LayoutInput final : public Input {
 public:
  LayoutInput(const event::Layout& layout, const io::TableInfo& table) : Input(table), layout_(layout) {}
  std::string provide(Kind kind, Attribute attribute, ObjectSource& source) override;
  std::array<std::int32_t, 3> keys() override;

 private:
  const event::Layout& layout_;
};

class DenseInput final : public Input {
 public:
  DenseInput(const DenseNames& names, const io::TableInfo& table) : Input(table), names_(names) {}
  std::string provide(Kind kind, Attribute attribute, ObjectSource& source) override;

 private:
  std::string sum(const std::string& name, Attribute attribute, double scale, ObjectSource& source);

  const DenseNames& names_;
};

}  // namespace trigloop::menu
