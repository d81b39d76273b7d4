#pragma once
// Where events come from, whatever the format: hardware integers of the wanted objects, and what stands beside them.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "curate/batch.hpp"
#include "curate/settings.hpp"
#include "io/source.hpp"

namespace trigloop::curate {

/// Streams events of an input; belongs to one thread.
class EventReader {
 public:
  virtual ~EventReader() = default;
  virtual void rewind(io::EntryRange range) = 0;
  /// The next events, some thousands. False at the end of the range. Errors: damaged; mismatch, for values that are no
  /// hardware integers.
  virtual bool next(Batch& batch) = 0;
};

/// Immutable and shared by threads.
class EventInput {
 public:
  virtual ~EventInput() = default;
  virtual std::unique_ptr<EventReader> open() const = 0;
  /// Ranges of about `target` entries at which little is decoded twice.
  virtual std::vector<io::EntryRange> split(std::uint64_t target) const = 0;

  std::uint64_t entries() const noexcept { return entries_; }
  const SideTypes& sides() const noexcept { return sides_; }
  const std::string& path() const noexcept { return path_; }

 protected:
  std::uint64_t entries_ = 0;
  SideTypes sides_;
  std::string path_;
};

/// Zero-bias events: the package's HDF5 (`full_data_cyl`, ET, HT, event_info, L1bit), the same columns in a .npz, stage
/// 1 stores (`Data` of 57 values; Zarr or .npz), or a scouting ROOT file. Errors: those of opening; mismatch, if
/// nothing of this is there or an object is wanted that the input does not hold.
std::unique_ptr<EventInput> open_background(const Settings& settings);

/// The names of the sets in the package's signal file: its three-dimensional data sets. Error: mismatch, if there are
/// none.
std::vector<std::string> signal_names(const io::Source& source);
/// One of them; its batches carry the hash of their content. Errors: mismatch, if NAME_ET, NAME_HT, NAME_nPV or
/// NAME_l1bit is missing, or has another length.
std::unique_ptr<EventInput> open_signal(std::shared_ptr<const io::Source> source, const std::string& name,
                                        const Settings& settings);

}  // namespace trigloop::curate
