#pragma once
// Reads objects by the file's own TStreamerInfo.
//
// A small interpreter instead of a parser per class and version: bases first, their members in the same flat list, then
// the members in order; counted arrays by the member that counts them; pointers through ROOT's reference map; what is
// not understood is skipped by its byte count. A few classes have streamers of their own (object_special.cpp). Only
// metadata pass here, so it is written to be short, not fast; memory stays proportional to the bytes read, and depth is
// bounded.
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/bytes.hpp"
#include "io/root/file.hpp"
#include "io/root/object.hpp"
#include "io/root/streamer_info.hpp"

namespace trigloop::io::root {

class ObjectReader {
 public:
  /// `infos` and `object` must outlive the reader and what it returns.
  ObjectReader(const StreamerInfos& infos, const ObjectBytes& object);

  /// The object itself, as an instance of `class_name`. Errors: damaged; unsupported, if its layout is not known.
  const Object* read(const std::string& class_name);

 private:
  /// A versioned block, and where it ends if its byte count tells.
  struct Frame {
    std::size_t end = 0;
    bool counted = false;
    std::int32_t version = 0;
  };
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
  [[noreturn]] void fail(const std::string& reason) const;
  std::uint64_t tag_position() const { return in_.position() + keylen_; }

  const StreamerInfos& infos_;
  core::ByteReader in_;
  std::uint64_t keylen_;
  int depth_ = 0;
  std::unordered_map<std::uint64_t, Reference> references_;
  std::deque<Object> objects_;
};

}  // namespace trigloop::io::root
