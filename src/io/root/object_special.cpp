// Classes whose streamers are written by hand in ROOT, so that no streamer info tells their layout.
#include <algorithm>
#include <array>

#include "io/root/object_reader.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::uint32_t byte_count_mask = 0x40000000, is_referenced_bit = 1u << 4;

/// The arrays of numbers: a count, then the values.
constexpr std::array<std::pair<std::string_view, int>, 7> array_classes = {{{"TArrayC", element::character},
                                                                            {"TArrayS", element::int16},
                                                                            {"TArrayI", element::int32},
                                                                            {"TArrayL", element::int64},
                                                                            {"TArrayL64", element::int64},
                                                                            {"TArrayF", element::float32},
                                                                            {"TArrayD", element::float64}}};

auto find_array(std::string_view name) {
  return std::ranges::find(array_classes, name, &std::pair<std::string_view, int>::first);
}

}  // namespace

bool ObjectReader::read_special(Object& object, const std::string& class_name) {
  if (class_name == "TObject") {
    read_tobject();
  } else if (class_name == "TObjArray") {
    read_object_array(object);
  } else if (class_name == "TList" || class_name == "THashList") {
    read_list(object);
  } else if (class_name == "TString") {
    object.members.emplace_back("text", read_string(in_));
  } else if (class_name == "TBasket") {
    read_basket(object);
  } else if (find_array(class_name) != array_classes.end()) {
    read_numbers(object, class_name);
  } else {
    return false;
  }
  return true;
}

void ObjectReader::read_tobject() {
  if (in_.remaining() >= 4) {  // its version has a byte count in front only if it was streamed on its own
    const std::size_t begin = in_.position();
    if ((in_.read<std::uint32_t>() & byte_count_mask) == 0) in_.seek(begin);
  }
  in_.skip(2 + 4);
  if ((in_.read<std::uint32_t>() & is_referenced_bit) != 0) in_.skip(2);
}

void ObjectReader::read_object_array(Object& object) {
  const Frame frame = open_frame();
  if (frame.version > 2) read_tobject();
  if (frame.version > 1) read_string(in_);
  const auto count = in_.read<std::int32_t>();
  object.members.emplace_back("lower_bound", std::int64_t{in_.read<std::int32_t>()});
  if (count < 0 || static_cast<std::size_t>(count) > in_.remaining() / 4) {
    fail("an array claims " + std::to_string(count) + " objects");
  }
  ObjectList items;
  for (std::int32_t i = 0; i < count; ++i) items.push_back(read_pointer());
  object.members.emplace_back("items", std::move(items));
  close_frame(frame, object);
}

void ObjectReader::read_list(Object& object) {
  const Frame frame = open_frame();
  if (frame.version > 3) {
    read_tobject();
    read_string(in_);
  }
  const auto count = in_.read<std::int32_t>();
  if (count < 0 || static_cast<std::size_t>(count) > in_.remaining() / 4) {
    fail("a list claims " + std::to_string(count) + " objects");
  }
  ObjectList items;
  for (std::int32_t i = 0; i < count; ++i) {
    items.push_back(read_pointer());
    if (frame.version > 3) read_string(in_);  // its drawing option
  }
  object.members.emplace_back("items", std::move(items));
  close_frame(frame, object);
}

void ObjectReader::read_numbers(Object& object, std::string_view class_name) {
  const auto count = in_.read<std::int32_t>();
  if (count < 0) fail("a negative array length");
  object.members.emplace_back("values",
                              read_array(find_array(class_name)->second, static_cast<std::uint64_t>(count), Element{}));
}

/// A basket that was not flushed when the tree was written: a key, the basket's own fields, the offsets, the bytes.
void ObjectReader::read_basket(Object& object) {
  const Key key = read_embedded_key(in_);
  const auto version = in_.read<std::int16_t>();
  in_.skip(4);  // fBufferSize
  const auto entry_size = in_.read<std::int32_t>();
  if (entry_size < 0) in_.skip(1);  // I/O feature bits, announced by the sign
  const std::int64_t entries = in_.read<std::int32_t>(), last = in_.read<std::int32_t>();
  int flag = in_.read<std::uint8_t>();
  const bool generated = flag >= 80;  // the offsets are left out, because the counter branch tells them
  if (generated) flag -= 80;
  object.members.emplace_back("entries", entries);
  if (flag == 0) return;
  const auto skip_offsets = [&] {
    const auto n = in_.read<std::uint32_t>();
    if (n > in_.remaining() / 4) fail("the offsets of a basket go beyond its record");
    in_.skip(std::size_t{n} * 4);
  };
  if (!generated && flag % 10 != 2) {
    if (entries > 0) skip_offsets();
    if (flag > 40) skip_offsets();  // displacements
  }
  if (flag != 1 && flag <= 10) return;
  if (version <= 1) in_.skip(4);
  const auto border = last - static_cast<std::int64_t>(key.keylen);
  if (border < 0 || entries < 0) fail("an embedded basket has impossible sizes");
  in_.skip(key.keylen);
  const auto bytes = in_.take(static_cast<std::size_t>(border));
  object.members.emplace_back("bytes", std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace trigloop::io::root
