#include "io/root/object_reader.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "io/root/damaged.hpp"
#include "io/root/packed_float.hpp"

namespace trigloop::io::root {
namespace {

// TBuffer's tags (the numbers of ROOT's TBufferFile).
constexpr std::uint32_t byte_count_mask = 0x40000000, new_class_tag = 0xFFFFFFFF, class_mask = 0x80000000;
constexpr std::uint64_t map_offset = 2;  // references count from 2, because 0 and 1 have meanings of their own
constexpr int deepest = 200;
constexpr std::uint32_t is_referenced_bit = 1u << 4;  // a process number follows

/// Classes behind pointers that we want to know; all others are skipped by their byte counts.
bool wanted(std::string_view name) {
  static constexpr std::array<std::string_view, 6> exact = {"TBasket", "TObjArray", "TList",
                                                            "TTree",   "TNtuple",   "TNtupleD"};
  return name.starts_with("TBranch") || name.starts_with("TLeaf") || name.starts_with("TStreamer") ||
         std::ranges::find(exact, name) != exact.end();
}

[[noreturn]] void fail_layout(const std::string& class_name, std::int32_t version) {
  throw core::Error(core::ErrorCode::unsupported, "the layout of class " + core::escaped(class_name) + " version " +
                                                      std::to_string(version) + " is not in the file")
      .remedy("Open it with ROOT and write the tree anew (CloneTree)");
}

/// "vector<int>*" -> "vector<int>".
std::string without_star(std::string_view type_name) {
  while (!type_name.empty() && (type_name.back() == '*' || type_name.back() == ' ')) type_name.remove_suffix(1);
  return std::string(type_name);
}

struct DepthGuard {
  explicit DepthGuard(int& depth) : depth_(depth) { ++depth_; }
  ~DepthGuard() { --depth_; }
  int& depth_;
};

}  // namespace

ObjectReader::ObjectReader(const StreamerInfos& infos, const ObjectBytes& object)
    : infos_(infos), in_(object.bytes, object.seek + object.keylen), keylen_(object.keylen) {}

const Object* ObjectReader::read(const std::string& class_name) {
  Object* object = make(class_name);
  read_class(*object, class_name);
  return object;
}

Object* ObjectReader::make(std::string class_name) {
  objects_.push_back({std::move(class_name), 0, {}});
  return &objects_.back();
}

ObjectReader::Frame ObjectReader::open_frame() {
  Frame frame;
  const std::size_t begin = in_.position();
  const auto count = in_.read<std::uint32_t>();
  if ((count & byte_count_mask) != 0) {
    const std::size_t bytes = count & ~byte_count_mask;
    if (bytes > in_.remaining() || bytes < 2) fail("an object goes beyond its record");
    frame.counted = true;
    frame.end = in_.position() + bytes;
  } else {
    in_.seek(begin);
  }
  frame.version = in_.read<std::int16_t>();
  return frame;
}

void ObjectReader::close_frame(const Frame& frame, const Object& object) {
  if (!frame.counted) return;
  if (in_.position() > frame.end) {
    fail("an object of class " + core::escaped(object.class_name) + " is longer than its byte count");
  }
  in_.seek(frame.end);
}

void ObjectReader::read_class(Object& object, const std::string& class_name) {
  const DepthGuard guard(depth_);
  if (depth_ > deepest) fail("objects are nested more than " + std::to_string(deepest) + " deep");
  if (!read_special(object, class_name)) read_by_info(object, class_name);
}

void ObjectReader::read_by_info(Object& object, const std::string& class_name) {
  const Frame frame = open_frame();
  const StreamerInfo* info = nullptr;
  if (frame.version == 0) {  // a class without a version number: its checksum follows
    info = infos_.find_checksum(class_name, in_.read<std::uint32_t>());
  } else {
    info = infos_.find(class_name, frame.version);
  }
  if (object.version == 0) object.version = frame.version;
  if (info == nullptr && !frame.counted) fail_layout(class_name, frame.version);
  if (info != nullptr) {
    const bool understood =
        std::ranges::all_of(info->elements, [&](const Element& element) { return read_element(object, element); });
    if (!understood && !frame.counted) fail_layout(class_name, frame.version);
  }
  close_frame(frame, object);
}

bool ObjectReader::read_element(Object& object, const Element& element) {
  const int code = element.code;
  Value value;
  if (code == element::base || code == element::tobject || code == element::tnamed) {
    if (code == element::base || element.type_name == "BASE") {
      read_class(object, element.name);
      return true;
    }
    Object* part = make(without_star(element.type_name));
    read_class(*part, part->class_name);
    value = static_cast<const Object*>(part);
  } else if (code > 0 && code < element::fixed_array) {
    value = read_basic(code, element);
  } else if (code > element::fixed_array && code < element::counted_array) {
    value = read_array(code - element::fixed_array, element.length, element);
  } else if (code > element::counted_array && code < element::counted_array + 20) {
    const auto flag = in_.read<std::uint8_t>();
    const std::int64_t count = object.integer(element.counter);
    // Branches of before ROOT 5 mark 64-bit positions by the flag 2.
    const bool wide = flag == 2 && element.name == "fBasketSeek";
    if (flag != 0 && count < 0) fail("a negative array length");
    if (flag != 0) {
      value =
          read_array(wide ? element::int64 : code - element::counted_array, static_cast<std::uint64_t>(count), element);
    }
  } else if (code == element::string) {
    value = read_string(in_);
  } else if (code == element::object_pointer || code == element::any_pointer) {
    value = read_pointer();
  } else if (code == element::object || code == element::any || code == element::object_pointer_inline ||
             code == element::any_pointer_inline) {
    Object* part = make(without_star(element.type_name));
    read_class(*part, part->class_name);
    value = static_cast<const Object*>(part);
  } else if (!skip_counted()) {
    return false;
  }
  object.members.emplace_back(element.name, std::move(value));
  return true;
}

/// Skips what begins with a byte count; false if it does not.
bool ObjectReader::skip_counted() {
  if (in_.remaining() < 4) return false;
  const std::size_t begin = in_.position();
  const auto count = in_.read<std::uint32_t>();
  if ((count & byte_count_mask) == 0) {
    in_.seek(begin);
    return false;
  }
  in_.skip(count & ~byte_count_mask);
  return true;
}

Value ObjectReader::read_basic(int code, const Element& element) {
  switch (code) {
    case element::character:
    case element::legacy_char:
      return std::int64_t{in_.read<std::int8_t>()};
    case element::boolean:
    case element::uint8:
      return std::int64_t{in_.read<std::uint8_t>()};
    case element::int16:
      return std::int64_t{in_.read<std::int16_t>()};
    case element::uint16:
      return std::int64_t{in_.read<std::uint16_t>()};
    case element::int32:
    case element::counter:
      return std::int64_t{in_.read<std::int32_t>()};
    case element::uint32:
    case element::bits: {
      const auto value = in_.read<std::uint32_t>();
      if (code == element::bits && (value & is_referenced_bit) != 0) in_.skip(2);
      return std::int64_t{value};
    }
    case element::long_integer:
    case element::int64:
      return in_.read<std::int64_t>();
    case element::ulong_integer:
    case element::uint64:
      return static_cast<std::int64_t>(in_.read<std::uint64_t>());
    case element::float32:
      return double{in_.read<float>()};
    case element::float64:
      return in_.read<double>();
    case element::c_string: {
      const auto length = in_.read<std::uint32_t>();
      const auto bytes = in_.take(length);
      return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
    case element::float16:
    case element::double32: {
      in_.skip(PackedFloat::parse(element.title, code == element::float16).stored_bytes());
      return std::monostate{};
    }
    default:
      fail("an unknown type code " + std::to_string(code));
  }
}

Value ObjectReader::read_array(int code, std::uint64_t count, const Element& element) {
  if (count > in_.remaining()) fail("an array goes beyond its record");  // a byte each, at least
  const bool real = code == element::float32 || code == element::float64;
  std::vector<std::int64_t> integers;
  std::vector<double> reals;
  if (real) reals.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Value value = read_basic(code, element);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) integers.push_back(*integer);
    if (const auto* number = std::get_if<double>(&value)) reals.push_back(*number);
  }
  if (real) return reals;
  return integers;
}

