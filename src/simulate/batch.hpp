#pragma once
// A block of finished events as a structure of arrays, which is what sinks and readers' consumers take: the columns are
// views into it, nothing is copied.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/buffer.hpp"
#include "event/columns.hpp"
#include "simulate/event.hpp"

namespace trigloop::simulate {

/// Which bunch crossing an event is.
struct Crossing {
  std::uint32_t run = 0, lumisection = 0, bunch = 0, orbit = 0;
};

/// A jagged collection: counts, offsets and one array a property.
struct Collection {
  core::AlignedBuffer<std::int32_t> count;
  core::AlignedBuffer<std::uint32_t> offsets;  ///< entries + 1
  std::vector<core::AlignedBuffer<std::int16_t>> values;
  std::size_t items = 0;
};

class Batch {
 public:
  explicit Batch(std::size_t capacity = 0) { clear(capacity); }

  /// Forgets all events and makes room for `capacity`.
  void clear(std::size_t capacity);
  std::size_t size() const noexcept { return entries_; }

  /// Adds a finished event. There must be room.
  void push(const Event& event, const Crossing& crossing) noexcept;

  /// The columns of the scouting layout, in the order of scouting_columns(). Valid until the next change.
  event::Columns columns(std::uint64_t first_entry) const;

  /// The training layout: MET 1, e/gamma 12, muons 8, jets 12, each pt, eta, phi; zero where there is nothing.
  /// `out` has 33 * 3 values an event.
  void fill_objects(std::int16_t* out) const noexcept;

  const Collection& muons() const noexcept { return muons_; }
  const Collection& egs() const noexcept { return egs_; }
  const Collection& taus() const noexcept { return taus_; }
  const Collection& jets() const noexcept { return jets_; }
  const std::int32_t* sums(std::size_t entry) const noexcept { return sum_pt_.data() + energy_sums * entry; }
  const std::int32_t* sum_phis(std::size_t entry) const noexcept { return sum_phi_.data() + energy_sums * entry; }
  std::span<const std::int32_t> pileup() const noexcept { return {pileup_.data(), entries_}; }
  std::span<const std::uint8_t> l1() const noexcept { return {l1_.data(), entries_}; }
  std::span<const std::uint32_t> orbits() const noexcept { return {orbit_.data(), entries_}; }

 private:
  std::size_t entries_ = 0;
  core::AlignedBuffer<std::uint32_t> run_, lumisection_, bunch_, orbit_;
  Collection muons_, egs_, taus_, jets_;
  core::AlignedBuffer<std::int32_t> sum_count_, sum_pt_, sum_phi_, sum_type_, pileup_;
  core::AlignedBuffer<std::uint32_t> sum_offsets_;
  core::AlignedBuffer<std::uint8_t> l1_;
};

}  // namespace trigloop::simulate
