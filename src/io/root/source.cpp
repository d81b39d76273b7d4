#include "io/root/source.hpp"

#include <algorithm>
#include <ctime>

#include "core/error.hpp"
#include "io/root/reader.hpp"
#include "io/root/split.hpp"

namespace trigloop::io::root {
namespace {

/// Nothing waits in what is timed by it, and other programs on the machine do not count.
double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

constexpr std::uint64_t batch_bytes = 64u << 20;

std::string reason_unread(const std::string& class_name) {
  if (class_name == "ROOT::RNTuple" || class_name == "ROOT::Experimental::RNTuple") {
    return "RNTuple is recognised, but its reader is not built yet; convert it to a TTree with uproot or RDataFrame";
  }
  return "only trees are read";
}

class RootSource final : public Source {
 public:
  explicit RootSource(const std::filesystem::path& path) : open_(std::make_shared<OpenFile>(path)) {
    OpenFile& open = *open_;
    try {
      open.infos = read_streamer_infos(open.file);
      std::vector<Entry> entries = open.file.list();
      order_cycles(entries);
      for (const Entry& entry : entries) add(entry);
    } catch (core::Error& e) {
      e.file(path.native());
      throw;
    }
    open.info.path = path;
    open.info.format = "ROOT";
    open.info.version = "ROOT " + version_text(open.file.header().version);
    open.info.bytes = open.file.input().size();
  }

  const SourceInfo& info() const noexcept override { return open_->info; }

  std::unique_ptr<ColumnReader> read(const Selection& selection, const ReadOptions& options) const override {
    const std::size_t tree = tree_of(selection);
    return std::make_unique<Reader>(open_, tree, columns_of(tree, selection), options);
  }

  std::vector<EntryRange> split(const Selection& selection, std::uint64_t target) const override {
    const std::size_t tree = tree_of(selection);
    const auto branches = branches_of(tree, columns_of(tree, selection));
    const std::uint64_t entries = entries_of(tree, branches);
    std::vector<const BranchInfo*> infos;
    for (const std::size_t number : branches) infos.push_back(&open_->trees[tree].branches[number]);
    return split_entries(infos, entries, target);
  }

  CodecCost measure_codec(const Selection& selection, const ReadOptions& options) const override;

 private:
  static void order_cycles(std::vector<Entry>& entries);
  void add(const Entry& entry);
  std::size_t tree_of(const Selection& selection) const;
  std::vector<std::size_t> columns_of(std::size_t tree, const Selection& selection) const;
  std::vector<std::size_t> branches_of(std::size_t tree, const std::vector<std::size_t>& columns) const;
  std::uint64_t entries_of(std::size_t tree, const std::vector<std::size_t>& branches) const;

