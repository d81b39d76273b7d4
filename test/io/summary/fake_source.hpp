#pragma once
// A source in memory, whose column "bad" is damaged: what summaries are tested with.
#include <algorithm>
#include <vector>

#include "core/error.hpp"
#include "io/source.hpp"

namespace trigloop::test {

/// Column i of `entries` entries holds i + entry; "bad" fails at entry 1500; "list" is jagged with entry % 3 items.
class FakeSource : public io::Source {
 public:
  explicit FakeSource(std::uint64_t entries, std::vector<std::string> names = {"a", "bad", "b", "list"}) {
    info_.path = "fake";
    info_.format = "ROOT";
    for (const std::uint32_t cycle : {2u, 1u}) {
      io::TableInfo table{"Events", cycle, cycle == 2 ? entries : entries / 2, {}};
      for (const std::string& name : names) {
        io::ColumnInfo column;
        column.name = name;
        column.type = event::Type::int32;
        column.type_name = name == "list" ? "int32[]" : "int32";
        column.jagged = name == "list";
        column.entries = table.entries;
        table.columns.push_back(column);
      }
      io::ColumnInfo text;
      text.name = "text";
      text.type_name = "string";
      text.why_not = "strings are not numbers";
      table.columns.push_back(text);
      info_.tables.push_back(table);
    }
    info_.unread.push_back({"Other", "RNTuple", "its reader is not built yet"});
  }

  const io::SourceInfo& info() const noexcept override { return info_; }
  std::unique_ptr<io::ColumnReader> read(const io::Selection& selection, const io::ReadOptions&) const override {
    return std::make_unique<Reader>(selection, io::find_table(info_, selection.table, selection.cycle).entries);
  }
  std::vector<io::EntryRange> split(const io::Selection& selection, std::uint64_t) const override {
    const std::uint64_t n = io::find_table(info_, selection.table, selection.cycle).entries;
    std::vector<io::EntryRange> ranges;
    for (std::uint64_t i = 0; i < n; i += 1000) ranges.push_back({i, std::min(n, i + 1000)});
    return ranges;
  }
  io::CodecCost measure_codec(const io::Selection&, const io::ReadOptions&) const override { return {}; }

 private:
  class Reader : public io::ColumnReader {
   public:
    Reader(const io::Selection& selection, std::uint64_t entries) : names_(selection.columns), range_{0, entries} {}
    void rewind(io::EntryRange range) override { range_ = range; }
    bool next(event::Columns& out) override {
      out = {};
      if (range_.begin == range_.end) return false;
      const std::uint64_t end = std::min(range_.end, range_.begin + 300);
      values_.assign(names_.size(), {});
      for (std::size_t c = 0; c < names_.size(); ++c) fill(c, end);
      for (const auto& values : values_) {
        event::ColumnView view;
        view.data = reinterpret_cast<const std::byte*>(values.data());
        view.values = values.size();
        out.columns.push_back(view);
      }
      out.first_entry = range_.begin;
      out.entries = static_cast<std::size_t>(end - range_.begin);
      range_.begin = end;
      return true;
    }

   private:
    void fill(std::size_t c, std::uint64_t end) {
      if (names_[c] == "bad" && end > 1500) {
        throw core::Error(core::ErrorCode::damaged, "broken").in("branch 'bad', basket 3").file("fake").offset(77);
      }
      for (std::uint64_t i = range_.begin; i < end; ++i) {
        const std::uint64_t items = names_[c] == "list" ? i % 3 : 1;
        values_[c].insert(values_[c].end(), items, static_cast<std::int32_t>(i));
      }
    }

    std::vector<std::string> names_;
    io::EntryRange range_;
    std::vector<std::vector<std::int32_t>> values_;
  };

  io::SourceInfo info_;
};

}  // namespace trigloop::test
