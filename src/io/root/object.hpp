#pragma once
// Objects of a ROOT file as lists of named values: what object_reader makes of trees, branches and leaves of any
// version.
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace trigloop::io::root {

struct Object;
using ObjectList = std::vector<const Object*>;
/// Integers of all widths (and booleans) are int64; std::monostate is a member that was skipped.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, std::vector<std::int64_t>,
                           std::vector<double>, const Object*, ObjectList>;

struct Object {
  std::string class_name;
  std::int32_t version = 0;
  std::vector<std::pair<std::string_view, Value>> members;  ///< names live in the StreamerInfos

  bool has(std::string_view name) const noexcept { return find(name) != nullptr; }
  const Value* find(std::string_view name) const noexcept;
  /// The member of that name, or `otherwise` if it is absent or of another type.
  std::int64_t integer(std::string_view name, std::int64_t otherwise = 0) const;
  double number(std::string_view name, double otherwise = 0) const;  ///< integers too
  std::string text(std::string_view name) const;
  std::vector<std::int64_t> integers(std::string_view name) const;
  const Object* object(std::string_view name) const;
  ObjectList list(std::string_view name) const;  ///< the items of an embedded or pointed-to TObjArray or TList
};

}  // namespace trigloop::io::root
