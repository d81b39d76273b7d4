#include "train/engine/feed.hpp"

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

/// The block's events.
void Feed::read(const Work& work, float* out) const {
  std::uint32_t places[block_events];
  order_->at(static_cast<std::uint32_t>(work.step->first + work.event()), work.rows, places);
  const std::size_t stride = table_->stride();
  const auto point = [&](const auto* data, auto** events) {
    for (std::size_t r = 0; r < work.rows; ++r) {
      events[r] = data + places[r] * stride;
      for (std::size_t byte = 0; byte < stride * sizeof(*data); byte += 64)
        __builtin_prefetch(reinterpret_cast<const char*>(events[r]) + byte);
    }
  };
  if (codes_ == nullptr) {
    const float* events[block_events];
    point(table_->rows.data(), events);
    kernel::gather(events, {features, work.rows}, out);
  } else {
    const std::int8_t* events[block_events];
    point(codes_->rows.data(), events);
    kernel::gather(events, codes_->step, {features, work.rows}, out);
  }
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
