#include "train/feed.hpp"

namespace trigloop::train {

Feed::Feed(std::string node, const Table& table, std::optional<Augmenter> augmenter)
    : table_(&table), augmenter_(std::move(augmenter)) {
  name = std::move(node);
  features = table.features;
}

void Feed::begin(const Step& step) {
  keys_.clear();
  for (std::size_t view = 0; view < step.views; ++view)
    keys_.push_back(keys_of(step.seed, step.number, 0x100 + static_cast<std::uint32_t>(view)));
}

void Feed::forward(const Work& work) {
  const float* events[block_events];
  const auto first = static_cast<std::uint32_t>(work.step->first + work.event());
  for (std::uint32_t r = 0; r < work.rows; ++r) {
    events[r] = table_->row((*order_)(first + r));
    for (std::size_t line = 0; line < stride(); line += 16) __builtin_prefetch(events[r] + line);
  }
  if (augmenter_) {
    augmenter_->run(keys_[work.view], events, static_cast<std::uint32_t>(work.event()), work.rows, work.value(output));
  } else {
    kernel::gather(events, work.rows, stride(), work.value(output));
  }
}

}  // namespace trigloop::train
