#include "app/score/events.hpp"

#include <algorithm>
#include <functional>
#include <mutex>
#include <numeric>
#include <set>

#include "core/error.hpp"
#include "core/interrupt.hpp"
#include "core/parallel.hpp"
#include "event/layout.hpp"
#include "io/tiles.hpp"

namespace trigloop::app {
namespace {

constexpr std::size_t block_events = 512;

std::uint64_t values_of(const io::ColumnInfo& column) {
  return std::accumulate(column.shape.begin(), column.shape.end(), std::uint64_t{1}, std::multiplies<>());
}

/// Row-major numbers of `count` events from entry `first` on.
template <class T>
using Rows = std::function<void(unsigned worker, std::uint64_t first, std::span<const T> rows)>;

/// Gives an array's rows, in blocks: int16 as they are, everything else as doubles.
void read_rows(const io::Source& source, const EventsPlace& place, std::size_t features, unsigned threads,
               const Rows<std::int16_t>& integers, const Rows<double>& doubles) {
  const std::vector<io::EntryRange> ranges = source.split(place.selection, 65536);
  core::parallel_for(ranges.size(), threads, [&](std::size_t r, unsigned worker) {
    const auto reader = source.read(place.selection);
    reader->rewind(ranges[r]);
    event::Columns cluster;
    std::vector<double> wide;
    while (reader->next(cluster)) {
      core::stop_if_interrupted();
      const event::ColumnView& view = cluster.columns[0];
      for (std::size_t e = 0; e < cluster.entries; e += block_events) {
        const std::size_t n = std::min(block_events, cluster.entries - e) * features;
        if (view.type == event::Type::int16) {
          integers(worker, cluster.first_entry + e, view.as<std::int16_t>().subspan(e * features, n));
          continue;
        }
        event::visit(view.type, [&](auto zero) {
          const auto part = view.as<decltype(zero)>().subspan(e * features, n);
          wide.assign(part.begin(), part.end());
        });
        doubles(worker, cluster.first_entry + e, wide);
      }
    }
  });
}

/// A scoring state for each worker, made when first asked for.
class States {
 public:
  States(const score::Scorer& scorer, unsigned threads)
      : scorer_(scorer), states_(threads == 0 ? core::available_cores() : threads) {}
  std::size_t size() const noexcept { return states_.size(); }
  score::Scorer::State& operator[](unsigned worker) {
    if (!states_[worker]) states_[worker].emplace(scorer_.make_state());
    return *states_[worker];
  }

