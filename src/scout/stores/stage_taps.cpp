#include "scout/stores/stage_taps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/parallel.hpp"
#include "scout/stores/group_set.hpp"
#include "scout/stores/shard.hpp"

namespace trigloop::scout::stores {
namespace {

namespace fs = std::filesystem;

/// Stages 1 and 2: groups of rows, beside which stand the input's counters.
class GroupTap : public StoreTap {
 public:
  GroupTap(const fs::path& folder, const io::Source& source, const event::Layout& layout, const InputId& input,
           std::uint64_t entries, const Payload& payload)
      : source_(source), layout_(layout), groups_(folder, input, entries, payload) {}

  void commit() final {
    groups_.copy_counters(source_, layout_);
    groups_.commit();
  }

 private:
  const io::Source& source_;
  const event::Layout& layout_;

 protected:
  GroupSet groups_;
};

/// Stage 1: the features, event by event.
class EventTap final : public GroupTap {
 public:
  EventTap(const fs::path& folder, const io::Source& source, const event::Layout& layout, const InputId& input,
           std::uint64_t entries, unsigned threads)
      : GroupTap(folder, source, layout, input, entries, {"Data", event::Type::int16, layout.features()}),
        rows_(threads) {}

  void take(unsigned worker, const event::Tile& tile, std::span<const std::int32_t>) override {
    std::vector<std::int16_t>& rows = rows_[worker];
    rows.resize(std::size_t{tile.lanes} * tile.features);
    for (std::uint32_t f = 0; f < tile.features; ++f) {
      const auto row = tile.row<std::int16_t>(f);
      for (std::uint32_t e = 0; e < tile.size; ++e) rows[std::size_t{e} * tile.features + f] = row[e];
    }
    groups_.put(tile, rows.data());
  }

 private:
  std::vector<std::vector<std::int16_t>> rows_;  ///< one a thread
};

/// Stage 2: scores as float32, which holds 18-bit codes exactly.
class ScoreTap final : public GroupTap {
 public:
  ScoreTap(const fs::path& folder, const io::Source& source, const event::Layout& layout, const InputId& input,
           std::uint64_t entries, int fraction, unsigned threads)
      : GroupTap(folder, source, layout, input, entries, {"AxoScore", event::Type::float32, 1}),
        step_(std::ldexp(1.0F, -fraction)),
        scores_(threads) {}

  void take(unsigned worker, const event::Tile& tile, std::span<const std::int32_t> codes) override {
    std::vector<float>& scores = scores_[worker];
    scores.resize(tile.lanes);
    for (std::uint32_t e = 0; e < tile.size; ++e) scores[e] = static_cast<float>(codes[e]) * step_;
    groups_.put(tile, scores.data());
  }

 private:
  float step_;
  std::vector<std::vector<float>> scores_;
};

/// Stage 3. A shard has the orbits with one remainder by 32: each lumisection of an input gives 32 shards, disjoint in
/// orbits, as stage 4 wants them, however many lumisections the input has.
class ShardTap final : public StoreTap {
 public:
  ShardTap(fs::path folder, InputId input, int fraction, unsigned threads)
      : folder_(std::move(folder)), input_(std::move(input)), fraction_(fraction), workers_(threads) {}

  void take(unsigned number, const event::Tile& tile, std::span<const std::int32_t> codes) override {
    Worker& worker = workers_[number];
    for (std::uint32_t e = 0; e < tile.size; ++e) {
      const event::LumiKey lumi{tile.run[e], tile.block[e]};
      if (lumi != worker.lumi) {
        flush(worker);
        worker.lumi = lumi;
      }
      worker.sets[tile.orbit[e] % parts].count(static_cast<std::size_t>(bin_of(codes[e], fraction_)), tile.orbit[e]);
    }
  }

  void commit() override {
    for (Worker& worker : workers_) flush(worker);
    std::error_code failed;
    fs::create_directories(folder_, failed);
    if (failed) {
      throw core::Error(core::ErrorCode::output, "cannot make the folder: " + failed.message()).file(folder_.native());
    }
    for (auto& [lumi, shards] : lumis_) write(lumi, shards);
    core::sync_folder(folder_);
  }

 private:
  /// Of one thread and lumisection: dense up to the highest score that occurred.
  struct Part {
    std::vector<std::uint32_t> counts, orbits;
    void count(std::size_t bin, std::uint32_t orbit) {
      if (bin >= counts.size()) counts.resize(bin + 1);
      ++counts[bin];
      if (orbits.empty() || orbits.back() != orbit) orbits.push_back(orbit);
    }
  };
  struct Worker {
    event::LumiKey lumi;
    std::array<Part, parts> sets;
  };

  void flush(Worker& worker) {
    const std::lock_guard lock(mutex_);
    for (unsigned part = 0; part < parts; ++part) {
      Part& from = worker.sets[part];
      if (from.counts.empty()) continue;
      Shard& shard = lumis_[worker.lumi][part];
      add(shard.counts, compact(from.counts, 0));
      shard.orbits.insert(shard.orbits.end(), from.orbits.begin(), from.orbits.end());
      from = {};
    }
  }

  /// The shards of a lumisection appear together, but for those without an orbit: the original divides by the number of
  /// orbits of two shards.
  void write(event::LumiKey lumi, std::array<Shard, parts>& shards) const {
    const std::string ending = "_" + std::to_string(lumi.run) + "_" + std::to_string(lumi.lumisection) + ".axo_shards";
    std::vector<std::unique_ptr<core::OutputFile>> files;
    for (unsigned part = 0; part < parts; ++part) {
      Shard& shard = shards[part];
      if (shard.orbits.empty()) continue;
      std::ranges::sort(shard.orbits);
      shard.orbits.erase(std::unique(shard.orbits.begin(), shard.orbits.end()), shard.orbits.end());
      shard.lumi = lumi;
      files.push_back(std::make_unique<core::OutputFile>(folder_ / store_name(input_, part, ending)));
      files.back()->write(format_shard(shard));
    }
    core::sync_file_system(folder_);
    for (const auto& file : files) file->publish();
  }

  fs::path folder_;
  InputId input_;
  int fraction_;
  std::vector<Worker> workers_;
  std::mutex mutex_;
  std::map<event::LumiKey, std::array<Shard, parts>> lumis_;
};

}  // namespace

StageTaps::StageTaps(const fs::path& folder, const std::vector<Stage>& stages, const io::Source& source,
                     const event::Layout& layout, const InputId& input, int fraction, unsigned threads) {
  if (threads == 0) threads = core::available_cores();
  const std::uint64_t entries = io::find_table(source.info(), layout.table).entries;
  for (const Stage stage : stages) {
    const fs::path place = stage_folder(folder, stage);
    if (stage == Stage::one) {
      taps_.push_back(std::make_unique<EventTap>(place, source, layout, input, entries, threads));
    } else if (stage == Stage::two) {
      taps_.push_back(std::make_unique<ScoreTap>(place, source, layout, input, entries, fraction, threads));
    } else {
      taps_.push_back(std::make_unique<ShardTap>(place, input, fraction, threads));
    }
  }
}

std::vector<Tap*> StageTaps::taps() const {
  std::vector<Tap*> taps;
  for (const auto& tap : taps_) taps.push_back(tap.get());
  return taps;
}

void StageTaps::commit() {
  for (const auto& tap : taps_) tap->commit();
}

}  // namespace trigloop::scout::stores
