#include "scout/pass/worker.hpp"

#include <algorithm>

#include "core/interrupt.hpp"
#include "scout/pass/hash.hpp"
#include "scout/pass/keys.hpp"

namespace trigloop::scout {
namespace {

// At the border of lumisections events of two may alternate.
constexpr std::size_t most_accumulators = 2;

}  // namespace

Worker::Worker(const Examiner& examiner, const Binding& binding, const io::Source& source, WorkerOptions options,
               PartialOf partial_of)
    : examiner_(examiner),
      binding_(binding),
      options_(std::move(options)),
      partial_of_(std::move(partial_of)),
      reader_(source.read(binding.selection, options_.read)),
      tiler_(binding.plan),
      stream_(examiner.engine->stream()),
      codes_(event::Tiler::default_lanes),
      hashes_(event::Tiler::default_lanes) {
  for (const Shadow& shadow : examiner.shadows) {
    shadow_streams_.push_back(shadow.engine->stream());
    shadow_codes_.emplace_back(event::Tiler::default_lanes);
  }
  shadow_spans_.resize(shadow_streams_.size());
  if (binding.menu) menu_ = std::make_unique<menu::Evaluator>(*binding.menu, binding.menu_positions);
}

void Worker::run(io::EntryRange range) {
  reader_->rewind(range);
  bool own = true;
  while (own && reader_->next(window_)) {
    core::stop_if_interrupted();
    own = claim_window();
    examine_window();
    if (options_.progress) options_.progress(window_.entries);
  }
  hand_over();
  if (own) return;
  // At the end of a range readers look whether the file is still what it was.
  reader_->rewind({range.end, range.end});
  reader_->next(window_);
}

/// Leaves to others what they took; false, if they did.
bool Worker::claim_window() {
  const std::uint64_t end = window_.first_entry + window_.entries;
  const std::uint64_t own = options_.claim ? options_.claim({window_.first_entry, end}) : end;
  if (own == end) return true;
  window_.entries = static_cast<std::size_t>(own - window_.first_entry);
  for (event::ColumnView& column : window_.columns) {
    if (column.jagged) column.offsets = column.offsets.first(window_.entries + 1);
    column.values = (column.jagged ? column.offsets.back() : window_.entries) * column.inner;
  }
  return false;
}

void Worker::examine_window() {
  if (window_.entries == 0) return;
  if (menu_) menu_->run_any(window_, fired_);
  tile_window_.first_entry = window_.first_entry;
  tile_window_.entries = window_.entries;
  tile_window_.columns.assign(window_.columns.begin(),
                              window_.columns.begin() + static_cast<std::ptrdiff_t>(binding_.plan.columns.size()));
  cut_window();
  tiler_.feed(tile_window_);
  std::size_t begin = 0;
  for (const Segment& segment : segments_) {
    while (const event::Tile* tile = tiler_.next_until(segment.end)) take(*tile, segment);
    if (segment.wanted) see(segment.lumi, begin, segment.end);
    begin = segment.end;
  }
  tiler_.rest();
}

void Worker::cut_window() {
  segments_.clear();
  const event::ColumnView& run = window_.columns[static_cast<std::size_t>(binding_.plan.key_columns[0])];
  const event::ColumnView& block = window_.columns[static_cast<std::size_t>(binding_.plan.key_columns[1])];
  for (std::size_t begin = 0; begin < window_.entries;) {
    const std::size_t end = same_until(block, begin, same_until(run, begin, window_.entries));
    cut({key_at(run, begin), key_at(block, begin)}, begin, end);
    begin = end;
  }
}

/// Cuts entries of one lumisection where events are left out.
void Worker::cut(event::LumiKey lumi, std::size_t begin, std::size_t end) {
  const auto filter = options_.filters->find(lumi);
  if (filter == options_.filters->end() || filter->second.unwanted) {
    const bool wanted = filter == options_.filters->end();
    segments_.push_back({end, lumi, wanted, wanted});
    return;
  }
  const event::ColumnView& orbit = window_.columns[static_cast<std::size_t>(binding_.plan.key_columns[2])];
  const event::ColumnView& crossing = window_.columns[static_cast<std::size_t>(binding_.plan.key_columns[3])];
  for (std::size_t i = begin; i < end; ++i) {
    const bool kept = !filter->second.drops(key_at(orbit, i), key_at(crossing, i), window_.first_entry + i);
    if (i == begin || segments_.back().kept != kept) segments_.push_back({i, lumi, true, kept});
    segments_.back().end = i + 1;
  }
}

/// Entries of the window have been counted, or left out.
void Worker::see(event::LumiKey lumi, std::size_t begin, std::size_t end) {
  if (!options_.seen) return;
  Seen& one = seen_[lumi];
  if (one.events == 0) one.end = options_.sections->at(lumi).entries.end;
  one.events += end - begin;
  if (window_.first_entry + end >= one.end) hand_over();
}

/// Hands over what was counted and seen, and begins anew.
void Worker::hand_over() {
  for (const auto& one : accumulators_) drain(*one);
  for (const auto& [lumi, one] : seen_) options_.seen(lumi, one.events);
  seen_.clear();
}

void Worker::take(const event::Tile& tile, const Segment& segment) {
  if (!segment.wanted) return;
  const score::TileView lanes{reinterpret_cast<const std::int16_t*>(tile.data), tile.stride, tile.size, nullptr};
  stream_->run(lanes, codes_.data());
  const std::span<const std::int32_t> codes(codes_.data(), tile.size);
  for (Tap* tap : options_.taps) tap->take(options_.number, tile, codes);
  rows_ += tile.size;
  if (!segment.kept) return;
  for (std::size_t n = 0; n < shadow_streams_.size(); ++n) {
    shadow_streams_[n]->run(lanes, shadow_codes_[n].data());
    shadow_spans_[n] = {shadow_codes_[n].data(), tile.size};
  }
  hash_events(tile, hashes_.span());
  Accumulator& counts = accumulator(segment.lumi);
  counts.take({tile, codes, shadow_spans_, std::span<const std::uint64_t>(hashes_.data(), tile.size), window_,
               static_cast<std::size_t>(tile.first_entry - window_.first_entry), menu_ ? &fired_ : nullptr,
               menu_.get()});
  if (counts.full()) drain(counts);
}

Accumulator& Worker::accumulator(event::LumiKey lumi) {
  if (!accumulators_.empty() && accumulators_.front()->lumi() == lumi) return *accumulators_.front();
  auto found = std::ranges::find_if(accumulators_, [&](const auto& one) { return one->lumi() == lumi; });
  if (found == accumulators_.end()) {
    found = std::ranges::find_if(accumulators_, [](const auto& one) { return one->rows() == 0; });
    if (found == accumulators_.end() && accumulators_.size() < most_accumulators) {
      accumulators_.push_back(std::make_unique<Accumulator>(examiner_, binding_));
      found = accumulators_.end() - 1;
    } else if (found == accumulators_.end()) {
      found = accumulators_.end() - 1;
      drain(**found);
    }
    (*found)->turn_to(lumi, partial_of_(lumi));
  }
  std::rotate(accumulators_.begin(), found, found + 1);
  return *accumulators_.front();
}

void Worker::drain(Accumulator& accumulator) {
  if (accumulator.rows() > 0) accumulator.drain(partial_of_(accumulator.lumi()));
}

}  // namespace trigloop::scout
