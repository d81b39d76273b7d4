#pragma once
// Fills tiles straight from the views of decoded columns.
//
//     Tiler tiler(plan);
//     while (reader.next(window)) {
//       tiler.feed(window);
//       while (const Tile* tile = tiler.next()) consume(*tile);
//     }
//     if (const Tile* tile = tiler.rest()) consume(*tile);
//
// Tiles cross windows freely: only the last one of a stream is partial. The Tiler allocates when it is made, never per
// event. One thread at a time.
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/buffer.hpp"
#include "event/columns.hpp"
#include "event/plan.hpp"
#include "event/tile.hpp"

namespace trigloop::event {

class Tiler {
 public:
  /// Events a tile has room for, unless said otherwise: 57 int16 features of 256 events fit a first-level cache.
  static constexpr std::uint32_t default_lanes = 256;

  /// `lanes` is rounded up to a multiple of 64. The plan must outlive the Tiler.
  explicit Tiler(const TilePlan& plan, std::uint32_t lanes = default_lanes);

  /// Gives the next window, whose columns are those of the plan in order; it must stay valid until `next` returns null,
  /// which must happen before the next feed. A window that does not continue the entries of the last one is allowed
  /// only after `rest`. Error: damaged, where columns of a collection disagree.
  void feed(const Columns& window);

  /// The next full tile, valid until the next call; null when the window is used up. Error: mismatch, for a key that
  /// does not fit its 32 bits.
  const Tile* next();

  /// As `next`, but no tile goes beyond entry `stop` of the window: the last one before it may be partial.
  const Tile* next_until(std::size_t stop);

  /// The partial tile that is left at the end, or null; afterwards a new stream may begin.
  const Tile* rest();

 private:
  const Tile* fill_until(std::size_t stop);
  const Tile* end_tile();
  void begin_tile();
  void fill(std::size_t first, std::uint32_t n);
  void fill_block(const PlanObjects& block, std::uint32_t feature, std::size_t first, std::uint32_t n);
  void fill_block(const PlanItem& block, std::uint32_t feature, std::size_t first, std::uint32_t n);
  void fill_block(const PlanValues& block, std::uint32_t feature, std::size_t first, std::uint32_t n);
  bool is_fast(const PlanField& field) const noexcept;
  const ColumnView& view_of(std::int32_t column) const noexcept { return columns_[static_cast<std::size_t>(column)]; }
  void convert_objects(const PlanField& field, std::uint32_t feature, std::uint32_t step, std::uint32_t count,
                       std::uint32_t n);
  template <class T>
  void gather_objects(const PlanObjects& block, std::uint32_t feature, std::uint32_t n);
  void find_items(const PlanItem& block, std::uint32_t n);
  void locate(const ColumnView& column, std::size_t first, std::uint32_t n);
  void fill_keys(std::size_t first, std::uint32_t n);
  void fill_key(int which, std::size_t first, std::uint32_t n);
  void fill_time(std::size_t first, std::uint32_t n);
  void zero_row(std::uint32_t feature, std::uint32_t n);
  template <class T>
  T* row(std::uint32_t feature) noexcept {
    return reinterpret_cast<T*>(rows_.data()) + std::size_t{feature} * tile_.stride + tile_.size;
  }

  const TilePlan& plan_;
  const Columns* window_ = nullptr;
  std::vector<ColumnView> columns_;  ///< of the window; narrowed where that is possible
  std::vector<std::pair<std::int32_t, std::unique_ptr<core::AlignedBuffer<std::int16_t>>>> narrowed_;
  std::size_t used_ = 0;  ///< entries of the window that are in tiles
  bool returned_ = true;  ///< the tile was handed out; the next event begins a new one
  bool scalar_;           ///< plain loops only
  Tile tile_;
  core::ByteBuffer rows_;
  core::AlignedBuffer<std::uint32_t> keys_;
  core::AlignedBuffer<double> time_;
  // Per event of the piece at hand: where the items of the current collection start, and how many there are.
  core::AlignedBuffer<std::uint32_t> start_, count_;
  // Of the items at hand: where they are, and how many are there.
  core::AlignedBuffer<std::uint32_t> position_, kept_;
};

}  // namespace trigloop::event
