#include "simulate/quantile.hpp"

#include "simulate/table_text.hpp"

namespace trigloop::simulate {

Axis::Axis(std::span<const int> nodes, std::uint32_t stride) : stride_(stride) {
  for (int value = 0; value <= nodes.back(); ++value) {
    const auto above = std::ranges::upper_bound(nodes, value) - nodes.begin();
    const auto below = static_cast<std::size_t>(std::max<std::ptrdiff_t>(above - 1, 0));
    int weight = 0;
    if (value > nodes[below] && below + 1 < nodes.size())
      weight = 256 * (value - nodes[below]) / (nodes[below + 1] - nodes[below]);
    steps_.push_back({static_cast<std::uint16_t>(below * stride), static_cast<std::uint16_t>(weight)});
  }
}

QuantileTable::QuantileTable(std::string_view source) {
  TableText text(source);
  const std::uint32_t segments = text.count(), octaves = text.count(), unit = text.count();
  const int digits = text.number();
  std::vector<std::vector<int>> nodes(text.count());
  for (auto& axis : nodes) axis = text.numbers();
  grid_ = Grid(segments, octaves);

  const std::uint32_t width = 1 + grid_.knots();
  std::uint32_t stride = width;
  for (auto axis = nodes.rbegin(); axis != nodes.rend(); ++axis) {
    axes_.insert(axes_.begin(), Axis(*axis, stride));
    stride *= static_cast<std::uint32_t>(axis->size());
  }
  for (const std::uint64_t value : text.packed(digits)) {
    const std::uint64_t scale = rows_.size() % width == 0 ? 4095 : unit;
    rows_.push_back(static_cast<std::int32_t>((value << 16) / scale));
  }
  assert(rows_.size() == stride);
}

}  // namespace trigloop::simulate
