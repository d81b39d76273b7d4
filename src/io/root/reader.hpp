#pragma once
// Streams columns of one tree, cluster by cluster: the ColumnReader of ROOT files.
//
// One BranchStream per branch that is needed, counters that nobody asked for included. Each cluster: every stream
// decodes baskets until it covers the cluster's entries (baskets of different branches end at different entries); the
// counters are summed once for all columns that share them; the columns are handed out as views into the lanes. What
// the counters say must lead exactly to the border of every basket of the columns that they count.
#include <memory>
#include <vector>

#include "io/root/branch_stream.hpp"
#include "io/root/file.hpp"

namespace trigloop::io::root {

/// An opened file: what sources and readers share. Immutable.
struct OpenFile {
  explicit OpenFile(const std::filesystem::path& path) : file(path) {}
  RootFile file;
  StreamerInfos infos;
  SourceInfo info;
  std::vector<TreeInfo> trees;                            ///< parallel to info.tables
  std::vector<std::vector<std::optional<Column>>> plans;  ///< per tree, parallel to its columns
};

class Reader final : public ColumnReader {
 public:
  /// `columns` are numbers of readable columns of tree number `tree`.
  Reader(std::shared_ptr<const OpenFile> file, std::size_t tree, const std::vector<std::size_t>& columns,
         const ReadOptions& options);

  void rewind(EntryRange range) override;
  bool next(event::Columns& out) override;

 private:
  struct LaneRef {
    std::size_t stream = 0, lane = 0;
    bool operator==(const LaneRef&) const = default;
  };
  /// Columns with the same numbers of items per entry.
  struct Group {
    LaneRef counter;               ///< of a self-counted column: the column itself
    std::vector<LaneRef> counted;  ///< the columns that another one counts
    core::AlignedBuffer<std::uint32_t> offsets;
  };
  struct Output {
    LaneRef lane;
    std::size_t group = none;
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  LaneRef open_lane(std::size_t column);
  std::size_t open_group(LaneRef counter);
  void add_counted(std::size_t column, LaneRef lane, Output& output);
  ColumnLane& lane(LaneRef ref) { return streams_[ref.stream].lane(ref.lane); }
  const std::string& name_of(LaneRef ref);

  void locate();
  void warm_up(std::uint64_t first);
  void skip_to_begin(std::uint64_t first);
  void release();
  void decompress_together(std::uint64_t end);
  void count(Group& group, std::uint64_t entry, std::size_t entries);
  void check_offsets(const Group& group, LaneRef ref, std::uint64_t entry, std::size_t entries);
  void check_borders(const Group& group, LaneRef ref, std::uint64_t entry, std::size_t entries);
  event::ColumnView view(const Output& output, std::size_t entries);
  template <class Action>
  void explain(Action&& action);

  std::shared_ptr<const OpenFile> file_;
  std::size_t tree_;
  StreamTools tools_;
  std::vector<std::uint32_t> offset_scratch_;
  std::vector<Decompressor::Prefix> prefixes_;
  std::vector<BranchStream*> asking_;  ///< parallel to prefixes_
  std::vector<BranchStream> streams_;
  std::vector<Group> groups_;
  std::vector<Output> outputs_;
  EntryRange range_;
  std::uint64_t entry_ = 0;     ///< first entry of the next cluster
  std::size_t handed_out_ = 0;  ///< entries of the last cluster, not yet taken from the lanes
  bool located_ = false;
};

}  // namespace trigloop::io::root
