#pragma once
// What the ROOT samples of version 0.1 hold. Frozen like the samples: values by a formula that needs nothing else.
#include <cstdint>
#include <utility>

#include "test/io/root/sample.hpp"

namespace trigloop::test {

/// The k-th value of column c: all bits move, and the first values are the extremes.
template <class T>
T compat_value(std::size_t c, std::size_t k) {
  if (k == 0) return std::numeric_limits<T>::lowest();
  if (k == 1) return std::numeric_limits<T>::max();
  const std::uint64_t bits = (k * 2654435761u + c * 40503u) * 2654435761u;
  if constexpr (std::is_same_v<T, bool>) {
    return (bits >> 16 & 1) != 0;
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(static_cast<double>(bits % 100000) / 64 - 700);
  } else {
    return static_cast<T>(bits);
  }
}

/// 40 entries of every type: scalars, [3][2] arrays, and jagged columns with entry i holding i % 5 items.
inline Sample root_sample_v0_1() {
  Sample sample{every_type_table(), 40, {}};
  sample.columns.resize(sample.spec.columns.size());
  for (std::size_t c = 0; c < sample.columns.size(); ++c) {
    const io::ColumnSpec& spec = sample.spec.columns[c];
    std::size_t items = 0;
    for (std::size_t i = 0; i < sample.entries; ++i) {
      if (!spec.counter.empty()) sample.columns[c].offsets.push_back(static_cast<std::uint32_t>(items));
      items += spec.counter.empty() ? 1 : i % 5;
    }
    if (!spec.counter.empty()) sample.columns[c].offsets.push_back(static_cast<std::uint32_t>(items));
    event::visit(spec.type, [&]<class T>(T) {
      const bool counts = spec.name.starts_with('n');
      for (std::size_t k = 0; k < items * io::root::values_per_item(spec); ++k) {
        sample.columns[c].add(counts ? static_cast<T>(k % 5) : compat_value<T>(c, k));
      }
    });
  }
  return sample;
}

}  // namespace trigloop::test
