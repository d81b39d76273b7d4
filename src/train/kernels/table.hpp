#pragma once
// Events in memory, in rows: as floats, or as codes of 8 bits where they are integers times a step.
#include <cstdint>
#include <memory>

#include "train/kernels/rows.hpp"

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

/// The same as int8, value = step x code: an event of up to 64 features is a cache line. Never changed, and shared by
/// all trainings on the same events.
struct Codes {
  std::size_t features = 0, events = 0;
  float step = 0;
  core::AlignedBuffer<std::int8_t> rows;
};

/// None, if a number is not step x an integer of 8 bits.
std::shared_ptr<const Codes> codes_of(const Table& table, float step);

}  // namespace trigloop::train
