#pragma once
// Histograms that are filled from decoded clusters. A Tally is a list of fills, each of which knows its columns; every
// thread fills a copy of its own, and copies are merged.
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "event/columns.hpp"
#include "report/histogram.hpp"

namespace trigloop::report {

/// A cluster as doubles. Items of an entry lie behind each other, whether the column is jagged, fixed or scalar.
class DoubleColumns {
 public:
  void assign(const event::Columns& cluster);
  std::size_t entries() const noexcept { return entries_; }
  std::span<const double> values(std::size_t column) const noexcept { return columns_[column].values; }
  std::span<const double> items(std::size_t column, std::size_t entry) const noexcept;

 private:
  struct Column {
    std::vector<double> values;
    std::span<const std::uint32_t> offsets;  ///< empty: `inner` values an entry
    std::size_t inner = 1;
  };
  std::size_t entries_ = 0;
  std::vector<Column> columns_;
};

/// Every value of a column.
struct ValueFill {
  std::size_t column;
  Histogram histogram;
  void fill(const DoubleColumns& cluster);
};

/// How many items an entry has.
struct CountFill {
  std::size_t column;
  Histogram histogram;
  void fill(const DoubleColumns& cluster);
};

/// Pairs of two columns of one collection.
struct PairFill {
  std::size_t x, y;
  Histogram2D histogram;
  void fill(const DoubleColumns& cluster);
};

/// One item an entry: the first whose `type` column equals `type_value`, or number `index` where there is no such
/// column; its spectrum, and its mean over a scalar column.
struct ItemFill {
  std::size_t column;
  std::optional<std::size_t> type, over;
  double type_value = 0;
  std::size_t index = 0;
  Histogram histogram;
  Profile profile;
  void fill(const DoubleColumns& cluster);
};

struct Tally {
  std::vector<ValueFill> values;
  std::vector<CountFill> counts;
  std::vector<PairFill> pairs;
  std::vector<ItemFill> items;

  void fill(const DoubleColumns& cluster);
  /// `other` must have the same fills.
  void merge(const Tally& other);
};

}  // namespace trigloop::report