  std::shared_ptr<OpenFile> open_;
};

/// Of one name the highest cycle comes first; names stay in the order of the file.
void RootSource::order_cycles(std::vector<Entry>& entries) {
  std::vector<std::pair<std::string, std::size_t>> first_seen;
  for (std::size_t i = 0; i < entries.size(); ++i) first_seen.emplace_back(entries[i].path, i);
  std::ranges::stable_sort(first_seen, {}, &std::pair<std::string, std::size_t>::first);
  std::vector<std::size_t> rank(entries.size());
  for (std::size_t i = 0; i < first_seen.size(); ++i) {
    const bool again = i > 0 && first_seen[i].first == first_seen[i - 1].first;
    rank[first_seen[i].second] = again ? rank[first_seen[i - 1].second] : first_seen[i].second;
  }
  std::vector<std::size_t> order(entries.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return rank[a] != rank[b] ? rank[a] < rank[b] : entries[a].key.cycle > entries[b].key.cycle;
  });
  std::vector<Entry> ordered;
  ordered.reserve(entries.size());
  for (const std::size_t i : order) ordered.push_back(std::move(entries[i]));
  entries = std::move(ordered);
}

void RootSource::add(const Entry& entry) {
  OpenFile& open = *open_;
  if (!is_tree_class(entry.key.class_name)) {
    open.info.unread.push_back({entry.path, entry.key.class_name, reason_unread(entry.key.class_name)});
    return;
  }
  try {
    TreeInfo tree = read_tree(open.file, open.infos, entry);
    ColumnSet columns = make_columns(tree, open.infos);
    open.info.tables.push_back({tree.path, tree.cycle, tree.entries, std::move(columns.infos)});
    open.plans.push_back(std::move(columns.plans));
    open.trees.push_back(std::move(tree));
  } catch (const core::Error& e) {
    if (e.code() != core::ErrorCode::unsupported) throw;
    open.info.unread.push_back({entry.path, entry.key.class_name, e.reason()});
  }
}

std::size_t RootSource::tree_of(const Selection& selection) const {
  const TableInfo& table = find_table(open_->info, selection.table, selection.cycle);
  return static_cast<std::size_t>(&table - open_->info.tables.data());
}

std::vector<std::size_t> RootSource::columns_of(std::size_t tree, const Selection& selection) const {
  const TableInfo& table = open_->info.tables[tree];
  std::vector<std::size_t> columns;
  for (const std::string& name : selection.columns) {
    const ColumnInfo& column = find_column(open_->info, table, name);
    const auto number = static_cast<std::size_t>(&column - table.columns.data());
    if (!open_->plans[tree][number]) {
      throw core::Error(core::ErrorCode::unsupported,
                        "cannot be read (" + core::escaped(column.type_name) + "): " + column.why_not)
          .in("tree '" + core::escaped(table.name) + "', branch '" + core::escaped(name) + "'")
          .file(open_->info.path.native())
          .remedy("Leave it out");
    }
    columns.push_back(number);
  }
  entries_of(tree, branches_of(tree, columns));  // must be the same for all
  return columns;
}

/// The branches of the columns and of their counters, each once.
std::vector<std::size_t> RootSource::branches_of(std::size_t tree, const std::vector<std::size_t>& columns) const {
  std::vector<std::size_t> branches;
  for (const std::size_t column : columns) {
    const Column& plan = *open_->plans[tree][column];
    branches.push_back(plan.branch);
    if (plan.counter) branches.push_back(open_->plans[tree][*plan.counter]->branch);
  }
  std::ranges::sort(branches);
  branches.erase(std::ranges::unique(branches).begin(), branches.end());
  return branches;
}

std::uint64_t RootSource::entries_of(std::size_t tree, const std::vector<std::size_t>& branches) const {
  const auto& all = open_->trees[tree].branches;
  if (branches.empty()) return open_->trees[tree].entries;
  const BranchInfo& first = all[branches[0]];
  for (const std::size_t number : branches) {
    if (all[number].entries == first.entries) continue;
    throw core::Error(core::ErrorCode::mismatch,
                      "branch '" + core::escaped(first.path) + "' has " + std::to_string(first.entries) +
                          " entries, '" + core::escaped(all[number].path) + "' " + std::to_string(all[number].entries))
        .in("tree '" + core::escaped(open_->trees[tree].path) + "'")
        .file(open_->info.path.native())
        .remedy("Read columns of one length at a time");
  }
  return first.entries;
}

CodecCost RootSource::measure_codec(const Selection& selection, const ReadOptions& options) const {
  const std::size_t tree = tree_of(selection);
  Decompressor decompressor(options.verify);
  core::ByteBuffer out;
  CodecCost cost;
  std::vector<std::vector<std::byte>> batch;
  std::vector<const Basket*> baskets;
  std::uint64_t loaded = 0;
  const auto run = [&] {
    std::vector<BasketRecord> records;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      records.push_back(parse_basket(*baskets[i], batch[i], options.max_unit_bytes));
      out.resize_discard(records.back().objlen);
      cost.raw_bytes += records.back().objlen;
    }
    const double start = thread_cpu_seconds();
    for (const BasketRecord& record : records) {
      unpack_basket(record, decompressor, {out.data(), record.objlen}, options.verify ? record.objlen : record.border);
    }
    cost.seconds += thread_cpu_seconds() - start;
    batch.clear();
    baskets.clear();
    loaded = 0;
  };
  for (const std::size_t number : branches_of(tree, columns_of(tree, selection))) {
    for (const Basket& basket : open_->trees[tree].branches[number].baskets) {
      ++cost.units;
      if (basket.is_embedded()) continue;
      if (basket.nbytes > open_->info.bytes) throw core::Error(core::ErrorCode::damaged, "a basket exceeds the file");
      batch.emplace_back(basket.nbytes);
      open_->file.input().read(basket.seek, batch.back());
      baskets.push_back(&basket);
      cost.stored_bytes += basket.nbytes;
      loaded += basket.nbytes;
      if (loaded >= batch_bytes) run();
    }
  }
  run();
  return cost;
}

}  // namespace

std::unique_ptr<Source> open(const std::filesystem::path& path) { return std::make_unique<RootSource>(path); }

}  // namespace trigloop::io::root
