#include "io/tiles.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/parallel.hpp"

namespace trigloop::io {
namespace {

/// What one thread reuses from task to task.
struct Worker {
  std::unique_ptr<ColumnReader> reader;
  std::unique_ptr<event::Tiler> tiler;
  event::Columns window;
  TileStats stats;
};

void take(const event::Tile& tile, unsigned number, TileStats& stats, const TileConsumer& consume) {
  stats.entries += tile.size;
  stats.tiles += 1;
  stats.counts += tile.counts;
  consume(number, tile);
}

void read_range(Worker& worker, unsigned number, EntryRange range, const TileConsumer& consume) {
  worker.reader->rewind(range);
  while (worker.reader->next(worker.window)) {
    worker.tiler->feed(worker.window);
    while (const event::Tile* tile = worker.tiler->next()) take(*tile, number, worker.stats, consume);
  }
  if (const event::Tile* tile = worker.tiler->rest()) take(*tile, number, worker.stats, consume);
}

/// Pieces of about `target` entries, cut where little is decoded twice.
std::vector<EntryRange> pieces_of(const Source& source, const Selection& selection, std::uint64_t target,
                                  EntryRange all) {
  std::vector<EntryRange> pieces;
  for (EntryRange one : source.split(selection, target)) {
    one = {std::max(one.begin, all.begin), std::min(one.end, all.end)};
    if (one.begin < one.end) pieces.push_back(one);
  }
  return pieces;
}

/// The longest first.
std::vector<EntryRange> tasks_of(const Source& source, const Selection& selection, const TileOptions& options,
                                 unsigned threads, EntryRange all) {
  if (options.entries_per_task != 0) return pieces_of(source, selection, options.entries_per_task, all);
  std::vector<EntryRange> tasks = cut_tasks(source, selection, {all}, threads);
  std::ranges::stable_sort(tasks, std::ranges::greater{}, [](const EntryRange& task) { return task.end - task.begin; });
  return tasks;
}

EntryRange range_of(const TableInfo& table, const std::optional<EntryRange>& wanted, const SourceInfo& info) {
  if (!wanted) return {0, table.entries};
  if (wanted->begin <= wanted->end && wanted->end <= table.entries) return *wanted;
  throw core::Error(core::ErrorCode::usage, "entries " + std::to_string(wanted->begin) + " to " +
                                                std::to_string(wanted->end) + " were asked for; table '" + table.name +
                                                "' has " + std::to_string(table.entries))
      .file(info.path.native());
}

std::uint64_t stored_bytes(const TableInfo& table, const Selection& selection, EntryRange range) {
  // Counters are read, too, whether or not anybody asked for them.
  std::vector<std::string> names = selection.columns;
  for (const std::string& name : selection.columns) {
    const auto column = std::ranges::find(table.columns, name, &ColumnInfo::name);
    if (column != table.columns.end() && !column->counter.empty()) names.push_back(column->counter);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::uint64_t sum = 0;
  for (const ColumnInfo& column : table.columns) {
    if (std::ranges::binary_search(names, column.name)) sum += column.stored_bytes;
  }
  if (table.entries == 0) return sum;
  const double share = static_cast<double>(range.end - range.begin) / static_cast<double>(table.entries);
  return static_cast<std::uint64_t>(static_cast<double>(sum) * share);
}

}  // namespace

std::vector<EntryRange> cut_tasks(const Source& source, const Selection& selection,
                                  const std::vector<EntryRange>& ranges, unsigned threads) {
  if (threads == 1) return ranges;
  constexpr std::uint64_t least = 4096;
  std::uint64_t left = 0;
  for (const EntryRange& range : ranges) left += range.end - range.begin;
  const std::uint64_t target = std::max(least, left / (16 * threads));
  std::vector<EntryRange> tasks;
  for (const EntryRange& range : ranges) {
    for (const EntryRange& piece : pieces_of(source, selection, target, range)) {
      const bool adjacent = !tasks.empty() && tasks.back().end == piece.begin;
      if (adjacent && piece.end - tasks.back().begin <= left / (2 * threads)) {
        tasks.back().end = piece.end;
      } else {
        tasks.push_back(piece);
      }
      left -= piece.end - piece.begin;
    }
  }
  return tasks;
}

TileStats read_tiles(const Source& source, const Binding& binding, const TileOptions& options,
                     const TileConsumer& consume) {
  const auto start = std::chrono::steady_clock::now();
  const TableInfo& table = find_table(source.info(), binding.selection.table, binding.selection.cycle);
  const EntryRange all = range_of(table, options.range, source.info());
  const unsigned threads = options.threads != 0 ? options.threads : core::available_cores();
  const std::vector<EntryRange> tasks = tasks_of(source, binding.selection, options, threads, all);
  std::vector<Worker> workers(threads);
  core::parallel_for(tasks.size(), threads, [&](std::size_t task, unsigned number) {
    core::stop_if_interrupted();
    Worker& worker = workers[number];
    if (!worker.reader) {
      worker.reader = source.read(binding.selection, options.read);
      worker.tiler = std::make_unique<event::Tiler>(binding.plan, options.lanes);
    }
    read_range(worker, number, tasks[task], consume);
  });
  TileStats stats;
  for (const Worker& worker : workers) {
    stats.entries += worker.stats.entries;
    stats.tiles += worker.stats.tiles;
    stats.counts += worker.stats.counts;
  }
  stats.stored_bytes = stored_bytes(table, binding.selection, all);
  stats.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return stats;
}

TileStats read_tiles(const Source& source, const event::Layout& layout, const TileOptions& options,
                     const TileConsumer& consume) {
  return read_tiles(source, bind(layout, source, options.cycle), options, consume);
}

}  // namespace trigloop::io
