#include "io/root/column.hpp"

#include <algorithm>
#include <charconv>

#include "core/error.hpp"
#include "io/root/decompress.hpp"
#include "io/root/number.hpp"
#include "io/root/object_path.hpp"

namespace trigloop::io::root {
namespace {

using event::Type;

constexpr std::uint64_t most_values = 1u << 28;  ///< values an item; more is no honest leaf

/// The fixed dimensions in a leaf's title, "x[n][3][1]" -> {3, 1}; {length} where the title does not fit.
std::vector<std::uint64_t> dimensions_of(const LeafInfo& leaf) {
  std::vector<std::uint64_t> dimensions;
  std::uint64_t product = 1;
  for (std::size_t left = leaf.title.find('['); left != leaf.title.npos; left = leaf.title.find('[', left + 1)) {
    std::uint64_t extent = 0;
    const char* begin = leaf.title.data() + left + 1;
    const char* end = leaf.title.data() + leaf.title.size();
    const auto [stop, error] = std::from_chars(begin, end, extent);
    if (error != std::errc() || stop == end || *stop != ']' || extent == 0 || extent > most_values) continue;
    dimensions.push_back(extent);
    product *= extent;
    if (product > most_values) break;
  }
  if (product == std::max<std::uint64_t>(1, leaf.length)) return dimensions;
  return leaf.length > 1 ? std::vector<std::uint64_t>{leaf.length} : std::vector<std::uint64_t>{};
}

std::string type_text(const Number& number, bool jagged, const std::vector<std::uint64_t>& shape) {
  std::string text(event::name_of(number.type));
  if (jagged) text += "[]";
  for (const std::uint64_t extent : shape) text += "[" + std::to_string(extent) + "]";
  return text;
}

class ColumnMaker {
 public:
  ColumnMaker(const TreeInfo& tree, const StreamerInfos& infos)
      : tree_(tree), infos_(infos), column_of_leaf_(tree.leaves.size()), column_of_branch_(tree.branches.size()) {}

  ColumnSet make() {
    for (std::size_t i = 0; i < tree_.branches.size(); ++i) add_branch(i);
    for (std::size_t i = 0; i < set_.plans.size(); ++i) link_counter(i);
    return std::move(set_);
  }

 private:
  void add_branch(std::size_t number) {
    const BranchInfo& branch = tree_.branches[number];
    column_of_branch_[number] = set_.infos.size();
    if (!branch.other_file.empty()) {
      return refuse(number, "", "its data are in another file, '" + core::escaped(branch.other_file) + "'");
    }
    if (branch.kind == BranchKind::clones_counts || branch.kind == BranchKind::vector_counts) {
      return add(number, branch.path, Number{Type::int32}, Layout::fixed, {}, 4, 0, std::nullopt);
    }
    if (branch.leaves.size() > 1) return add_leaf_list(number);
    if (branch.children > 0) {
      return refuse(number, branch.object_class, "it is a group: its members are columns of their own");
    }
    if (branch.leaves.empty()) return refuse(number, branch.object_class, "it has no leaves");
    add_single(number);
  }

  void add_single(std::size_t number) {
    const BranchInfo& branch = tree_.branches[number];
    const LeafInfo& leaf = tree_.leaves[branch.leaves[0]];
    if (!branch.is_element) {
      const auto value = number_of_leaf_class(leaf);
      if (value && leaf.no_length) return refuse(number, "", "its leaf says no length");
      if (value && leaf.dangling_counter) return refuse(number, "", "the branch that counts its items is missing");
      if (value) return add_leaf(number, *value, leaf);
      if (leaf.class_name == "TLeafC") return refuse(number, "string", "strings are not read");
      return refuse(number, branch.object_class, "it holds objects of class " + core::escaped(leaf.class_name));
    }
    if (leaf.no_length) return refuse(number, branch.object_class, "its leaf says no length");
    const Element* element = element_of(branch);
    const int code = leaf.element_code;
    const int plain_code =
        code > element::fixed_array && code < element::counted_array ? code - element::fixed_array : code;
    const std::string_view title = element != nullptr ? std::string_view(element->title) : std::string_view();
    if (const auto value = number_of_code(plain_code, title)) return add_leaf(number, *value, leaf);
    const std::string type_name = element != nullptr ? element->type_name : branch.object_class;
    const bool alone = branch.kind == BranchKind::plain;
    if (alone && code > element::counted_array && code < element::counted_array + 20) {
      if (const auto value = number_of_code(code - element::counted_array, title)) {
        return add(number, branch.path, *value, Layout::flagged, {}, 0, 0, std::nullopt);
      }
    }
    if (const auto value = alone ? number_of_vector(type_name) : std::nullopt) {
      return add(number, branch.path, *value, Layout::vector, {}, 0, 0, std::nullopt);
    }
    add_members(number, element, type_name);
  }

