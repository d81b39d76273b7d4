#include "train/engine/feed.hpp"

#include <algorithm>
#include <type_traits>

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

/// The block's events. Those of the next block are on their way meanwhile: a table is larger than the caches.
void Feed::read(const Work& work, float* out) {
  if (!work.follows) look_up(*work.step, work.block);
  if (work.leads) look_up(*work.step, work.block + 1);
  const std::uint32_t* places = places_.data() + work.event();
  const auto gather = [&](const auto* data, auto... step) {
    std::remove_const_t<decltype(data)> events[block_events];
    for (std::size_t r = 0; r < work.rows; ++r) events[r] = data + places[r] * table_->stride();
    kernel::gather(events, step..., {features, work.rows}, out);
  };
  codes_ ? gather(codes_->rows.data(), codes_->step) : gather(table_->rows.data());
}

void Feed::forward(const Work& work) {
  // Events are put where the last view will stand: it is made in place, after the others.
  const std::size_t last = work.step->views - 1;
  float* events = work.value(output, last);
  read(work, events);
  for (std::size_t view = 0; view <= last; ++view) {
    float* out = work.value(output, view);
    if (augmenter_)
      augmenter_->run(keys_[view], events, static_cast<std::uint32_t>(work.event()), work.rows, out);
    else if (view < last)
      std::copy_n(events, features * feature_stride, out);
  }
}

}  // namespace trigloop::train
