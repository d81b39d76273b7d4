#pragma once
// The packed file, Data.h5: groups of scaled events and what stands beside them (docs/formats.md).
#include <cstdint>
#include <string>

#include "curate/batch.hpp"
#include "curate/scheme.hpp"
#include "curate/settings.hpp"
#include "io/hdf5/hdf5.hpp"

namespace trigloop::curate {

/// Scales hardware integers: (x - bias) / scale, in float64, stored as `type` (float32 or float64).
class Scaler {
 public:
  Scaler(const Scaling& scaling, event::Type type) : scaling_(scaling), type_(type) {}
  event::Type type() const noexcept { return type_; }
  /// Fills `data` with the scaled events of `batch`.
  void apply(const Batch& batch, core::ByteBuffer& data) const;

 private:
  template <class T>
  void fill(const Batch& batch, T* out) const;

  const Scaling& scaling_;
  event::Type type_;
};

/// The data sets of one group of events.
io::TableSpec event_table(const std::string& name, std::size_t objects, const SideTypes& sides, event::Type data);

/// Appends events to such a table; `scaled` is what a Scaler made of them.
void append(io::hdf5::Writer& writer, std::size_t table, const SideTypes& sides, const Batch& batch, event::Type type,
            const core::ByteBuffer& scaled);

/// Writes norm_scale and norm_bias.
io::TableSpec normalisation_table();
void append_normalisation(io::hdf5::Writer& writer, std::size_t table, const Scaling& scaling);

}  // namespace trigloop::curate
