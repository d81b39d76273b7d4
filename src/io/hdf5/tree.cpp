#include "io/hdf5/tree.hpp"

namespace trigloop::io::hdf5 {
namespace {

/// Counts the bytes of the nodes that a walk has seen: more than the file has means that it goes in circles.
class Budget {
 public:
  explicit Budget(const Image& image) : left_(image.file()->size()) {}
  void spend(std::uint64_t bytes, std::uint64_t position) {
    if (bytes > left_) fail("a tree holds more than the file has room for: it runs in circles", position);
    left_ -= bytes;
  }

 private:
  std::uint64_t left_;
};

/// One walk over a version 1 tree; `leaf` gets each entry of its lowest nodes, with the key in front of it.
class OldTree {
 public:
  using Leaf = std::function<void(Record& key, std::uint64_t child)>;

  OldTree(const Image& image, unsigned type, std::size_t key_bytes, Leaf leaf)
      : image_(image), type_(type), key_bytes_(key_bytes), leaf_(std::move(leaf)), budget_(image) {}

  void walk(std::uint64_t address, int level = -1) {
    const std::size_t a = image_.address_bytes();
    Record head = image_.read(address, 8 + 2 * a);
    head.expect("TREE");
    if (head.u8() != type_) fail("a tree node is of another kind than its tree", head.position() - 1);
    const int own = head.u8();
    if (level >= 0 && own != level) fail("a tree node is of another level than its parent says", head.position() - 1);
    const std::size_t entries = head.u16();
    Record node = image_.read(address, 8 + 2 * a + entries * (key_bytes_ + a) + key_bytes_);
    budget_.spend(node.size(), node.position());
    node.skip(8 + 2 * a);
    for (std::size_t i = 0; i < entries; ++i) {
      Record key = node.part(key_bytes_);
      const std::uint64_t child = node.address(a);
      own == 0 ? leaf_(key, child) : walk(child, own - 1);
    }
  }

 private:
  const Image& image_;
  unsigned type_;
  std::size_t key_bytes_;
  Leaf leaf_;
  Budget budget_;
};

/// One walk over a version 2 tree. The sizes of its fields follow from what its nodes can hold at most.
class NewTree {
 public:
  NewTree(const Image& image, std::uint64_t address, unsigned type) : image_(image), type_(type), budget_(image) {
    const std::size_t a = image.address_bytes();
    Record head = image.read_checked(address, 16 + a + 2 + image.length_bytes() + 4);
    head.expect("BTHD");
    head.skip(1);
    if (head.u8() != type) fail("a tree is of another type than its use", head.position() - 1);
    node_bytes_ = head.u32();
    record_bytes_ = head.u16();
    depth_ = head.u16();
    head.skip(2);
    root_ = head.address(a);
    root_records_ = head.u16();
    set_sizes(head.position());
  }

  std::vector<Record> records() {
    if (root_ != undefined && root_records_ > 0) walk(root_, root_records_, depth_);
    return std::move(records_);
  }

 private:
  static constexpr std::size_t overhead = 4 + 1 + 1 + 4;  // mark, version, type, checksum

  void set_sizes(std::uint64_t position) {
    if (record_bytes_ == 0 || node_bytes_ < overhead + record_bytes_ || depth_ > 32) {
      fail("a tree's node size and depth make no sense", position);
    }
    std::uint64_t most = (node_bytes_ - overhead) / record_bytes_, total = most;
    count_bytes_ = bytes_for(most);
    pointer_bytes_.push_back(0);
    total_bytes_.push_back(0);
    for (unsigned level = 1; level <= depth_; ++level) {
      const std::size_t totals = level > 1 ? bytes_for(total) : 0;
      const std::size_t pointer = image_.address_bytes() + count_bytes_ + totals;
      if (node_bytes_ < overhead + pointer + record_bytes_) fail("a tree's nodes are too small", position);
      most = (node_bytes_ - (overhead + pointer)) / (record_bytes_ + pointer);
      // An overflow would only mean a depth that no file has.
      if (__builtin_mul_overflow(most + 1, total, &total) || __builtin_add_overflow(total, most, &total)) {
        fail("a tree's depth makes no sense", position);
      }
      pointer_bytes_.push_back(pointer);
      total_bytes_.push_back(totals);
    }
  }

  void walk(std::uint64_t address, std::uint64_t count, unsigned level) {
    const std::size_t used = 6 + count * record_bytes_ + (level > 0 ? (count + 1) * pointer_bytes_[level] : 0) + 4;
    if (used > node_bytes_) fail("a tree node claims more than it can hold", image_.offset_of(address, 0));
    Record node = image_.read_checked(address, used);
    budget_.spend(used, node.position());
    node.expect(level > 0 ? "BTIN" : "BTLF");
    node.skip(1);
    if (node.u8() != type_) fail("a tree node is of another type than its tree", node.position() - 1);
    for (std::uint64_t i = 0; i < count; ++i) records_.push_back(node.part(record_bytes_));
    if (level == 0) return;
    for (std::uint64_t i = 0; i <= count; ++i) {
      const std::uint64_t child = node.address(image_.address_bytes());
      const std::uint64_t records = node.number(count_bytes_);
      node.skip(total_bytes_[level]);
      walk(child, records, level - 1);
    }
  }

  const Image& image_;
  unsigned type_, depth_ = 0;
  std::uint64_t node_bytes_ = 0, record_bytes_ = 0, root_ = undefined, root_records_ = 0;
  std::size_t count_bytes_ = 1;
  std::vector<std::size_t> pointer_bytes_, total_bytes_;
  Budget budget_;
  std::vector<Record> records_;
};

}  // namespace

std::vector<std::uint64_t> group_tree_leaves(const Image& image, std::uint64_t address) {
  std::vector<std::uint64_t> leaves;
  OldTree(image, 0, image.length_bytes(), [&](Record&, std::uint64_t child) { leaves.push_back(child); }).walk(address);
  return leaves;
}

std::vector<TreeChunk> chunk_tree_leaves(const Image& image, std::uint64_t address, std::size_t rank) {
  std::vector<TreeChunk> chunks;
  const auto add = [&](Record& key, std::uint64_t child) {
    TreeChunk chunk;
    chunk.address = child;
    chunk.bytes = key.u32();
    chunk.mask = key.u32();
    for (std::size_t d = 0; d < rank; ++d) chunk.offset.push_back(key.number(8));
    chunks.push_back(std::move(chunk));
  };
  OldTree(image, 1, 8 + 8 * (rank + 1), add).walk(address);
  return chunks;
}

std::vector<Record> tree2_records(const Image& image, std::uint64_t address, unsigned type) {
  return NewTree(image, address, type).records();
}

}  // namespace trigloop::io::hdf5