  /// An object that is stored whole: a column for each of its members.
  void add_members(std::size_t number, const Element* element, const std::string& type_name) {
    const BranchInfo& branch = tree_.branches[number];
    std::vector<ObjectMember> members;
    if (branch.kind != BranchKind::plain) {  // within a split collection there is no telling where an object begins
    } else if (element != nullptr) {
      members = members_of_element(infos_, *element);
    } else if (const StreamerInfo* info = infos_.find(branch.object_class, branch.object_version)) {
      members = members_of_class(infos_, *info);
    }
    const bool readable = std::ranges::any_of(members, [](const auto& member) { return member.number.has_value(); });
    if (!readable) {
      return refuse(number, type_name, "only numbers, arrays and vectors of numbers, and objects of them, are read");
    }
    const std::string dot = branch.path.ends_with('.') ? "" : ".";
    for (ObjectMember& member : members) {
      add_member(number, element != nullptr ? member.name.substr(element->name.size()) : dot + member.name, member);
    }
  }

  void add_member(std::size_t number, const std::string& suffix, ObjectMember& member) {
    const std::string name = tree_.branches[number].path + suffix;
    if (!member.number) {
      refuse(number, member.type_name, member.why_not);
      set_.infos.back().name = name;
      return;
    }
    const bool one = member.path.ending == ObjectPath::value;
    std::vector<std::uint64_t> shape;
    if (member.length > 1) shape.push_back(member.length);
    add(number, name, *member.number, one ? Layout::object_value : Layout::object_items, shape, 0, 0, std::nullopt);
    set_.infos.back().jagged = !one;
    set_.infos.back().type_name = type_text(*member.number, !one, shape);
    set_.plans.back()->path = std::make_shared<const ObjectPath>(std::move(member.path));
  }

  /// The member that a split branch holds; null if the branch holds the object itself.
  const Element* element_of(const BranchInfo& branch) const {
    if (branch.element_number < 0) return nullptr;
    const StreamerInfo* info = infos_.find_checksum(branch.object_class, branch.object_checksum);
    if (info == nullptr) info = infos_.find(branch.object_class, branch.object_version);
    const auto index = static_cast<std::size_t>(branch.element_number);
    return info != nullptr && index < info->elements.size() ? &info->elements[index] : nullptr;
  }

  void add_leaf(std::size_t number, const Number& value, const LeafInfo& leaf) {
    const BranchInfo& branch = tree_.branches[number];
    column_of_leaf_[branch.leaves[0]] = set_.infos.size();
    const auto shape = dimensions_of(leaf);
    const std::uint64_t bytes = std::max<std::uint64_t>(1, leaf.length) * value.stored_bytes();
    if (bytes > most_values) return refuse(number, "", "an item of " + std::to_string(bytes) + " bytes is not honest");
    const bool jagged = leaf.counter.has_value();
    add(number, branch.path, value, jagged ? Layout::counted : Layout::fixed, shape, static_cast<std::uint32_t>(bytes),
        0, leaf.counter);
  }

  void add_leaf_list(std::size_t number) {
    const BranchInfo& branch = tree_.branches[number];
    std::uint64_t stride = 0;
    std::vector<std::pair<Number, std::uint64_t>> parts;
    for (const std::size_t index : branch.leaves) {
      const LeafInfo& leaf = tree_.leaves[index];
      const auto value = number_of_leaf_class(leaf);
      if (!value)
        return refuse(number, "", "its leaf '" + leaf.name + "' is of class " + core::escaped(leaf.class_name));
      if (leaf.counter || leaf.dangling_counter) {
        return refuse(number, "", "its leaf '" + leaf.name + "' is jagged; only fixed leaf lists are read");
      }
      parts.emplace_back(*value, stride);
      stride += std::max<std::uint64_t>(1, leaf.length) * value->stored_bytes();
      if (leaf.length > most_values || stride > most_values) return refuse(number, "", "its entries are too large");
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::size_t index = branch.leaves[i];
      const LeafInfo& leaf = tree_.leaves[index];
      column_of_leaf_[index] = set_.infos.size();
      add(number, branch.path + "." + leaf.name, parts[i].first, Layout::fixed, dimensions_of(leaf),
          static_cast<std::uint32_t>(stride), static_cast<std::uint32_t>(parts[i].second), std::nullopt);
    }
  }

