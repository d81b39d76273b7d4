#include "report/tally.hpp"

#include <algorithm>

namespace trigloop::report {

void DoubleColumns::assign(const event::Columns& cluster) {
  entries_ = cluster.entries;
  columns_.resize(cluster.columns.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const event::ColumnView& view = cluster.columns[i];
    columns_[i].offsets = view.jagged ? view.offsets : std::span<const std::uint32_t>();
    columns_[i].inner = view.inner;
    columns_[i].values.resize(view.values);
    event::visit(view.type, [&]<class T>(T) {
      using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
      const auto* from = reinterpret_cast<const Stored*>(view.data);
      std::transform(from, from + view.values, columns_[i].values.begin(),
                     [](Stored value) { return static_cast<double>(value); });
    });
  }
}

std::span<const double> DoubleColumns::items(std::size_t column, std::size_t entry) const noexcept {
  const Column& c = columns_[column];
  const std::size_t begin = c.offsets.empty() ? entry : c.offsets[entry];
  const std::size_t end = c.offsets.empty() ? entry + 1 : c.offsets[entry + 1];
  return std::span<const double>(c.values).subspan(begin * c.inner, (end - begin) * c.inner);
}

void ValueFill::fill(const DoubleColumns& cluster) {
  for (const double value : cluster.values(column)) histogram.fill(value);
}

void CountFill::fill(const DoubleColumns& cluster) {
  for (std::size_t i = 0; i < cluster.entries(); ++i) {
    histogram.fill(static_cast<double>(cluster.items(column, i).size()));
  }
}

void PairFill::fill(const DoubleColumns& cluster) {
  const auto xs = cluster.values(x), ys = cluster.values(y);
  for (std::size_t i = 0; i < std::min(xs.size(), ys.size()); ++i) histogram.fill(xs[i], ys[i]);
}

void ItemFill::fill(const DoubleColumns& cluster) {
  for (std::size_t i = 0; i < cluster.entries(); ++i) {
    const auto items = cluster.items(column, i);
    std::size_t at = index;
    if (type) {
      const auto types = cluster.items(*type, i);
      at = static_cast<std::size_t>(std::ranges::find(types, type_value) - types.begin());
    }
    if (at >= items.size()) continue;
    histogram.fill(items[at]);
    if (over) profile.fill(cluster.values(*over)[i], items[at]);
  }
}

void Tally::fill(const DoubleColumns& cluster) {
  for (ValueFill& one : values) one.fill(cluster);
  for (CountFill& one : counts) one.fill(cluster);
  for (PairFill& one : pairs) one.fill(cluster);
  for (ItemFill& one : items) one.fill(cluster);
}

void Tally::merge(const Tally& other) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i].histogram.merge(other.values[i].histogram);
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i].histogram.merge(other.counts[i].histogram);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i].histogram.merge(other.pairs[i].histogram);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].histogram.merge(other.items[i].histogram);
    items[i].profile.merge(other.items[i].profile);
  }
}

}  // namespace trigloop::report
