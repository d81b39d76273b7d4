#include "io/hdf5/text.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/file.hpp"
#include "io/hdf5/group.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/hdf5/heap.hpp"

namespace trigloop::io::hdf5 {
namespace {

std::string text_of(const Image& image, Datatype type, Record& value) {
  if (type.variable && type.text) {
    const std::uint64_t bytes = value.u32(), collection = value.address(image.address_bytes());
    const std::uint32_t index = value.u32();
    return bytes == 0 ? std::string() : global_heap_text(image, collection, index, bytes);
  }
  if (!type.text) throw core::Error(core::ErrorCode::unsupported, "is no string");
  std::string text = value.text(type.bytes);
  text.resize(std::min(text.size(), text.find('\0')));
  return text;
}

const Message& need(const std::vector<Message>& messages, MessageKind kind) {
  const Message* message = find(messages, kind);
  if (message == nullptr) throw core::Error(core::ErrorCode::mismatch, "is no data set");
  return *message;
}

/// The bytes that the values take in the file; checked against it before anything is kept.
Record values_of(const Image& image, const std::vector<Message>& messages, std::size_t item_bytes,
                 const Dataspace& space) {
  const DataLayout layout = parse_layout(image, resolve(image, need(messages, MessageKind::layout)).body);
  if (layout.kind == DataLayout::Kind::compact) return {layout.compact, 0};
  if (layout.kind == DataLayout::Kind::chunked)
    throw core::Error(core::ErrorCode::unsupported, "strings in chunks are not read");
  std::uint64_t bytes = space.null ? 0 : item_bytes;
  for (const std::uint64_t extent : space.shape) {
    if (extent != 0 && bytes > image.file()->size() / extent) fail("a list of strings leaves the file", 0);
    bytes *= extent;
  }
  return bytes == 0 ? Record() : image.read(layout.address, bytes);
}

}  // namespace

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

Texts texts_of(const Image& image, const Datatype& type, const Dataspace& space, Record& value) {
  std::uint64_t count = space.null ? 0 : 1;
  for (const std::uint64_t extent : space.shape) {
    if (extent != 0 && count > value.remaining() / extent) fail("a list of strings is cut short", value.position());
    count *= extent;
  }
  Texts texts;
  for (std::uint64_t i = 0; i < count; ++i) texts.push_back(text_of(image, type, value));
  return texts;
}

std::vector<std::string> read_strings(const std::filesystem::path& path, const std::string& node) {
  const auto file = std::make_shared<const core::InputFile>(path);
  try {
    const Image image(file);
    const std::vector<Message> messages = find_node(image, node);
    const Dataspace space = parse_dataspace(image, resolve(image, need(messages, MessageKind::dataspace)).body);
    Record type_body = resolve(image, need(messages, MessageKind::datatype)).body;
    const Datatype type = parse_datatype(type_body);
    Record values = values_of(image, messages, type.bytes, space);
    return texts_of(image, type, space, values);
  } catch (core::Error& e) {
    e.in("data set '" + node + "'").file(path.native());
    throw;
  }
}

}  // namespace trigloop::io::hdf5