 private:
  const score::Scorer& scorer_;
  std::vector<std::optional<score::Scorer::State>> states_;
};

void require_features(const event::Layout& layout, std::size_t features) {
  if (layout.features() == features) return;
  throw core::Error(core::ErrorCode::mismatch, "layout '" + layout.name + "' gives " +
                                                   std::to_string(layout.features()) + " features; the model takes " +
                                                   std::to_string(features));
}

std::vector<double> row_of(const event::Tile& tile, std::uint32_t lane) {
  std::vector<double> row;
  for (std::uint32_t f = 0; f < tile.features; ++f) {
    row.push_back(tile.element == event::Type::int16 ? static_cast<double>(tile.row<std::int16_t>(f)[lane])
                                                     : static_cast<double>(tile.row<float>(f)[lane]));
  }
  return row;
}

/// Events of a table, through the layout that was asked for.
void read_layout(const io::Source& source, const EventsOptions& options, const event::Layout& layout,
                 std::size_t features, const io::TileConsumer& consume) {
  require_features(layout, features);
  io::TileOptions tiles;
  tiles.threads = options.threads;
  io::read_tiles(source, layout, tiles, consume);
}

/// Adds the lumisections of a tile's events, of which there are few changes.
void note_lumisections(const event::Tile& tile, std::set<event::LumiKey>& seen) {
  event::LumiKey last;
  for (std::uint32_t e = 0; e < tile.size; ++e) {
    const event::LumiKey key{tile.run[e], tile.block[e]};
    if (e == 0 || key != last) seen.insert(key);
    last = key;
  }
}

}  // namespace

EventsPlace find_events(const io::Source& source, std::size_t features, const EventsOptions& options) {
  std::vector<EventsPlace> fit;
  std::string seen;
  for (const io::TableInfo& table : source.info().tables) {
    if (!options.table.empty() && table.name != options.table) continue;
    for (const io::ColumnInfo& column : table.columns) {
      if (!options.column.empty() && column.name != options.column) continue;
      if (!column.type || column.jagged || values_of(column) != features || column.shape.empty()) continue;
      fit.push_back({true, {table.name, table.cycle, {column.name}}, column.entries});
      seen += (seen.empty() ? "'" : ", '") + column.name + "'";
    }
  }
  if (fit.size() == 1) return fit[0];
  if (fit.size() > 1) {
    throw core::Error(core::ErrorCode::mismatch,
                      "has several arrays of " + std::to_string(features) + " features: " + seen)
        .file(source.info().path.native())
        .remedy("Choose one by --column");
  }
  if (source.info().format != "ROOT" || !options.column.empty()) {
    throw core::Error(core::ErrorCode::mismatch, "has no array of " + std::to_string(features) + " features an event")
        .file(source.info().path.native())
        .remedy("`trigloop inspect` lists what is there");
  }
  EventsPlace place;
  place.entries = io::find_table(source.info(), event::find_layout(options.layout).table).entries;
  return place;
}

ScoredEvents score_events(const io::Source& source, const score::Scorer& scorer, const EventsOptions& options) {
  const EventsPlace place = find_events(source, scorer.features(), options);
  const std::size_t outputs = scorer.outputs();
  ScoredEvents done;
  done.scores.resize(place.entries * outputs);
  core::Progress progress("scoring", place.entries, "events", options.progress);
  States states(scorer, options.threads);
  const auto out = [&](std::uint64_t first, std::size_t count) {
    progress.advance(count);
    return std::span(done.scores).subspan(first * outputs, count * outputs);
  };
  if (place.is_array) {
    const auto run = [&](unsigned worker, std::uint64_t first, auto rows) {
      scorer.run(rows, out(first, rows.size() / scorer.features()), states[worker]);
    };
    read_rows(source, place, scorer.features(), options.threads, run, run);
    return done;
  }
  const event::Layout layout = event::find_layout(options.layout);
  std::vector<std::set<event::LumiKey>> seen(states.size());
  read_layout(source, options, layout, scorer.features(), [&](unsigned worker, const event::Tile& tile) {
    scorer.run(tile, out(tile.first_entry, tile.size), states[worker]);
    note_lumisections(tile, seen[worker]);
  });
  if (layout.key.kind == event::KeyKind::time || layout.key.kind == event::KeyKind::period) return done;
  for (std::set<event::LumiKey>& part : seen) seen.front().merge(part);
  done.lumisections.assign(seen.front().begin(), seen.front().end());
  return done;
}

std::vector<std::vector<double>> node_values(const io::Source& source, const score::Scorer& scorer,
                                             const EventsOptions& options) {
  const EventsPlace place = find_events(source, scorer.features(), options);
  const auto& nodes = scorer.graph().nodes();
  std::uint64_t total = 0;
  for (const model::Node& node : nodes) total += node.output.features() * place.entries;
  if (total > (std::uint64_t{1} << 29)) {
    throw core::Error(core::ErrorCode::limit,
                      "the values of all layers would fill " + std::to_string(total / (1u << 27)) + " GiB")
        .remedy("--layers is for some ten thousand events");
  }
  std::vector<std::vector<double>> values;
  for (const model::Node& node : nodes) values.emplace_back(node.output.features() * place.entries);
  States states(scorer, options.threads);
  const auto keep = [&](unsigned worker, std::uint64_t entry, std::span<const double> row) {
    scorer.run_one(row, states[worker]);
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      const std::size_t size = nodes[n].output.features();
      scorer.node_values(states[worker], n, std::span(values[n]).subspan(entry * size, size));
    }
  };
  if (place.is_array) {
    const auto run = [&](unsigned worker, std::uint64_t first, auto rows) {
      for (std::size_t at = 0; at < rows.size(); at += scorer.features()) {
        const auto row = rows.subspan(at, scorer.features());
        keep(worker, first + at / scorer.features(), std::vector<double>(row.begin(), row.end()));
      }
    };
    read_rows(source, place, scorer.features(), options.threads, run, run);
    return values;
  }
  read_layout(source, options, event::find_layout(options.layout), scorer.features(),
              [&](unsigned worker, const event::Tile& tile) {
                for (std::uint32_t e = 0; e < tile.size; ++e) keep(worker, tile.first_entry + e, row_of(tile, e));
              });
  return values;
}

}  // namespace trigloop::app
