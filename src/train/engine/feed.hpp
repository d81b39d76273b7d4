#pragma once
// The node at the start: rows of a data set in the epoch's order, augmented differently for each view. Where the rows
// are codes, a batch keeps these and augments them again when it needs them: to keep what is made of them is eight
// times as much, and the caches are small.
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
  void resize(std::size_t blocks, std::size_t) override;
  void begin(const Step& step) override;
  void forward(const Work& work) override;
  bool is_cheap() const override { return codes_ != nullptr && augmenter_; }
  void again(const Work& work) override;
  void backward(const Work&) override {}

 private:
  void look_up(const Step& step, std::size_t block);
  template <class T, class F>
  void with_events(const Work& work, const T* rows, const F& f);
  std::int8_t* turned(const Work& work) { return turned_.data() + work.block * features * feature_stride; }

  Table* table_;
  std::shared_ptr<const Codes> codes_;
  std::optional<Augmenter> augmenter_;
  const Permutation* order_ = nullptr;
  std::vector<kernel::Keys> keys_;             ///< of each view
  core::AlignedBuffer<std::uint32_t> places_;  ///< of the step's events in the table
  core::AlignedBuffer<std::int8_t> turned_;    ///< codes of the step's events, block by block, if they are augmented
};

}  // namespace trigloop::train
