#pragma once
// The node at the start: rows of a data set in the epoch's order, augmented differently for each view.
#include <optional>

#include "train/engine/augment.hpp"
#include "train/kernels/random.hpp"
#include "train/kernels/table.hpp"
#include "train/nodes/node.hpp"

namespace trigloop::train {

class Feed final : public Node {
 public:
  /// `table` must outlive it. Feeds with the same order give rows of the same events: data and targets, say.
  Feed(std::string name, Table& table, std::optional<Augmenter> augmenter = {});

  /// Before each epoch.
  void set_order(const Permutation* order) { order_ = order; }
  /// Keeps the table as codes, if all its numbers are `step` x a code. Otherwise nothing changes.
  void compress(float step);
  /// Feeds these events; the table keeps their number, and lets its rows go.
  void take(std::shared_ptr<const Codes> codes);
  void resize(std::size_t blocks, std::size_t) override { places_.resize_discard(blocks * block_events); }
  void begin(const Step& step) override;
  void forward(const Work& work) override;
  void backward(const Work&) override {}

 private:
  void look_up(const Step& step, std::size_t block);
  void read(const Work& work, float* out);

  Table* table_;
  std::shared_ptr<const Codes> codes_;
  std::optional<Augmenter> augmenter_;
  const Permutation* order_ = nullptr;
  std::vector<kernel::Keys> keys_;             ///< of each view
  core::AlignedBuffer<std::uint32_t> places_;  ///< of the step's events in the table
};

}  // namespace trigloop::train
