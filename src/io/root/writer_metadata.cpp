#include "io/root/writer_metadata.hpp"

#include <algorithm>
#include <string>
#include <type_traits>

#include "io/root/writer_schema.hpp"

namespace trigloop::io::root {
namespace {

constexpr std::int32_t entry_offset_length = 1000;  // not 0: the branch has entry offsets

/// How ROOT names a number type: letter of a leaf list, and class of leaf.
struct LeafType {
  char letter;
  const char* class_name;
};

LeafType leaf_type(event::Type type) {
  static constexpr LeafType types[] = {{'O', "TLeafO"}, {'B', "TLeafB"}, {'b', "TLeafB"}, {'S', "TLeafS"},
                                       {'s', "TLeafS"}, {'I', "TLeafI"}, {'i', "TLeafI"}, {'L', "TLeafL"},
                                       {'l', "TLeafL"}, {'F', "TLeafF"}, {'D', "TLeafD"}};
  return types[static_cast<std::size_t>(type)];
}

bool is_unsigned(event::Type type) {
  return event::visit(type, []<class T>(T) { return std::is_unsigned_v<T> && !std::is_same_v<T, bool>; });
}

/// "L1Jet_hwPt[nL1Jet]", "x[3][2]"
std::string leaf_title(const ColumnSpec& column) {
  std::string title = column.name;
  if (!column.counter.empty()) title += '[' + column.counter + ']';
  for (const std::uint64_t n : column.shape) title += '[' + std::to_string(n) + ']';
  return title;
}

template <class T>
void put_array(ByteWriter& out, const std::vector<T>& values, std::size_t size, T after) {
  out.put(std::uint8_t{1});  // the array is there
  for (const T value : values) out.put(value);
  for (std::size_t i = values.size(); i < size; ++i) out.put(i == values.size() ? after : T{0});
}

void put_fill_attributes(ObjectWriter& out) {
  out.object(2, [&] { out.put_all(std::int16_t{0}, std::int16_t{1001}); });
}

void put_io_features(ObjectWriter& out) {
  // Class version 0 means that the checksum tells the layout.
  out.object(0, [&] { out.put_all(std::uint32_t{0x1aa12f10}, std::uint8_t{0}); });
}

/// Writes the branches and leaves of a tree; a leaf that was written is referred to from then on.
class TreeSerializer {
 public:
  TreeSerializer(ObjectWriter& out, const TreeWriter& tree, int compression, std::size_t basket_bytes)
      : out_(out),
        tree_(tree),
        compression_(compression),
        basket_bytes_(basket_bytes),
        leaves_(tree.branches().size()) {}

  void put_tree() {
    out_.object(20, [&] {
      constexpr std::uint32_t must_clean_up = 0x8, is_owner = 0x4000;
      const std::size_t n = tree_.branches().size();
      out_.tnamed(tree_.spec().name, tree_.spec().title, must_clean_up);
      put_attributes();
      put_numbers();
      put_clusters();
      put_io_features(out_);
      out_.object_array(
          n,
          [&] {
            for (std::size_t i = 0; i < n; ++i) put_branch(i);
          },
          is_owner);
      out_.object_array(n, [&] {
        for (std::size_t i = 0; i < n; ++i) put_leaf(i);
      });
      out_.null_pointer();                              // aliases
      out_.put_all(std::int32_t{0}, std::int32_t{0});   // index values, index
      for (int i = 0; i < 4; ++i) out_.null_pointer();  // tree index, friends, user info, branch references
    });
  }

 private:
  void put_attributes() {
    out_.object(2, [&] { out_.put_all(std::int16_t{602}, std::int16_t{1}, std::int16_t{1}); });  // line
    put_fill_attributes(out_);
    out_.object(3, [&] { out_.put_all(std::int16_t{1}, std::int16_t{1}, 1.0f); });  // marker
  }

  void put_numbers() {
    std::int64_t raw = 0, stored = 0;
    for (const Branch& branch : tree_.branches()) {
      raw += branch.index().raw_bytes;
      stored += branch.index().stored_bytes;
    }
    constexpr std::int64_t no_limit = 1000000000000;
    const auto& ranges = tree_.ranges();
    out_.put_all(static_cast<std::int64_t>(tree_.closed_entries()), raw, stored, std::int64_t{0}, stored);
    out_.put_all(1.0, std::int32_t{0}, std::int32_t{25}, std::int32_t{0}, entry_offset_length);
    out_.put(static_cast<std::int32_t>(ranges.empty() ? 0 : ranges.size() - 1));
    out_.put_all(no_limit, no_limit, std::int64_t{0}, std::int64_t{-300000000});
    out_.put(ranges.empty() ? std::int64_t{-30000000} : ranges.back().size);  // fAutoFlush
    out_.put(std::int64_t{1000000});
  }

