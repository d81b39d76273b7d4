#include "train/feed.hpp"

#include <cmath>

namespace trigloop::train {

Feed::Feed(std::string node, Table& table, std::optional<Augmenter> augmenter)
    : table_(&table), augmenter_(std::move(augmenter)) {
  name = std::move(node);
  features = table.features;
  joint_views = true;
}

void Feed::compress(float step) {
  std::vector<std::int8_t> codes(table_->rows.size());
  for (std::size_t k = 0; k < codes.size(); ++k) {
    const float code = table_->rows[k] / step;
    if (!(code >= -128 && code <= 127) || code != std::floor(code)) return;
    codes[k] = static_cast<std::int8_t>(code);
  }
  codes_ = std::move(codes);
  step_ = step;
  table_->rows = Floats();
}

void Feed::begin(const Step& step) {
  keys_.clear();
  for (std::size_t view = 0; view < step.views; ++view)
    keys_.push_back(keys_of(step.seed, step.number, 0x100 + static_cast<std::uint32_t>(view)));
}

/// Rows of the block's events, in the table or, expanded, in `scratch`.
void Feed::find_rows(const Work& work, const float** events, float* scratch) const {
  std::uint32_t places[block_events];
  order_->at(static_cast<std::uint32_t>(work.step->first + work.event()), work.rows, places);
  const std::size_t width = stride();
  if (codes_.empty()) {
    for (std::uint32_t r = 0; r < work.rows; ++r) {
      events[r] = table_->row(places[r]);
      for (std::size_t line = 0; line < width; line += 16) __builtin_prefetch(events[r] + line);
    }
    return;
  }
  const std::int8_t* packed[block_events];
  for (std::uint32_t r = 0; r < work.rows; ++r) {
    packed[r] = codes_.data() + std::size_t{places[r]} * width;
    __builtin_prefetch(packed[r]);
    events[r] = scratch + r * width;
  }
  kernel::expand(packed, step_, work.rows, width, scratch);
}

void Feed::forward(const Work& work) {
  // Codes are expanded where the last view will stand: it is made in place, after the others.
  const float* events[block_events];
  find_rows(work, events, work.value(output, work.step->views - 1));
  for (std::size_t view = 0; view < work.step->views; ++view) {
    if (augmenter_) {
      augmenter_->run(keys_[view], events, static_cast<std::uint32_t>(work.event()), work.rows,
                      work.value(output, view));
    } else if (work.value(output, view) != events[0]) {
      kernel::gather(events, work.rows, stride(), work.value(output, view));
    }
  }
}

}  // namespace trigloop::train
