#pragma once
// A source in memory, for tests of what stands above the readers. Windows may have odd sizes, values are followed by
// exactly the padding that the contract of ColumnView promises, and each window is decoded into fresh memory, so that a
// view kept too long is seen by the address sanitizer.
#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/source.hpp"

namespace trigloop::test {

struct FakeColumn {
  std::string name;
  event::Type type = event::Type::int32;
  std::vector<std::byte> bytes;        ///< all values
  std::vector<std::uint32_t> offsets;  ///< jagged: entries + 1
  std::vector<std::uint64_t> shape;    ///< fixed arrays
  std::string counter;
  bool jagged() const { return !offsets.empty(); }
  std::size_t inner() const {
    std::size_t n = 1;
    for (const auto d : shape) n *= d;
    return n;
  }
};

template <class T>
FakeColumn flat_column(const std::string& name, const std::vector<T>& values, std::vector<std::uint64_t> shape = {}) {
  FakeColumn column{name, event::type_of<T>(), std::vector<std::byte>(values.size() * sizeof(T)),
                    {},   std::move(shape),    ""};
  if (!values.empty()) std::memcpy(column.bytes.data(), values.data(), column.bytes.size());
  return column;
}

template <class T>
FakeColumn jagged_column(const std::string& name, const std::vector<std::vector<T>>& entries,
                         const std::string& counter) {
  std::vector<T> all;
  std::vector<std::uint32_t> offsets{0};
  for (const auto& entry : entries) {
    all.insert(all.end(), entry.begin(), entry.end());
    offsets.push_back(static_cast<std::uint32_t>(all.size()));
  }
  FakeColumn column = flat_column(name, all);
  column.offsets = std::move(offsets);
  column.counter = counter;
  return column;
}

class FakeSource final : public io::Source {
 public:
  FakeSource(std::string table, std::uint64_t entries, std::vector<FakeColumn> columns, std::size_t window = 100)
      : columns_(std::move(columns)), window_(window) {
    info_.path = "fake";
    info_.format = "memory";
    io::TableInfo one{std::move(table), 0, entries, {}};
    for (const FakeColumn& column : columns_) {
      io::ColumnInfo info;
      info.name = column.name;
      info.type = column.type;
      info.type_name = std::string(event::name_of(column.type)) + (column.jagged() ? "[]" : "");
      info.jagged = column.jagged();
      info.shape = column.shape;
      info.counter = column.counter;
      info.entries = entries;
      info.stored_bytes = column.bytes.size();
      one.columns.push_back(info);
    }
    info_.tables.push_back(std::move(one));
  }

  const io::SourceInfo& info() const noexcept override { return info_; }

  std::unique_ptr<io::ColumnReader> read(const io::Selection& selection, const io::ReadOptions&) const override {
    const io::TableInfo& table = io::find_table(info_, selection.table);
    std::vector<const FakeColumn*> chosen;
    for (const std::string& name : selection.columns) {
      io::find_column(info_, table, name);
      chosen.push_back(&*std::ranges::find(columns_, name, &FakeColumn::name));
    }
    return std::make_unique<Reader>(std::move(chosen), window_, table.entries);
  }

  std::vector<io::EntryRange> split(const io::Selection&, std::uint64_t target) const override {
    std::vector<io::EntryRange> ranges;
    const std::uint64_t entries = info_.tables[0].entries;
    for (std::uint64_t begin = 0; begin < entries; begin += target) {
      ranges.push_back({begin, std::min(begin + target, entries)});
    }
    return ranges;
  }

  io::CodecCost measure_codec(const io::Selection&, const io::ReadOptions&) const override { return {}; }

 private:
  class Reader final : public io::ColumnReader {
   public:
    Reader(std::vector<const FakeColumn*> columns, std::size_t window, std::uint64_t entries)
        : columns_(std::move(columns)), window_(window), range_{0, entries} {}
    void rewind(io::EntryRange range) override { range_ = range; }
    bool next(event::Columns& out) override {
      out = {};
      if (range_.begin == range_.end) return false;
      const std::size_t n = std::min<std::uint64_t>(window_, range_.end - range_.begin);
      out.first_entry = range_.begin;
      out.entries = n;
      memory_.clear();
      counts_.clear();
      for (const FakeColumn* column : columns_) out.columns.push_back(view(*column, range_.begin, n));
      range_.begin += n;
      return true;
    }

   private:
    event::ColumnView view(const FakeColumn& column, std::size_t first, std::size_t n) {
      const std::size_t size = event::size_of(column.type);
      std::size_t begin = first * column.inner(), end = (first + n) * column.inner();
      event::ColumnView view;
      view.type = column.type;
      view.inner = static_cast<std::uint32_t>(column.inner());
      if (column.jagged()) {
        begin = column.offsets[first];
        end = column.offsets[first + n];
        auto& offsets = counts_.emplace_back(std::make_unique<std::vector<std::uint32_t>>());
        for (std::size_t i = 0; i <= n; ++i) offsets->push_back(column.offsets[first + i] - column.offsets[first]);
        view.jagged = true;
        view.offsets = *offsets;
      }
      const std::size_t bytes = (end - begin) * size;
      // The padding holds what must not show up in any tile.
      auto& copy =
          memory_.emplace_back(std::make_unique<std::vector<std::uint64_t>>((bytes + 7) / 8 + 8, 0x5A5A5A5A5A5A5A5Au));
      if (bytes > 0) std::memcpy(copy->data(), column.bytes.data() + begin * size, bytes);
      view.data = reinterpret_cast<const std::byte*>(copy->data());
      view.values = end - begin;
      return view;
    }

    std::vector<const FakeColumn*> columns_;
    std::size_t window_;
    io::EntryRange range_;
    std::vector<std::unique_ptr<std::vector<std::uint64_t>>> memory_;
    std::vector<std::unique_ptr<std::vector<std::uint32_t>>> counts_;
  };

  std::vector<FakeColumn> columns_;
  std::size_t window_;
  io::SourceInfo info_;
};

}  // namespace trigloop::test
