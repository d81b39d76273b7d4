#pragma once
// What the columns of a flat ntuple mean: which are the objects and features that a model sees, and which are the key
// of an exposure. A layout is a YAML file (docs/formats.md, "Layouts"), so another experiment's ntuple is a file to
// write, not code. The layout of the CMS Level-1 scouting stream is built in.
//
// A Layout only names things. io::bind looks the names up in a source and gives a TilePlan, by which a Tiler works.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "event/type.hpp"

namespace trigloop::event {

/// A column by name, and how its values become features: value x scale + offset.
struct ColumnUse {
  std::string column;
  double scale = 1, offset = 0;
  bool optional = false;
  std::string physical;           ///< the column that holds the same in physical units, if the layout knows one
  std::optional<double> exceeds;  ///< hardware values are expected to exceed this; see io::refuse_physical_values
  bool scaled() const noexcept { return scale != 1 || offset != 0; }
};

struct Field {
  std::string name;
  ColumnUse use;
};

/// Jagged columns of one counter ("EG": pt, eta, phi, iso).
struct Collection {
  std::string name;
  std::string counter;  ///< empty: the columns count themselves
  std::vector<Field> fields;
};

/// The number of a field in its collection, or `zero_field`.
using FieldIndex = std::int32_t;
inline constexpr FieldIndex zero_field = -1;

/// The first `count` items of a collection; absent ones are zeros.
struct ObjectBlock {
  std::size_t collection = 0;
  std::uint32_t count = 0;
  std::vector<FieldIndex> fields;
};

/// One item of a collection: the first whose `where` equals `value`; where the file lacks that column, number
/// `else_index`.
struct ItemBlock {
  std::size_t collection = 0;
  std::optional<std::size_t> where;
  std::int64_t value = 0;
  std::uint32_t else_index = 0;
  std::vector<FieldIndex> fields;
};

/// A column with `length` values an entry.
struct ValueBlock {
  ColumnUse use;
  std::uint32_t length = 1;
};

using Block = std::variant<ObjectBlock, ItemBlock, ValueBlock>;

/// What identifies an event and its exposure.
enum class KeyKind : std::uint8_t {
  cms,     ///< run, lumisection, orbit, bunch crossing
  block,   ///< run, block, BCID
  time,    ///< windows over a time column
  period,  ///< windows over entry number x period
};

struct Key {
  KeyKind kind = KeyKind::cms;
  std::string run, block, orbit, crossing;  ///< cms, block: columns
  ColumnUse time;                           ///< time: column, seconds after its scale and offset
  double window = 0, start = 0;             ///< time, period: seconds
  double period = 0;                        ///< period: seconds
};

/// Where a file counts the orbits that were seen in each lumisection.
struct OrbitsSeen {
  std::string table, run, lumisection, orbits;
};

struct Layout {
  std::string name, about, table;
  bool hardware = true;        ///< values must be the trigger's integers
  Type element = Type::int16;  ///< of tiles: int16 or float32
  Key key;
  std::optional<OrbitsSeen> orbits_seen;
  std::vector<Collection> collections;
  std::vector<Block> blocks;

  /// Number of features of an event.
  std::uint32_t features() const noexcept;
  /// One name a feature: "EG0.pt", "MET.0" (a constant zero), "strain[3]".
  std::vector<std::string> feature_names() const;
};

/// No layout may ask for more features than this.
inline constexpr std::uint32_t max_features = 1u << 16;

/// Parses a layout; `name` stands in messages as the file. Errors: usage, limit, with the line.
Layout parse_layout(std::string_view text, const std::string& name);
Layout load_layout(const std::filesystem::path& path);

/// The built-in layouts, as YAML text. Error: usage, with the nearest name.
std::string_view builtin_layout_text(const std::string& name);
const std::vector<std::string>& builtin_layout_names();
/// A built-in layout by its name, or else a file.
Layout find_layout(const std::string& name_or_path);
inline constexpr const char* cms_l1_scouting = "cms-l1-scouting";

}  // namespace trigloop::event
