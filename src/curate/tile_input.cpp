#include "curate/tile_input.hpp"

#include <algorithm>
#include <variant>

#include "event/layout.hpp"
#include "event/tiler.hpp"
#include "io/bind.hpp"

namespace trigloop::curate {
namespace {

/// How many objects of each kind are needed, the last wanted one included.
std::array<std::uint32_t, object_kinds> needed(const Settings& settings) {
  std::array<std::uint32_t, object_kinds> counts{};
  for (const Object& object : settings.objects) {
    auto& count = counts[static_cast<std::size_t>(object.kind)];
    count = std::max(count, object.rank + 1);
  }
  return counts;
}

/// The built-in layout is MET, e/gammas, muons, jets, as rows are, too; other numbers of them are asked for.
event::Layout layout_for(const std::array<std::uint32_t, object_kinds>& counts) {
  event::Layout layout = event::find_layout(event::cms_l1_scouting);
  std::size_t kind = 1;
  for (event::Block& block : layout.blocks) {
    if (auto* objects = std::get_if<event::ObjectBlock>(&block)) objects->count = std::max(counts[kind++], 1u);
  }
  return layout;
}

class TileReader final : public EventReader {
 public:
  TileReader(const io::Source& source, const io::Binding& binding, const std::vector<std::uint32_t>& features)
      : features_(features),
        reader_(source.read(binding.selection, {.cluster_entries = 1024})),
        tiler_(binding.plan, 1024) {}

  void rewind(io::EntryRange range) override { reader_->rewind(range); }

  bool next(Batch& batch) override {
    batch.events = 0;
    while (batch.events == 0 && reader_->next(window_)) {
      tiler_.feed(window_);
      while (const event::Tile* tile = tiler_.next()) append(*tile, batch);
      if (const event::Tile* tile = tiler_.rest()) append(*tile, batch);
    }
    return batch.events > 0;
  }

 private:
  void append(const event::Tile& tile, Batch& batch) const {
    if (batch.events == 0) batch.first_entry = tile.first_entry;
    const std::size_t width = features_.size();
    batch.values.resize((batch.events + tile.size) * width);
    std::int16_t* out = batch.values.data() + batch.events * width;
    for (std::size_t f = 0; f < width; ++f) {
      const auto row = tile.row<std::int16_t>(features_[f]);
      for (std::size_t i = 0; i < row.size(); ++i) out[i * width + f] = row[i];
    }
    batch.events += tile.size;
  }

  const std::vector<std::uint32_t>& features_;
  std::unique_ptr<io::ColumnReader> reader_;
  event::Tiler tiler_;
  event::Columns window_;
};

class TileInput final : public EventInput {
 public:
  TileInput(std::shared_ptr<const io::Source> source, const Settings& settings) : source_(std::move(source)) {
    const auto counts = needed(settings);
    const event::Layout layout = layout_for(counts);
    binding_ = io::bind(layout, *source_);
    entries_ = io::find_table(source_->info(), layout.table).entries;
    path_ = source_->info().path.native();
    std::array<std::uint32_t, object_kinds> first{};
    for (std::size_t kind = 1; kind < object_kinds; ++kind)
      first[kind] = first[kind - 1] + (kind == 1 ? 1 : std::max(counts[kind - 1], 1u));
    for (const Object& object : settings.objects) {
      const std::uint32_t row = first[static_cast<std::size_t>(object.kind)] + object.rank;
      for (std::uint32_t k = 0; k < 3; ++k) features_.push_back(3 * row + k);
    }
  }
  std::unique_ptr<EventReader> open() const override {
    return std::make_unique<TileReader>(*source_, binding_, features_);
  }
  std::vector<io::EntryRange> split(std::uint64_t target) const override {
    return source_->split(binding_.selection, target);
  }

 private:
  std::shared_ptr<const io::Source> source_;
  io::Binding binding_;
  std::vector<std::uint32_t> features_;
};

}  // namespace

std::unique_ptr<EventInput> open_scouting(std::shared_ptr<const io::Source> source, const Settings& settings) {
  return std::make_unique<TileInput>(std::move(source), settings);
}

}  // namespace trigloop::curate
