#include "train/engine/feed.hpp"

#include <algorithm>

namespace trigloop::train {

Feed::Feed(std::string node, Table& table, std::optional<Augmenter> augmenter)
    : table_(&table), augmenter_(std::move(augmenter)) {
  name = std::move(node);
  features = table.features;
  joint_views = true;
}

void Feed::compress(float step) {
  if (auto codes = codes_of(*table_, step)) take(std::move(codes));
}

void Feed::take(std::shared_ptr<const Codes> codes) {
  codes_ = std::move(codes);
  table_->events = codes_->events;
  table_->rows = Floats();
}

void Feed::resize(std::size_t blocks, std::size_t) {
  places_.resize_discard(blocks * block_events);
  if (is_cheap()) turned_.resize_discard(blocks * features * feature_stride);
}

void Feed::begin(const Step& step) {
  keys_.clear();
  for (std::size_t view = 0; view < step.views; ++view)
    keys_.push_back(keys_of(step.seed, step.number, 0x100 + static_cast<std::uint32_t>(view)));
}

/// Where the events of a block are, and sends for them.
void Feed::look_up(const Step& step, std::size_t block) {
  const std::size_t first = block * block_events, rows = std::min(block_events, step.events - first);
  std::uint32_t* places = places_.data() + first;
  order_->at(static_cast<std::uint32_t>(step.first + first), rows, places);
  const char* data =
      codes_ ? reinterpret_cast<const char*>(codes_->rows.data()) : reinterpret_cast<const char*>(table_->rows.data());
  const std::size_t bytes = table_->stride() * (codes_ ? sizeof(std::int8_t) : sizeof(float));
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t byte = 0; byte < bytes; byte += 64) __builtin_prefetch(data + places[r] * bytes + byte);
}

/// f(where the block's events are). Those of the next block are on their way meanwhile: a table is larger than the
/// caches.
template <class T, class F>
void Feed::with_events(const Work& work, const T* rows, const F& f) {
  if (!work.follows) look_up(*work.step, work.block);
  if (work.leads) look_up(*work.step, work.block + 1);
  const std::uint32_t* places = places_.data() + work.event();
  const T* events[block_events];
  for (std::size_t r = 0; r < work.rows; ++r) events[r] = rows + places[r] * table_->stride();
  f(events);
}

void Feed::forward(const Work& work) {
  const kernel::Shape shape{features, work.rows};
  if (is_cheap()) {
    with_events(work, codes_->rows.data(),
                [&](const auto* const* codes) { kernel::gather(codes, shape, turned(work)); });
    return again(work);
  }
  // Events are put where the last view will stand: it is made in place, after the others.
  const std::size_t last = work.step->views - 1;
  float* events = work.value(output, last);
  if (codes_)
    with_events(work, codes_->rows.data(),
                [&](const auto* const* codes) { kernel::gather(codes, codes_->step, shape, events); });
  else
    with_events(work, table_->rows.data(), [&](const auto* const* rows) { kernel::gather(rows, shape, events); });
  for (std::size_t view = 0; view <= last; ++view) {
    float* out = work.value(output, view);
    if (augmenter_)
      augmenter_->run(keys_[view], events, static_cast<std::uint32_t>(work.event()), work.rows, out);
    else if (view < last)
      std::copy_n(events, features * feature_stride, out);
  }
}

void Feed::again(const Work& work) {
  for (std::size_t view = 0; view < work.step->views; ++view)
    augmenter_->run(keys_[view], turned(work), codes_->step, static_cast<std::uint32_t>(work.event()), work.rows,
                    work.value(output, view));
}

}  // namespace trigloop::train
