#include "io/choice.hpp"

#include <algorithm>
#include <mutex>
#include <span>

#include "core/buffer.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"

namespace trigloop::io {
namespace {

/// Rows are counted by blocks of so many entries; a reader that starts within one reads it from its beginning.
constexpr std::uint64_t block_entries = 4096;

std::uint32_t key_at(const event::ColumnView& column, std::size_t i) {
  return event::visit(column.type, [&](auto one) { return static_cast<std::uint32_t>(column.as<decltype(one)>()[i]); });
}

/// Which entries of a cluster are kept.
class Sieve {
 public:
  explicit Sieve(const event::CrossingChoice& choice) : choice_(choice) {}

  void sift(const event::ColumnView& orbits, const event::ColumnView& crossings, std::size_t entries) {
    rows_.clear();
    for (std::size_t i = 0; i < entries; ++i) {
      const std::uint32_t crossing = key_at(crossings, i);
      if (!choice_.chooses(crossing)) continue;
      ++chosen_;
      if (choice_.keeps(key_at(orbits, i), crossing)) rows_.push_back(static_cast<std::uint32_t>(i));
    }
  }
  const std::vector<std::uint32_t>& rows() const noexcept { return rows_; }
  std::uint64_t chosen() const noexcept { return chosen_; }

 private:
  const event::CrossingChoice& choice_;
  std::vector<std::uint32_t> rows_;
  std::uint64_t chosen_ = 0;
};

/// A column of the rows that are kept.
class KeptColumn {
 public:
  event::ColumnView take(const event::ColumnView& in, std::span<const std::uint32_t> rows) {
    const std::size_t size = event::size_of(in.type), item = size * in.inner;
    bytes_.resize_discard(in.values * size);
    offsets_.assign(1, 0);
    std::size_t at = 0;
    for (const std::uint32_t row : rows) {
      const std::size_t begin = in.jagged ? in.offsets[row] : row, end = in.jagged ? in.offsets[row + 1] : row + 1;
      std::copy(in.data + begin * item, in.data + end * item, bytes_.data() + at);
      at += (end - begin) * item;
      if (in.jagged) offsets_.push_back(static_cast<std::uint32_t>(at / item));
    }
    event::ColumnView out = in;
    out.data = bytes_.data();
    out.values = at / size;
    if (in.jagged) out.offsets = offsets_;
    return out;
  }

 private:
  core::ByteBuffer bytes_;
  std::vector<std::uint32_t> offsets_;
};

struct Chosen {
  std::shared_ptr<const Source> all;
  ChosenRows rows;
  SourceInfo info;
  std::uint64_t entries = 0;             ///< of the table as it is stored
  std::vector<std::uint64_t> first_row;  ///< of each block, and behind the last

  /// The row that a block's boundary is at; entries between count as those of their block.
  std::uint64_t row_at(std::uint64_t entry) const noexcept {
    return entry >= entries ? first_row.back() : first_row[entry / block_entries];
  }
};

class ChosenReader final : public ColumnReader {
 public:
  ChosenReader(std::shared_ptr<const Chosen> chosen, Selection selection, const ReadOptions& options)
      : chosen_(std::move(chosen)), sieve_(chosen_->rows.choice), outputs_(selection.columns.size()) {
    orbit_ = position_of(selection, chosen_->rows.orbit);
    crossing_ = position_of(selection, chosen_->rows.crossing);
    columns_.resize(selection.columns.size());
    reader_ = chosen_->all->read(selection, options);
    rewind({0, chosen_->first_row.back()});
  }

  void rewind(EntryRange range) override {
    const auto& first = chosen_->first_row;
    if (range.begin > range.end || range.end > first.back()) {
      throw core::Error(core::ErrorCode::usage, "the entries [" + std::to_string(range.begin) + ", " +
                                                    std::to_string(range.end) + ") are not within its " +
                                                    std::to_string(first.back()))
          .file(chosen_->info.path.native());
    }
    left_ = range;
    const auto block = static_cast<std::uint64_t>(std::ranges::upper_bound(first, range.begin) - first.begin()) - 1;
    const bool empty = range.begin == range.end;
    skip_ = empty ? 0 : range.begin - first[block];
    const std::uint64_t from = std::min(block * block_entries, chosen_->entries);
    reader_->rewind({from, empty ? from : chosen_->entries});
  }

  bool next(event::Columns& out) override {
    out = {left_.begin, 0, {}};
    while (left_.begin < left_.end && reader_->next(all_)) {
      sieve_.sift(all_.columns[orbit_], all_.columns[crossing_], all_.entries);
      std::span<const std::uint32_t> rows = sieve_.rows();
      const std::size_t skipped = std::min<std::size_t>(skip_, rows.size());
      skip_ -= skipped;
      rows = rows.subspan(skipped);
      rows = rows.first(std::min<std::size_t>(rows.size(), left_.end - left_.begin));
      if (rows.empty()) continue;
      out.entries = rows.size();
      left_.begin += rows.size();
      for (std::size_t c = 0; c < outputs_; ++c) out.columns.push_back(columns_[c].take(all_.columns[c], rows));
      return true;
    }
    return false;
  }

