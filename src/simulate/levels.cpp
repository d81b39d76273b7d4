#include "simulate/levels.hpp"

#include "simulate/table_text.hpp"

namespace trigloop::simulate {

EtNodes::EtNodes(std::string_view text) : nodes_(TableText(text).numbers()) {}

EtPlace EtNodes::operator()(int et) const noexcept {
  const auto last = nodes_.size() - 2;
  std::size_t node = 0;
  while (node < last && nodes_[node + 1] <= et) ++node;
  const int from = std::clamp(et, nodes_[node], nodes_[node + 1]) - nodes_[node];
  return {static_cast<std::uint32_t>(node), (from << 16) / (nodes_[node + 1] - nodes_[node])};
}

LevelTable::LevelTable(std::string_view source) {
  constexpr std::uint32_t level_unit = 128;
  TableText text(source);
  const std::uint32_t unit = text.count();
  const int digits = text.number();
  [[maybe_unused]] const std::uint32_t nodes = text.count();
  for (const std::uint64_t value : text.packed(digits))
    rows_.push_back(static_cast<std::int32_t>((value << 16) / (rows_.size() % width == 0 ? level_unit : unit)));
  assert(rows_.size() == nodes * width);
}

Level LevelTable::rank(EtPlace et, std::int32_t value) const noexcept {
  const std::int32_t* const row = rows_.data() + et.node * width + 1;
  const auto knot = [&](std::uint32_t k) { return mixed(row[k], row[k + width], et.weight); };
  std::uint32_t low = 0, high = knots - 1;  // the value lies in [knot(low), knot(high)), or beyond the ends
  while (high - low > 1) {
    const std::uint32_t middle = (low + high) / 2;
    (knot(middle) <= value ? low : high) = middle;
  }
  const std::int32_t from = knot(low), to = knot(high);
  const std::int64_t inside = std::clamp<std::int64_t>(std::int64_t{value} - from, 0, to - from);
  const auto fraction = to > from ? std::min<std::int64_t>((inside << 16) / (to - from), 0xFFFF) : 0;
  return static_cast<Level>(low << 16) + static_cast<Level>(fraction);
}

Link::Link(std::string_view source) {
  TableText text(source);
  const std::uint32_t segments = text.count(), octaves = text.count(), spacing = text.count();
  const std::vector<int> nodes = text.numbers();
  grid_ = Grid(segments, octaves);
  width_ = grid_.knots();
  spacing_shift_ = static_cast<std::uint32_t>(std::countr_zero(spacing));
  // What the file holds in 128ths of a knot never reaches the end of the grid.
  for (const std::uint32_t value : text.packed(2))
    rows_.push_back(std::min(static_cast<Level>(value << 9), last_level));
  const auto stride = static_cast<std::uint32_t>(rows_.size() / nodes.size());
  last_ = static_cast<std::int32_t>((stride / width_ - 1) << 16) - 1;
  third_ = Axis(nodes, stride);
}

}  // namespace trigloop::simulate
