#pragma once
// What a training has seen, epoch by epoch: columns as in the package's `lite.h5`, in the order in which they came up.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trigloop::train {

class History {
 public:
  using Column = std::pair<std::string, std::vector<double>>;

  void append(std::string_view name, double value) {
    for (Column& column : columns_)
      if (column.first == name) return column.second.push_back(value);
    columns_.push_back({std::string(name), {value}});
  }
  std::vector<Column>& columns() noexcept { return columns_; }
  const std::vector<Column>& columns() const noexcept { return columns_; }
  const std::vector<double>* find(std::string_view name) const {
    for (const Column& column : columns_)
      if (column.first == name) return &column.second;
    return nullptr;
  }

 private:
  std::vector<Column> columns_;
};

}  // namespace trigloop::train
