#include "io/array/source.hpp"

#include <algorithm>
#include <cassert>

#include "core/error.hpp"
#include "io/array/stripe.hpp"

namespace trigloop::io::array {
namespace {

/// The columns of a selection, found and checked.
struct Chosen {
  const TableInfo* table = nullptr;
  std::vector<const ColumnInfo*> infos;
  std::vector<std::shared_ptr<const Array>> arrays;
  std::uint64_t entries = 0;
};

Chosen choose(const Contents& contents, const Selection& selection) {
  Chosen chosen;
  chosen.table = &find_table(contents.info, selection.table, selection.cycle);
  const auto& arrays = contents.arrays[static_cast<std::size_t>(chosen.table - contents.info.tables.data())];
  for (const std::string& name : selection.columns) {
    const ColumnInfo& column = find_column(contents.info, *chosen.table, name);
    if (!column.type) {
      throw core::Error(core::ErrorCode::unsupported, column.why_not)
          .file(contents.info.path.native())
          .in("column '" + name + "'");
    }
    if (!chosen.infos.empty() && column.entries != chosen.entries) {
      throw core::Error(core::ErrorCode::mismatch, "columns '" + chosen.infos[0]->name + "' and '" + name + "' have " +
                                                       std::to_string(chosen.entries) + " and " +
                                                       std::to_string(column.entries) + " entries")
          .file(contents.info.path.native())
          .remedy("Read them one by one");
    }
    chosen.entries = column.entries;
    chosen.infos.push_back(&column);
    chosen.arrays.push_back(arrays[static_cast<std::size_t>(&column - chosen.table->columns.data())]);
  }
  if (selection.columns.empty()) chosen.entries = chosen.table->entries;
  return chosen;
}

/// The entries of a chunk of the column with the most bytes an entry: where ranges are made of whole ones, that column
/// is decompressed once, whoever reads which range; the others repeat a chunk where a range ends within it.
std::uint64_t unit_of(const Chosen& chosen) {
  std::uint64_t unit = 1, most_bytes = 0;
  for (const auto& array : chosen.arrays) {
    if (array->sequential()) return std::max<std::uint64_t>(chosen.entries, 1);
    const Layout& layout = array->layout();
    const std::uint64_t bytes = layout.inner() * event::size_of(layout.encoding.type);
    if (bytes > most_bytes) unit = std::max<std::uint64_t>(layout.chunk[0], 1);
    most_bytes = std::max(bytes, most_bytes);
  }
  return unit;
}

/// Clusters end where the first of the stripes ends: every view points into its stripe, nothing is copied.
class Reader final : public ColumnReader {
 public:
  Reader(std::shared_ptr<const Contents> contents, const Chosen& chosen, const ReadOptions& options)
      : contents_(std::move(contents)),
        entries_(chosen.entries),
        position_(0),
        end_(chosen.entries),
        step_(std::max<std::size_t>(options.cluster_entries, 1)) {
    stripes_.reserve(chosen.arrays.size());
    for (std::size_t i = 0; i < chosen.arrays.size(); ++i) {
      guarded([&] { stripes_.emplace_back(chosen.infos[i]->name, chosen.arrays[i], options); });
    }
  }

  void rewind(EntryRange range) override {
    if (range.begin > range.end || range.end > entries_) {
      throw core::Error(core::ErrorCode::usage, "the entries [" + std::to_string(range.begin) + ", " +
                                                    std::to_string(range.end) + ") are not within its " +
                                                    std::to_string(entries_))
          .file(contents_->info.path.native());
    }
    position_ = range.begin;
    end_ = range.end;
  }

  bool next(event::Columns& out) override {
    out.columns.clear();
    out.first_entry = position_;
    out.entries = 0;
    if (position_ >= end_) return false;
    std::uint64_t stop = std::min<std::uint64_t>(end_, position_ + step_);
    guarded([&] {
      for (Stripe& stripe : stripes_) {
        stripe.seek(position_);
        stop = std::min(stop, stripe.end());
      }
      if (contents_->check_unchanged) contents_->check_unchanged();
    });
    out.entries = stop - position_;
    for (const Stripe& stripe : stripes_) out.columns.push_back(view(stripe, out.entries));
    position_ = stop;
    return true;
  }

 private:
  event::ColumnView view(const Stripe& stripe, std::size_t entries) const {
    event::ColumnView view;
    view.type = stripe.layout().encoding.type;
    view.inner = static_cast<std::uint32_t>(stripe.layout().inner());
    view.data = stripe.at(position_);
    view.values = entries * view.inner;
    return view;
  }

  template <class F>
  void guarded(F&& work) const {
    try {
      work();
    } catch (core::Error& e) {
      e.file(contents_->info.path.native());
      throw;
    }
  }

  std::shared_ptr<const Contents> contents_;
  std::vector<Stripe> stripes_;
  std::uint64_t entries_, position_, end_, step_;
};

class ArraySource final : public Source {
 public:
  explicit ArraySource(Contents contents) : contents_(std::make_shared<const Contents>(std::move(contents))) {}

  const SourceInfo& info() const noexcept override { return contents_->info; }

  std::unique_ptr<ColumnReader> read(const Selection& selection, const ReadOptions& options) const override {
    return std::make_unique<Reader>(contents_, choose(*contents_, selection), options);
  }

  std::vector<EntryRange> split(const Selection& selection, std::uint64_t target) const override {
    const Chosen chosen = choose(*contents_, selection);
    const std::uint64_t unit = unit_of(chosen);
    const std::uint64_t most = std::max<std::uint64_t>(target, 1);
    const std::uint64_t step = unit >= most ? unit : most / unit * unit;
    std::vector<EntryRange> ranges;
    for (std::uint64_t begin = 0; begin < chosen.entries;) {
      const std::uint64_t end = begin + std::min(step, chosen.entries - begin);
      ranges.push_back({begin, end});
      begin = end;
    }
    return ranges;
  }

  CodecCost measure_codec(const Selection& selection, const ReadOptions& options) const override {
    const Chosen chosen = choose(*contents_, selection);
    CodecCost cost;
    for (std::size_t i = 0; i < chosen.arrays.size(); ++i) {
      Stripe stripe(chosen.infos[i]->name, chosen.arrays[i], options);
      for (std::uint64_t row = 0; row < chosen.entries; row = stripe.end()) stripe.seek(row, &cost);
    }
    return cost;
  }

 private:
  std::shared_ptr<const Contents> contents_;
};

}  // namespace

void Contents::add(TableInfo table, std::vector<std::shared_ptr<const Array>> columns) {
  assert(table.columns.size() == columns.size());
  for (const ColumnInfo& column : table.columns) table.entries = std::max(table.entries, column.entries);
  info.tables.push_back(std::move(table));
  arrays.push_back(std::move(columns));
}

std::unique_ptr<Source> make_source(Contents contents) { return std::make_unique<ArraySource>(std::move(contents)); }

}  // namespace trigloop::io::array
