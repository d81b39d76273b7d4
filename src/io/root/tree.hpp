#pragma once
// A TTree's metadata as plain data: branches, leaves, and where the baskets are.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/root/file.hpp"
#include "io/root/streamer_info.hpp"

namespace trigloop::io::root {

/// Entries [first_entry, first_entry + entries) of a branch: a record in the file, or bytes held in the tree's object.
struct Basket {
  std::uint64_t first_entry = 0, entries = 0;
  std::uint64_t seek = 0, nbytes = 0;  ///< the record; 0 if embedded
  std::string embedded;                ///< the values' bytes of a basket that was never flushed

  bool is_embedded() const noexcept { return seek == 0; }
};

/// What a branch's entry is made of.
struct LeafInfo {
  std::string name, title, class_name;
  std::uint64_t length = 1;       ///< values an item (the product of the fixed dimensions)
  std::uint64_t value_bytes = 0;  ///< fLenType
  bool is_unsigned = false;
  int element_code = -1;               ///< TLeafElement: type code of its streamer element
  std::optional<std::size_t> counter;  ///< the leaf (of the same tree) that counts its items
  bool no_length = false;              ///< it says a negative one, as ROOT does for members of unknown size
  bool dangling_counter = false;       ///< it has a counter, but not one of this tree
};

/// ROOT's kinds of TBranchElement.
enum class BranchKind : int {
  plain = 0,
  base_class = 1,
  split_object = 2,
  clones_counts = 3,
  vector_counts = 4,
  clones_member = 31,
  vector_member = 41
};

struct BranchInfo {
  std::string name, path;  ///< path: "parent/child"
  std::string class_name, title;
  std::uint64_t entries = 0;
  std::uint64_t raw_bytes = 0, stored_bytes = 0;
  std::int64_t compression = 0;
  std::vector<Basket> baskets;
  std::vector<std::size_t> leaves;
  std::size_t children = 0;
  std::string other_file;  ///< its baskets are there

  // TBranchElement alone:
  bool is_element = false, top_level = true;
  BranchKind kind = BranchKind::plain;
  int streamer_type = -1;
  std::string object_class;  ///< the class that it is, or is a member of
  std::int32_t object_version = 0;
  std::uint32_t object_checksum = 0;
  std::int32_t element_number = -1;  ///< which member of object_class; negative: the object itself
  std::optional<std::size_t> count_branch;
};

struct TreeInfo {
  std::string path;
  std::uint32_t cycle = 0;
  std::uint64_t entries = 0;
  std::vector<BranchInfo> branches;  ///< depth first
  std::vector<LeafInfo> leaves;
  std::vector<std::size_t> branch_of_leaf;
};

/// True for the classes that read_tree understands.
bool is_tree_class(std::string_view class_name) noexcept;

/// Reads the tree behind a key. Errors: damaged; unsupported (ancient layouts).
TreeInfo read_tree(const RootFile& file, const StreamerInfos& infos, const Entry& entry);

}  // namespace trigloop::io::root