  ColumnInfo describe(std::size_t number) const {
    const BranchInfo& branch = tree_.branches[number];
    ColumnInfo info;
    info.name = branch.path;
    info.entries = branch.entries;
    info.raw_bytes = branch.raw_bytes;
    info.stored_bytes = branch.stored_bytes;
    if (!branch.baskets.empty()) info.compression = describe_compression(branch.compression);
    return info;
  }

  void refuse(std::size_t number, std::string type_name, std::string why) {
    ColumnInfo info = describe(number);
    info.type_name = type_name.empty() ? "unknown" : std::move(type_name);
    info.why_not = std::move(why);
    set_.infos.push_back(std::move(info));
    set_.plans.emplace_back();
    counters_.emplace_back();
  }

  void add(std::size_t number, std::string name, const Number& value, Layout layout, std::vector<std::uint64_t> shape,
           std::uint32_t stride, std::uint32_t offset, std::optional<std::size_t> counter_leaf) {
    ColumnInfo info = describe(number);
    info.name = std::move(name);
    info.type = value.type;
    info.jagged = layout != Layout::fixed;
    info.type_name = type_text(value, info.jagged, shape);
    Column column{number, value.type,           value.encoding, value.packed, layout,
                  1,      value.stored_bytes(), stride,         offset,       {}};
    for (const std::uint64_t extent : shape) column.inner *= static_cast<std::uint32_t>(extent);
    info.shape = std::move(shape);
    set_.infos.push_back(std::move(info));
    set_.plans.emplace_back(column);
    counters_.push_back(counter_leaf);
  }

  /// Resolves the counting leaf to a column of its own, and refuses what cannot count.
  void link_counter(std::size_t index) {
    auto& plan = set_.plans[index];
    if (!plan || plan->layout != Layout::counted) return;
    const std::size_t leaf = *counters_[index];
    std::optional<std::size_t> counter = column_of_leaf_[leaf];
    if (!counter) counter = column_of_branch_[tree_.branch_of_leaf[leaf]];
    ColumnInfo& info = set_.infos[index];
    const auto& counting = counter ? set_.plans[*counter] : std::nullopt;
    const bool counts = counting && counting->layout == Layout::fixed && counting->inner == 1 &&
                        counting->encoding == Encoding::plain && !event::is_float(counting->type);
    if (info.entries == 0 && counts && set_.infos[*counter].entries > 0) {
      plan->layout = Layout::vector;  // switched off while its counter was filled: empty, so it can count itself
    } else if (!counts || counter == index) {
      unlink(index, "the column that counts its items is not a plain integer");
    } else if (set_.infos[*counter].entries != info.entries) {
      unlink(index, "it has " + std::to_string(info.entries) + " entries, but '" + set_.infos[*counter].name +
                        "', which counts its items, has " + std::to_string(set_.infos[*counter].entries));
    } else {
      plan->counter = counter;
      info.counter = set_.infos[*counter].name;
    }
  }

  void unlink(std::size_t index, std::string why) {
    set_.infos[index].type.reset();
    set_.infos[index].why_not = std::move(why);
    set_.plans[index].reset();
  }

  const TreeInfo& tree_;
  const StreamerInfos& infos_;
  ColumnSet set_;
  std::vector<std::optional<std::size_t>> counters_;  ///< per column: the leaf that counts it
  std::vector<std::optional<std::size_t>> column_of_leaf_;
  std::vector<std::size_t> column_of_branch_;
};

}  // namespace

ColumnSet make_columns(const TreeInfo& tree, const StreamerInfos& infos) { return ColumnMaker(tree, infos).make(); }

}  // namespace trigloop::io::root
