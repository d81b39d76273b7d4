#pragma once
// The packed file, Data.h5: groups of scaled events and what stands beside them (docs/formats.md).
#include <cstdint>
#include <string>
#include <vector>

#include "curate/batch.hpp"
#include "curate/scheme.hpp"
#include "curate/settings.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/source.hpp"

namespace trigloop::curate {

/// Scales hardware integers: (x - bias) / scale as float64, or as float32 where that is the same number.
class Scaler {
 public:
  /// `narrow` is allowed where scaling.exact_in_float32().
  Scaler(const Scaling& scaling, bool narrow);
  std::size_t width() const noexcept { return scaling_.scale.size(); }  ///< values of an event
  event::Type type() const noexcept { return narrow_ ? event::Type::float32 : event::Type::float64; }
  /// Makes the values of `events` events.
  void apply(const std::int16_t* values, std::size_t events, std::byte* out) const;

 private:
  const Scaling& scaling_;
  bool narrow_;
  std::vector<float> bias_, factor_;  ///< narrow: differences are integers below 2^24, factors powers of two: all exact
};

/// The data sets of one group of events.
io::TableSpec event_table(const std::string& name, std::size_t objects, const SideTypes& sides, event::Type data);

/// Appends the events [range) of `batch` to such a table.
void append(io::hdf5::Writer& writer, std::size_t table, const SideTypes& sides, const Batch& batch,
            io::EntryRange range, const Scaler& scaler);

/// Writes norm_scale and norm_bias.
io::TableSpec normalisation_table();
void append_normalisation(io::hdf5::Writer& writer, std::size_t table, const Scaling& scaling);

}  // namespace trigloop::curate
