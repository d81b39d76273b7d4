#include "io/root/tree.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/error.hpp"
#include "io/root/damaged.hpp"
#include "io/root/object_reader.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::size_t longest_path = 4096;

/// A count that must not be negative.
std::uint64_t count_of(const Object& object, std::string_view member) {
  const auto value = object.integer(member);
  if (value < 0) throw damaged(std::string(member) + " is negative");
  return static_cast<std::uint64_t>(value);
}

class TreeBuilder {
 public:
  explicit TreeBuilder(TreeInfo& tree) : tree_(tree) {}

  void build(const Object& object) {
    tree_.entries = count_of(object, "fEntries");
    add_branches(object, "", true);
    link_counters();
  }

 private:
  std::size_t add_branches(const Object& parent, const std::string& prefix, bool top_level) {
    std::size_t added = 0;
    for (const Object* item : parent.list("fBranches")) {
      if (item == nullptr) continue;
      if (!branch_numbers_.emplace(item, tree_.branches.size()).second) throw damaged("a branch contains itself");
      add_branch(*item, prefix, top_level);
      ++added;
    }
    return added;
  }

  void add_branch(const Object& object, const std::string& prefix, bool top_level) {
    const std::size_t number = tree_.branches.size();
    BranchInfo branch;
    branch.name = object.text("fName");
    branch.path = prefix + branch.name;
    if (branch.path.size() > longest_path)
      throw damaged("a branch name of " + std::to_string(branch.path.size()) + " bytes");
    branch.top_level = top_level;
    try {
      fill(branch, object);
      add_baskets(branch, object);
      add_leaves(branch, object, number);
    } catch (core::Error& e) {
      e.in("branch '" + core::escaped(branch.path) + "'");
      throw;
    }
    const std::string inner_prefix = branch.path + "/";
    tree_.branches.push_back(std::move(branch));
    count_branches_.push_back(object.object("fBranchCount"));
    const std::size_t children = add_branches(object, inner_prefix, false);
    tree_.branches[number].children = children;
  }

  static void fill(BranchInfo& branch, const Object& object) {
    branch.class_name = object.class_name;
    branch.title = object.text("fTitle");
    branch.entries = count_of(object, "fEntries");
    branch.raw_bytes = count_of(object, "fTotBytes");
    branch.compression = object.integer("fCompress");
    branch.other_file = object.text("fFileName");
    branch.is_element = object.class_name == "TBranchElement";
    branch.kind = static_cast<BranchKind>(object.integer("fType"));
    branch.streamer_type = static_cast<int>(object.integer("fStreamerType", -1));
    branch.object_class = object.text("fClassName");
    branch.object_version = static_cast<std::int32_t>(object.integer("fClassVersion"));
    branch.object_checksum = static_cast<std::uint32_t>(object.integer("fCheckSum"));
    branch.element_number = static_cast<std::int32_t>(object.integer("fID", -1));
  }

  /// Baskets in the file come first; what was not flushed follows from fBaskets.
  static void add_baskets(BranchInfo& branch, const Object& object) {
    const auto bytes = object.integers("fBasketBytes"), firsts = object.integers("fBasketEntry"),
               seeks = object.integers("fBasketSeek");
    const auto written = count_of(object, "fWriteBasket");
    std::size_t count = 0;
    const std::size_t most = std::min({bytes.size(), firsts.size(), seeks.size(), static_cast<std::size_t>(written)});
    while (count < most && seeks[count] != 0) ++count;
    std::uint64_t next = 0;
    branch.baskets.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t end = i + 1 < firsts.size() ? static_cast<std::uint64_t>(firsts[i + 1]) : branch.entries;
      if (static_cast<std::uint64_t>(firsts[i]) != next || end < next || end > branch.entries || seeks[i] < 0 ||
          bytes[i] <= 0) {
        throw damaged("basket " + std::to_string(i) + " has an impossible place or size");
      }
      Basket basket{next, end - next, static_cast<std::uint64_t>(seeks[i]), static_cast<std::uint64_t>(bytes[i]), {}};
      branch.stored_bytes += basket.nbytes;
      branch.baskets.push_back(std::move(basket));
      next = end;
    }
    if (next < branch.entries) add_embedded(branch, object, next);
  }

  static void add_embedded(BranchInfo& branch, const Object& object, std::uint64_t next) {
    for (const Object* item : object.list("fBaskets")) {
      if (item == nullptr || !item->has("bytes")) continue;
      const std::uint64_t entries = count_of(*item, "entries");
      if (entries > branch.entries - next) throw damaged("its embedded baskets have more entries than the branch");
      branch.baskets.push_back({next, entries, 0, 0, item->text("bytes")});
      branch.stored_bytes += branch.baskets.back().embedded.size();
      branch.raw_bytes += branch.baskets.back().embedded.size();
      next += entries;
    }
  }

  void add_leaves(BranchInfo& branch, const Object& object, std::size_t number) {
    for (const Object* item : object.list("fLeaves")) {
      if (item == nullptr) continue;
      if (!leaf_numbers_.emplace(item, tree_.leaves.size()).second) throw damaged("a leaf stands in two branches");
      LeafInfo leaf;
      leaf.name = item->text("fName");
      leaf.title = item->text("fTitle");
      leaf.class_name = item->class_name;
      leaf.no_length = item->integer("fLen") < 0;
      if (!leaf.no_length) leaf.length = count_of(*item, "fLen");
      leaf.value_bytes = count_of(*item, "fLenType");
      leaf.is_unsigned = item->integer("fIsUnsigned") != 0;
      leaf.element_code = static_cast<int>(item->integer("fType", -1));
      branch.leaves.push_back(tree_.leaves.size());
      tree_.leaves.push_back(std::move(leaf));
      tree_.branch_of_leaf.push_back(number);
      leaf_counters_.push_back(item->object("fLeafCount"));
    }
  }

  /// Counters are pointers in the file: they become numbers once all branches are known.
  void link_counters() {
    for (std::size_t i = 0; i < tree_.leaves.size(); ++i) {
      if (leaf_counters_[i] == nullptr) continue;
      const auto found = leaf_numbers_.find(leaf_counters_[i]);
      if (found != leaf_numbers_.end()) {
        tree_.leaves[i].counter = found->second;
      } else {
        tree_.leaves[i].dangling_counter = true;
      }
    }
    for (std::size_t i = 0; i < tree_.branches.size(); ++i) {
      const auto found = branch_numbers_.find(count_branches_[i]);
      if (count_branches_[i] != nullptr && found != branch_numbers_.end()) {
        tree_.branches[i].count_branch = found->second;
      }
    }
  }

  TreeInfo& tree_;
  std::unordered_map<const Object*, std::size_t> branch_numbers_, leaf_numbers_;
  std::vector<const Object*> leaf_counters_, count_branches_;
};

}  // namespace

bool is_tree_class(std::string_view class_name) noexcept {
  return class_name == "TTree" || class_name == "TNtuple" || class_name == "TNtupleD";
}

TreeInfo read_tree(const RootFile& file, const StreamerInfos& infos, const Entry& entry) {
  TreeInfo tree;
  tree.path = entry.path;
  tree.cycle = entry.key.cycle;
  try {
    const ObjectBytes bytes = file.object(entry.key);
    ObjectReader reader(infos, bytes);
    TreeBuilder(tree).build(*reader.read(entry.key.class_name));
  } catch (core::Error& e) {
    e.offset(entry.key.seek).in("tree '" + core::escaped(entry.path) + "'");
    throw;
  }
  return tree;
}

}  // namespace trigloop::io::root
