#include "scout/stores/group_set.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/interrupt.hpp"
#include "io/zarr/scatter.hpp"

namespace trigloop::scout::stores {
namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;

/// 7 MB of events: a lumisection of 70 million becomes thousands of files, not ten thousands.
constexpr std::uint64_t chunk_entries = 1u << 16;

enum Column : std::size_t { payload_column, run, block, crossing, orbit, e_gammas, jets };

std::vector<io::ColumnSpec> columns_of(const Payload& payload) {
  const auto key = [](const char* name) { return io::ColumnSpec{name, event::Type::uint32, {}, ""}; };
  const auto counter = [](const char* name) { return io::ColumnSpec{name, event::Type::int32, {}, ""}; };
  return {{payload.name, payload.type, {payload.width}, ""},
          key("RunNumber"),
          key("LuminosityBlock"),
          key("BunchCrossing"),
          key("OrbitNumber"),
          counter("nl1EG"),  // so spelt in the original
          counter("nL1Jet")};
}

/// A column that tells how many items of a collection an entry has: their counter, a store's copy of it, or any jagged
/// column of the collection.
std::string counter_of(const event::Layout& layout, const io::TableInfo& table, const char* collection,
                       const char* stored) {
  const auto find = [&](const std::string& name) {
    return std::ranges::find(table.columns, name, &io::ColumnInfo::name);
  };
  const auto has = [&](const std::string& name) { return find(name) != table.columns.end(); };
  if (has(stored)) return stored;
  for (const event::Collection& one : layout.collections) {
    if (one.name != collection) continue;
    if (has(one.counter)) return one.counter;
    const auto jagged = [&](const event::Field& field) {
      return has(field.use.column) && find(field.use.column)->jagged;
    };
    const auto field = std::ranges::find_if(one.fields, jagged);
    if (field != one.fields.end()) return field->use.column;
  }
  throw Error(ErrorCode::mismatch, std::string("has no column that counts ") + collection + " objects");
}

std::vector<std::int32_t> counts_of(const event::ColumnView& view) {
  std::vector<std::int32_t> counts;
  if (view.jagged) {
    for (std::size_t i = 1; i < view.offsets.size(); ++i) {
      counts.push_back(static_cast<std::int32_t>(view.offsets[i] - view.offsets[i - 1]));
    }
    return counts;
  }
  counts.resize(view.values);
  event::visit(view.type, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!std::is_same_v<T, bool>) {
      std::ranges::transform(view.as<T>(), counts.begin(), [](T v) { return static_cast<std::int32_t>(v); });
    }
  });
  return counts;
}

std::string write_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return "{\"WriteTime\": " + std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()) + "}";
}

}  // namespace

/// Spreads ranges of entries over the groups.
class GroupSet::Groups {
 public:
  Groups(const fs::path& folder, const InputId& input, std::uint64_t entries, const Payload& payload)
      : folder_(folder),
        entries_(entries),
        size_(entries / parts + 1),
        row_bytes_(payload.width * event::size_of(payload.type)) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) throw Error(ErrorCode::output, "cannot make the folder: " + failed.message()).file(folder.native());
    const auto columns = columns_of(payload);
    const io::zarr::WriteOptions options{.compressor = {}, .chunk_entries = chunk_entries};
    for (unsigned g = 0; g < parts; ++g) {
      const std::uint64_t begin = std::min(entries, g * size_), end = std::min(entries, begin + size_);
      groups_.push_back(
          std::make_unique<io::zarr::ScatterWriter>(folder / store_name(input, g, ".zarr"), columns, end - begin));
    }
  }

  std::uint64_t entries() const noexcept { return entries_; }
  std::size_t row_bytes() const noexcept { return row_bytes_; }

  void put(std::size_t column, std::uint64_t first, std::size_t count, std::size_t row_bytes, const void* rows) {
    const auto* from = static_cast<const std::byte*>(rows);
    for (const std::uint64_t end = first + count; first < end;) {
      const std::uint64_t g = first / size_, n = std::min(end, (g + 1) * size_) - first;
      groups_.at(g)->put(column, first - g * size_, n, from);
      first += n;
      from += n * row_bytes;
    }
  }
  template <class T>
  void put(std::size_t column, std::uint64_t first, std::size_t count, const T* values) {
    put(column, first, count, sizeof(T), values);
  }

  void commit() {
    for (const auto& group : groups_) group->finish(write_time());
    core::sync_file_system(folder_);
    for (const auto& group : groups_) group->publish();
    core::sync_folder(folder_);
  }

 private:
  fs::path folder_;
  std::uint64_t entries_, size_;
  std::size_t row_bytes_;
  std::vector<std::unique_ptr<io::zarr::ScatterWriter>> groups_;
};

GroupSet::GroupSet(const fs::path& folder, const InputId& input, std::uint64_t entries, const Payload& payload)
    : groups_(std::make_unique<Groups>(folder, input, entries, payload)) {}
GroupSet::~GroupSet() = default;

void GroupSet::put(const event::Tile& tile, const void* payload) {
  groups_->put(payload_column, tile.first_entry, tile.size, groups_->row_bytes(), payload);
  const std::array keys{tile.run, tile.block, tile.crossing, tile.orbit};
  for (std::size_t k = 0; k < keys.size(); ++k) groups_->put(run + k, tile.first_entry, tile.size, keys[k]);
}

void GroupSet::copy_counters(const io::Source& source, const event::Layout& layout) {
  const io::TableInfo& table = io::find_table(source.info(), layout.table);
  const auto reader =
      source.read({table.name,
                   table.cycle,
                   {counter_of(layout, table, "EG", "nl1EG"), counter_of(layout, table, "Jet", "nL1Jet")}});
  for (event::Columns window; reader->next(window);) {
    core::stop_if_interrupted();
    for (std::size_t c = 0; c < 2; ++c) {
      groups_->put(e_gammas + c, window.first_entry, window.entries, counts_of(window.columns[c]).data());
    }
  }
}

void GroupSet::commit() { groups_->commit(); }

}  // namespace trigloop::scout::stores