 private:
  /// Where a column is read, which is added to the selection if nobody asked for it.
  static std::size_t position_of(Selection& selection, const std::string& name) {
    const auto found = std::ranges::find(selection.columns, name);
    if (found == selection.columns.end()) return selection.columns.push_back(name), selection.columns.size() - 1;
    return static_cast<std::size_t>(found - selection.columns.begin());
  }

  std::shared_ptr<const Chosen> chosen_;
  Sieve sieve_;
  std::size_t outputs_, orbit_ = 0, crossing_ = 0;
  std::unique_ptr<ColumnReader> reader_;
  event::Columns all_;
  std::vector<KeptColumn> columns_;
  EntryRange left_;         ///< rows
  std::uint64_t skip_ = 0;  ///< rows before the first that is wanted
};

class ChosenSource final : public Source {
 public:
  ChosenSource(std::shared_ptr<const Source> all, const ChosenRows& rows, ChoiceCount* count) {
    auto chosen = std::make_shared<Chosen>();
    chosen->all = std::move(all);
    chosen->rows = rows;
    chosen->info = chosen->all->info();
    const ChoiceCount counted = count_rows(*chosen);
    if (count != nullptr) *count = counted;
    for (TableInfo& table : chosen->info.tables) {
      if (table.name != rows.table) continue;
      table.entries = counted.kept;
      for (ColumnInfo& column : table.columns) column.entries = counted.kept;
      break;  // of several cycles the highest
    }
    chosen_ = std::move(chosen);
  }

  const SourceInfo& info() const noexcept override { return chosen_->info; }

  std::unique_ptr<ColumnReader> read(const Selection& selection, const ReadOptions& options) const override {
    if (selection.table != chosen_->rows.table) return chosen_->all->read(selection, options);
    return std::make_unique<ChosenReader>(chosen_, selection, options);
  }

  std::vector<EntryRange> split(const Selection& selection, std::uint64_t target) const override {
    if (selection.table != chosen_->rows.table) return chosen_->all->split(selection, target);
    const double share = static_cast<double>(std::max<std::uint64_t>(1, chosen_->first_row.back())) /
                         static_cast<double>(std::max<std::uint64_t>(1, chosen_->entries));
    const auto wanted = static_cast<std::uint64_t>(static_cast<double>(target) / share);
    std::vector<EntryRange> ranges;
    for (const EntryRange& entries : chosen_->all->split(selection, wanted)) {
      const EntryRange rows{chosen_->row_at(entries.begin), chosen_->row_at(entries.end)};
      if (rows.begin < rows.end) ranges.push_back(rows);
    }
    return ranges;
  }

  CodecCost measure_codec(const Selection& selection, const ReadOptions& options) const override {
    return chosen_->all->measure_codec(selection, options);
  }

 private:
  static ChoiceCount count_rows(Chosen& chosen) {
    const Selection selection{chosen.rows.table, 0, {chosen.rows.orbit, chosen.rows.crossing}};
    chosen.entries = find_table(chosen.info, selection.table).entries;
    const std::uint64_t blocks = (chosen.entries + block_entries - 1) / block_entries;
    chosen.first_row.assign(blocks + 1, 0);
    ChoiceCount count{chosen.entries, 0, 0};
    std::mutex mutex;
    constexpr std::uint64_t blocks_a_task = 64;
    core::parallel_for((blocks + blocks_a_task - 1) / blocks_a_task, 0, [&](std::size_t task, unsigned) {
      const std::uint64_t first = task * blocks_a_task, last = std::min(first + blocks_a_task, blocks);
      Sieve sieve(chosen.rows.choice);
      const auto reader = chosen.all->read(selection);
      reader->rewind({first * block_entries, std::min(last * block_entries, chosen.entries)});
      for (event::Columns cluster; reader->next(cluster);) {
        sieve.sift(cluster.columns[0], cluster.columns[1], cluster.entries);
        for (const std::uint32_t row : sieve.rows())
          ++chosen.first_row[(cluster.first_entry + row) / block_entries + 1];
      }
      const std::scoped_lock lock(mutex);
      count.chosen += sieve.chosen();
    });
    for (std::uint64_t b = 0; b < blocks; ++b) chosen.first_row[b + 1] += chosen.first_row[b];
    count.kept = chosen.first_row.back();
    return count;
  }

  std::shared_ptr<const Chosen> chosen_;
};

}  // namespace

std::unique_ptr<Source> choose(std::shared_ptr<const Source> all, const ChosenRows& rows, ChoiceCount* count) {
  return std::make_unique<ChosenSource>(std::move(all), rows, count);
}

}  // namespace trigloop::io
