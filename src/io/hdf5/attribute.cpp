// Text attributes: strings of fixed length, and of variable length in the global heap.
#include <algorithm>

#include "core/error.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/hdf5/heap.hpp"
#include "io/hdf5/message.hpp"
#include "io/hdf5/text.hpp"
#include "io/hdf5/tree.hpp"

namespace trigloop::io::hdf5 {
namespace {

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
