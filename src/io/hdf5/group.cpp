#include "io/hdf5/group.hpp"

#include "io/hdf5/heap.hpp"
#include "io/hdf5/tree.hpp"

namespace trigloop::io::hdf5 {
namespace {

constexpr std::size_t max_links = 1u << 17;

void check_count(std::size_t links) {
  if (links > max_links) throw core::Error(core::ErrorCode::limit, "has a group of more than 2^17 links");
}

/// A symbol table: a tree of nodes whose entries name their links by an offset into a local heap.
class SymbolTable {
 public:
  SymbolTable(const Image& image, std::uint64_t heap) : image_(image) {
    Record head = image.read(heap, 8 + 2 * image.length_bytes() + image.address_bytes());
    head.expect("HEAP");
    head.skip(4);
    const std::uint64_t bytes = head.number(image.length_bytes());
    head.number(image.length_bytes());  // free list
    names_ = image.read(head.address(image.address_bytes()), bytes);
  }

  void add_node(std::uint64_t address, std::vector<Link>& links) const {
    const std::size_t entry = 2 * image_.address_bytes() + 24;
    Record head = image_.read(address, 8);
    head.expect("SNOD");
    head.skip(2);
    const std::size_t count = head.u16();
    Record node = image_.read(address, 8 + count * entry);
    node.skip(8);
    for (std::size_t i = 0; i < count; ++i) {
      Link link;
      link.name = name_at(node.number(image_.address_bytes()), node.position());
      link.address = node.address(image_.address_bytes());
      if (node.u32() == 2) link.kind = Link::Kind::soft;
      node.skip(4 + 16);
      links.push_back(std::move(link));
    }
    check_count(links.size());
  }

 private:
  std::string name_at(std::uint64_t offset, std::uint64_t position) const {
    const auto bytes = names_.bytes();
    std::string name;
    for (std::uint64_t i = offset; i < bytes.size(); ++i) {
      if (bytes[i] == std::byte{0}) return name;
      name += static_cast<char>(bytes[i]);
    }
    fail("a link's name lies outside its heap", position);
  }

  const Image& image_;
  Record names_;
};

void add_symbol_table(const Image& image, Record body, std::vector<Link>& links) {
  const std::uint64_t tree = body.address(image.address_bytes());
  const SymbolTable table(image, body.address(image.address_bytes()));
  for (const std::uint64_t node : group_tree_leaves(image, tree)) table.add_node(node, links);
}

/// Links in a fractal heap, each found by the record of a version 2 tree: a hash and a heap id.
void add_dense(const Image& image, Record body, std::vector<Link>& links) {
  body.skip(1);  // version
  if ((body.u8() & 1) != 0) body.skip(8);
  const std::uint64_t heap_address = body.address(image.address_bytes());
  const std::uint64_t tree = body.address(image.address_bytes());
  if (heap_address == undefined || tree == undefined) return;
  const FractalHeap heap(image, heap_address);
  for (Record& record : tree2_records(image, tree, 5)) {
    record.skip(4);
    links.push_back(parse_link(image, heap.object(record)));
    check_count(links.size());
  }
}

}  // namespace

bool is_group(const std::vector<Message>& messages) {
  return find(messages, MessageKind::symbol_table) != nullptr || find(messages, MessageKind::link_info) != nullptr ||
         find(messages, MessageKind::link) != nullptr;
}

Link parse_link(const Image& image, Record body) {
  if (body.u8() != 1) fail("a link message is of no known version", body.position() - 1);
  const auto flags = body.u8();
  const unsigned type = (flags & 0x08) != 0 ? body.u8() : 0;
  if ((flags & 0x04) != 0) body.skip(8);
  if ((flags & 0x10) != 0) body.skip(1);
  Link link;
  link.name = body.text(body.number(std::size_t{1} << (flags & 3)));
  link.kind = type == 0 ? Link::Kind::hard : type == 1 ? Link::Kind::soft : Link::Kind::external;
  if (type == 0) link.address = body.address(image.address_bytes());
  return link;
}

std::vector<Link> read_links(const Image& image, const std::vector<Message>& messages) {
  std::vector<Link> links;
  for (const Message& message : messages) {
    if (message.kind == MessageKind::symbol_table) add_symbol_table(image, message.body, links);
    if (message.kind == MessageKind::link) links.push_back(parse_link(image, message.body));
    if (message.kind == MessageKind::link_info) add_dense(image, message.body, links);
    check_count(links.size());
  }
  return links;
}

}  // namespace trigloop::io::hdf5
