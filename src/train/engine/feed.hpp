#pragma once
// The node at the start: rows of a data set in the epoch's order, augmented differently for each view.
#include <optional>

#include "train/engine/augment.hpp"
#include "train/kernels/random.hpp"
#include "train/nodes/node.hpp"

namespace trigloop::train {

/// Rows in memory, padded; what pads is 0.
struct Table {
  std::size_t features = 0, events = 0;
  Floats rows;

  Table() = default;
  Table(std::size_t n_features, std::size_t n_events) : features(n_features), events(n_events) {
    make_zeros(rows, events * stride());
  }
  std::size_t stride() const { return padded(features); }
  float* row(std::size_t event) { return rows.data() + event * stride(); }
  const float* row(std::size_t event) const { return rows.data() + event * stride(); }
};

class Feed final : public Node {
 public:
  /// `table` must outlive it. Feeds with the same order give rows of the same events: data and targets, say.
  Feed(std::string name, Table& table, std::optional<Augmenter> augmenter = {});

  /// Before each epoch.
  void set_order(const Permutation* order) { order_ = order; }
  /// Keeps the table as int8 codes, a cache line an event, and lets its rows go, if all its numbers are `step` x such a
  /// code. Otherwise nothing changes.
  void compress(float step);
  void begin(const Step& step) override;
  void forward(const Work& work) override;
  void backward(const Work&) override {}

 private:
  void read(const Work& work, float* out) const;

  Table* table_;
  core::AlignedBuffer<std::int8_t> codes_;
  float step_ = 0;
  std::optional<Augmenter> augmenter_;
  const Permutation* order_ = nullptr;
  std::vector<kernel::Keys> keys_;  ///< of each view
};

}  // namespace trigloop::train