  /// fAutoFlush is the cluster size behind the last of fClusterRangeEnd.
  void put_clusters() {
    const auto& ranges = tree_.ranges();
    std::vector<std::int64_t> ends, sizes;
    for (std::size_t i = 0; i + 1 < ranges.size(); ++i) {
      ends.push_back(ranges[i].last);
      sizes.push_back(ranges[i].size);
    }
    for (const auto* values : {&ends, &sizes}) {
      if (values->empty()) {
        out_.put(std::uint8_t{0});
      } else {
        put_array<std::int64_t>(out_, *values, values->size(), 0);
      }
    }
  }

  void put_branch(std::size_t number) {
    const Branch& branch = tree_.branches()[number];
    const ColumnSpec& column = branch.spec();
    out_.pointer("TBranch", [&] {
      out_.object(13, [&] {
        constexpr std::uint32_t no_buffer_map = 0x00400000;
        out_.tnamed(column.name, leaf_title(column) + '/' + leaf_type(column.type).letter, no_buffer_map);
        put_fill_attributes(out_);
        put_branch_members(number);
        out_.text("");  // the baskets are in this file
      });
    });
  }

  void put_branch_members(std::size_t number) {
    const Branch& branch = tree_.branches()[number];
    const BasketIndex& index = branch.index();
    const auto entries = static_cast<std::int64_t>(tree_.closed_entries());
    const std::size_t baskets = index.bytes.size(), room = std::max<std::size_t>(10, baskets + 1);
    out_.put_all(static_cast<std::int32_t>(compression_), static_cast<std::int32_t>(basket_bytes_),
                 branch.jagged() ? entry_offset_length : 0, static_cast<std::int32_t>(baskets), entries);
    put_io_features(out_);
    out_.put_all(std::int32_t{0}, static_cast<std::int32_t>(room), std::int32_t{0}, entries, std::int64_t{0},
                 index.raw_bytes, index.stored_bytes);
    out_.object_array(0, [] {});
    out_.object_array(1, [&] { put_leaf(number); });
    out_.object_array(0, [] {});  // all baskets are on disk
    put_array<std::int32_t>(out_, index.bytes, room, 0);
    put_array<std::int64_t>(out_, index.first_entry, room, entries);
    put_array<std::int64_t>(out_, index.seek, room, 0);
  }

  void put_leaf(std::size_t number) {
    if (leaves_[number] != 0) {
      out_.reference(leaves_[number]);
    } else {
      leaves_[number] =
          out_.pointer(leaf_type(tree_.spec().columns[number].type).class_name, [&] { put_leaf_members(number); });
    }
  }

  void put_leaf_members(std::size_t number) {
    const Branch& branch = tree_.branches()[number];
    const ColumnSpec& column = branch.spec();
    const std::int64_t largest = tree_.largest_count(number);
    out_.object(1, [&] {
      out_.object(2, [&] {
        out_.tnamed(column.name, leaf_title(column));
        out_.put_all(static_cast<std::int32_t>(branch.values_per_item()),
                     static_cast<std::int32_t>(event::size_of(column.type)), std::int32_t{0},
                     static_cast<std::uint8_t>(largest >= 0), static_cast<std::uint8_t>(is_unsigned(column.type)));
        if (branch.jagged()) {
          put_leaf(tree_.counters()[number]);
        } else {
          out_.null_pointer();
        }
      });
      event::visit(column.type,
                   [&]<class T>(T) { out_.put_all(T{}, static_cast<T>(std::max<std::int64_t>(0, largest))); });
    });
  }

  ObjectWriter& out_;
  const TreeWriter& tree_;
  int compression_;
  std::size_t basket_bytes_;
  std::vector<std::uint32_t> leaves_;  ///< references; 0: not written yet
};

}  // namespace

void put_tree(ObjectWriter& out, const TreeWriter& tree, int compression, std::size_t basket_bytes) {
  TreeSerializer(out, tree, compression, basket_bytes).put_tree();
}

}  // namespace trigloop::io::root
