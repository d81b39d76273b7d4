#pragma once
// Objects as they stand in a ROOT file, read by the file's own TStreamerInfo into name-value members.
//
// A small interpreter instead of a parser per class and version: bases first, their members in the same flat list, then
// the members in order; counted arrays by the member that counts them; pointers through ROOT's reference map; what is
// not understood is skipped by its byte count. Only metadata pass here, so it is written to be short, not fast; memory
// stays proportional to the bytes read, and depth is bounded.
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/bytes.hpp"
#include "io/root/file.hpp"
#include "io/root/streamer_info.hpp"

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

/// A basket that was never flushed lives inside its branch: where its bytes stand in the object.
struct EmbeddedBasket;

class ObjectReader {
 public:
  /// `infos` and `object` must outlive the reader and what it returns.
  ObjectReader(const StreamerInfos& infos, const ObjectBytes& object);

  /// The object itself, as an instance of `class_name`. Errors: damaged; unsupported, if its layout is not known.
  const Object* read(const std::string& class_name);

 private:
  struct Frame;  // a versioned block: where it ends, if its byte count tells
  struct Reference {
    const Object* object = nullptr;
    std::string class_name;
  };

  Frame open_frame();
  void close_frame(const Frame& frame, const Object& object);
  Object* make(std::string class_name);
  void read_class(Object& object, const std::string& class_name);
  bool read_special(Object& object, const std::string& class_name);
  void read_by_info(Object& object, const std::string& class_name);
  bool read_element(Object& object, const Element& element);
  Value read_basic(int code, const Element& element);
  Value read_array(int code, std::uint64_t count, const Element& element);
  bool skip_counted();
  const Object* read_pointer();
  std::string read_new_class();
  void read_tobject();
  void read_object_array(Object& object);
  void read_list(Object& object);
  void read_numbers(Object& object, std::string_view class_name);
  void read_basket(Object& object);
  std::uint64_t tag_position() const { return in_.position() + keylen_; }

  const StreamerInfos& infos_;
  core::ByteReader in_;
  std::uint64_t keylen_;
  int depth_ = 0;
  std::unordered_map<std::uint64_t, Reference> references_;
  std::deque<Object> objects_;
};

}  // namespace trigloop::io::root
