#pragma once
// Columns: what the branches and leaves of a tree mean as numbers.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "event/type.hpp"
#include "io/root/packed_float.hpp"
#include "io/root/streamer_info.hpp"
#include "io/root/tree.hpp"
#include "io/source.hpp"

namespace trigloop::io::root {

struct ObjectPath;

/// How the items of an entry are found.
enum class Layout : std::uint8_t {
  fixed,    ///< as many values in each entry
  counted,  ///< another column counts them
  vector,   ///< std::vector: byte count, version, count, values
  flagged,  ///< T* with a counter in a split object: a flag byte, then values; the basket's offsets delimit entries
  object_value,  ///< one member of a whole object
  object_items   ///< a vector in a whole object, or a member of the objects in one
};

/// How a value is stored.
enum class Encoding : std::uint8_t {
  plain,
  boolean,
  packed,
  object_bits  ///< TObject::fBits: 4 bytes, and 2 more (a process number) behind those of an object that is referred to
};

/// How to decode a column.
struct Column {
  std::size_t branch = 0;
  event::Type type = event::Type::int32;
  Encoding encoding = Encoding::plain;
  PackedFloat packed;
  Layout layout = Layout::fixed;
  std::uint32_t inner = 1;                           ///< values per item
  std::uint32_t stored_bytes = 0;                    ///< of a value in the file
  std::uint32_t stride = 0;                          ///< fixed: bytes of an entry (of all leaves of the branch)
  std::uint32_t offset = 0;                          ///< fixed: where this leaf begins within the entry
  std::optional<std::size_t> counter;                ///< counted: number of the column that counts
  std::shared_ptr<const ObjectPath> path = nullptr;  ///< object_...: where the member is

  std::uint32_t item_bytes() const noexcept { return inner * stored_bytes; }
  /// The column says itself how many items an entry has.
  bool self_counted() const noexcept {
    return layout == Layout::vector || layout == Layout::flagged || layout == Layout::object_items;
  }
  bool has_one_item() const noexcept { return layout == Layout::fixed || layout == Layout::object_value; }
  bool needs_entry_offsets() const noexcept { return layout == Layout::flagged || path != nullptr; }
  /// The stored bytes are the values but for byte order: they are decoded in place.
  bool in_place() const noexcept {
    return encoding == Encoding::plain &&
           (layout == Layout::counted || (layout == Layout::fixed && stride == item_bytes()));
  }
};

/// The columns of a tree; `plans[i]` is empty where infos[i].why_not says why.
struct ColumnSet {
  std::vector<ColumnInfo> infos;
  std::vector<std::optional<Column>> plans;
};

ColumnSet make_columns(const TreeInfo& tree, const StreamerInfos& infos);

}  // namespace trigloop::io::root
