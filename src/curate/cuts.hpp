#pragma once
// Saturated events and objects: the trigger's numbers end somewhere, and what stands at the end tells nothing.
#include <cstdint>
#include <vector>

#include "curate/batch.hpp"
#include "curate/settings.hpp"

namespace trigloop::curate {

/// What was done to events.
struct CutCounts {
  std::uint64_t read = 0, kept = 0;
  std::uint64_t saturated_et = 0;      ///< dropped
  std::uint64_t not_a_number = 0;      ///< dropped: their ET is NaN
  std::uint64_t saturated_events = 0;  ///< dropped, in the mode drop
  std::uint64_t masked_objects = 0;    ///< in the mode mask

  CutCounts& operator+=(const CutCounts& other) noexcept;
};

/// Cuts batches in place: first by ET, then by saturated objects. One thread at a time.
class Cuts {
 public:
  Cuts(const Settings& settings, const SideTypes& sides);
  CutCounts apply(Batch& batch);

 private:
  void cut_et(const Batch& batch, CutCounts& counts);
  void mask(Batch& batch, CutCounts& counts) const;
  void drop(const Batch& batch, CutCounts& counts);
  void compact(Batch& batch) const;
  template <class Value, class Each>
  void where_saturated(Value* values, std::size_t events, const Each& each) const;

  const SideTypes& sides_;
  bool by_et_, drops_;
  std::vector<std::int16_t> limits_;  ///< of each object's pt
  std::vector<std::int16_t> most_;    ///< below saturation, of each value of a group of events
  std::vector<std::uint8_t> keep_;    ///< of each event of the batch
};

}  // namespace trigloop::curate
