// Text attributes: strings of fixed length, and of variable length in the global heap.
#include <algorithm>

#include "core/error.hpp"
#include "io/hdf5/group.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/hdf5/heap.hpp"
#include "io/hdf5/message.hpp"
#include "io/hdf5/tree.hpp"

namespace trigloop::io::hdf5 {
namespace {

/// Follows hard links from the root.
std::vector<Message> find_node(const Image& image, const std::string& node) {
  std::vector<Message> messages = read_header(image, image.root());
  for (std::size_t begin = 0; begin < node.size();) {
    const std::size_t end = std::min(node.find('/', begin), node.size());
    const auto links = read_links(image, messages);
    const auto found = std::ranges::find(links, node.substr(begin, end - begin), &Link::name);
    if (found == links.end() || found->kind != Link::Kind::hard) {
      throw core::Error(core::ErrorCode::mismatch, "has no node '" + node + "'");
    }
    messages = read_header(image, found->address);
    begin = end + 1;
  }
  return messages;
}

std::string text_of(const Image& image, Datatype type, Record& value) {
  if (type.variable && type.text) {
    const std::uint64_t bytes = value.u32(), collection = value.address(image.address_bytes());
    const std::uint32_t index = value.u32();
    return bytes == 0 ? std::string() : global_heap_text(image, collection, index, bytes);
  }
  if (!type.text) throw core::Error(core::ErrorCode::unsupported, "the attribute is no string");
  std::string text = value.text(type.bytes);
  text.resize(std::min(text.size(), text.find('\0')));
  return text;
}

using Texts = std::vector<std::string>;

/// As many strings as the dataspace says; each takes bytes of the message, so their number is bounded by its size.
Texts texts_of(const Image& image, const Datatype& type, const Dataspace& space, Record& value) {
  std::uint64_t count = space.null ? 0 : 1;
  for (const std::uint64_t extent : space.shape) {
    if (extent != 0 && count > value.remaining() / extent) fail("an attribute is cut short", value.position());
    count *= extent;
  }
  Texts texts;
  for (std::uint64_t i = 0; i < count; ++i) texts.push_back(text_of(image, type, value));
  return texts;
}

/// The texts of an attribute message if it has that name.
std::optional<Texts> match(const Image& image, Record body, const std::string& wanted) {
  const auto version = body.u8(), flags = body.u8();
  if (version < 1 || version > 3) fail("an attribute is of no known version", body.position());
  const std::size_t name_bytes = body.u16(), type_bytes = body.u16(), space_bytes = body.u16();
  if (version == 3) body.skip(1);  // character set
  const auto padded = [&](std::size_t n) {
    Record part = body.part(n);
    if (version == 1) body.skip((8 - n % 8) % 8);
    return part;
  };
  std::string name = padded(name_bytes).text(name_bytes);
  name.resize(std::min(name.size(), name.find('\0')));
  if (name != wanted) return std::nullopt;
  Message message{MessageKind::datatype, version > 1 && (flags & 1) != 0, padded(type_bytes)};
  Record type_body = resolve(image, message).body;
  const Dataspace space = parse_dataspace(image, padded(space_bytes));
  return texts_of(image, parse_datatype(type_body), space, body);
}

/// Objects with many or large attributes keep them in a fractal heap, found by the records of a version 2 tree.
std::optional<Texts> match_dense(const Image& image, Record body, const std::string& wanted) {
  body.skip(1);  // version
  if ((body.u8() & 1) != 0) body.skip(2);
  const std::uint64_t heap_address = body.address(image.address_bytes());
  const std::uint64_t tree = body.address(image.address_bytes());
  if (heap_address == undefined || tree == undefined) return std::nullopt;
  const FractalHeap heap(image, heap_address);
  for (Record& record : tree2_records(image, tree, 8)) {
    if (auto texts = match(image, heap.object(record), wanted)) return texts;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> read_attribute_list(const std::filesystem::path& path, const std::string& node,
                                                            const std::string& name) {
  const auto file = std::make_shared<const core::InputFile>(path);
  try {
    const Image image(file);
    for (const Message& message : find_node(image, node)) {
      std::optional<Texts> texts;
      if (message.kind == MessageKind::attribute) texts = match(image, resolve(image, message).body, name);
      if (message.kind == MessageKind::attribute_info) texts = match_dense(image, message.body, name);
      if (texts) return texts;
    }
    return std::nullopt;
  } catch (core::Error& e) {
    e.in("attribute '" + name + "'").file(path.native());
    throw;
  }
}

std::optional<std::string> read_attribute(const std::filesystem::path& path, const std::string& node,
                                          const std::string& name) {
  const auto texts = read_attribute_list(path, node, name);
  if (!texts) return std::nullopt;
  return texts->empty() ? std::string() : texts->front();
}

}  // namespace trigloop::io::hdf5