std::string ObjectReader::read_new_class() {
  std::string name;
  while (const char c = static_cast<char>(in_.read<std::int8_t>())) {
    name += c;
    if (name.size() > 1024) fail("a class name without an end");
  }
  return name;
}

const Object* ObjectReader::read_pointer() {
  const DepthGuard guard(depth_);
  if (depth_ > deepest) fail("objects are nested more than " + std::to_string(deepest) + " deep");
  const std::uint64_t begin = tag_position();
  const std::size_t at = in_.position();
  auto tag = in_.read<std::uint32_t>();
  std::uint64_t class_at = 0;
  std::size_t end = 0;
  if ((tag & byte_count_mask) != 0 && tag != new_class_tag) {
    end = at + 4 + (tag & ~byte_count_mask);
    if (end > in_.size()) fail("an object goes beyond its record");
    class_at = tag_position();
    tag = in_.read<std::uint32_t>();
  }
  // Where no byte count stands, ROOT numbers references instead.
  const auto place = [&](std::uint64_t position) { return end != 0 ? position + map_offset : references_.size() + 1; };
  if ((tag & class_mask) == 0) {  // a reference to an object that was read, or is being read
    if (end != 0) in_.seek(end);
    const auto found = references_.find(tag);
    return tag < map_offset || found == references_.end() ? nullptr : found->second.object;
  }
  std::string class_name;
  if (tag == new_class_tag) {
    class_name = read_new_class();
    references_[place(class_at)].class_name = class_name;
  } else if (const auto found = references_.find(tag & ~class_mask); found != references_.end()) {
    class_name = found->second.class_name;
  }
  Object* object = make(class_name);
  references_[place(begin)].object = object;
  if (wanted(class_name) || end == 0) {
    if (class_name.empty()) fail("a reference to an unknown class");
    read_class(*object, class_name);
    if (end != 0 && in_.position() > end) fail("an object is longer than its byte count");
  }
  if (end != 0) in_.seek(end);
  return object;
}

void ObjectReader::fail(const std::string& reason) const { throw damaged(reason).offset(in_.file_position()); }

}  // namespace trigloop::io::root
