#pragma once
// A layout bound to the columns of one source: names have become numbers of columns, in the order in which they are
// read. io::bind makes it; a Tiler works by it.
#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "event/layout.hpp"

namespace trigloop::event {

inline constexpr std::int32_t no_column = -1;

/// A field of an item: value x scale + offset of a column, or the constant 0 (`no_column`).
struct PlanField {
  std::int32_t column = no_column;
  double scale = 1, offset = 0;
  bool scaled() const noexcept { return scale != 1 || offset != 0; }
};

struct PlanObjects {
  std::uint32_t count = 0;
  std::vector<PlanField> fields;
};

struct PlanItem {
  std::int32_t where = no_column;  ///< the first item with this column == value, else number else_index
  std::int64_t value = 0;
  std::uint32_t else_index = 0;
  std::vector<PlanField> fields;
};

struct PlanValues {
  PlanField field;
  std::uint32_t length = 1;
};

inline std::uint32_t width_of(const PlanObjects& block) noexcept {
  return block.count * static_cast<std::uint32_t>(block.fields.size());
}
inline std::uint32_t width_of(const PlanItem& block) noexcept {
  return static_cast<std::uint32_t>(block.fields.size());
}
inline std::uint32_t width_of(const PlanValues& block) noexcept { return block.length; }

struct TilePlan {
  Type element = Type::int16;
  std::uint32_t features = 0;
  std::vector<std::string> columns;                    ///< what to read; the numbers below count these
  std::vector<std::vector<std::int32_t>> collections;  ///< columns that must agree in their numbers of items
  KeyKind key = KeyKind::cms;
  std::array<std::int32_t, 4> key_columns{no_column, no_column, no_column, no_column};  ///< run, block, orbit, crossing
  PlanField time;                                                                       ///< KeyKind::time
  double window = 0, start = 0, period = 0;
  std::vector<std::variant<PlanObjects, PlanItem, PlanValues>> blocks;
};

}  // namespace trigloop::event
