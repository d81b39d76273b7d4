#pragma once
// Many lumisections at once: how scores went with time, and their sum. 10^10 events are what their spectra hold, so
// this costs what 10^4 small files cost; and adjacent lumisections are added up, slice by slice, as they are read, so
// memory does not grow with their number.
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "event/lumi.hpp"
#include "score/spectrum.hpp"
#include "scout/history/count_sum.hpp"
#include "scout/record/counts.hpp"
#include "scout/record/record.hpp"

namespace trigloop::scout {

/// Adjacent lumisections, added up.
struct Slice {
  event::LumiKey first, last;
  std::size_t lumisections = 0;
  std::array<Counts, every_events.size()> bins;  ///< by Events
  Exposures exposures;

  const Counts& counts(Events events) const noexcept { return bins[static_cast<std::size_t>(events)]; }
  const score::Exposure& exposure(Events events) const noexcept { return exposures[static_cast<std::size_t>(events)]; }
};

struct History {
  Identity identity;                         ///< of the first record
  bool menu = false;                         ///< all records have one and the same
  std::vector<event::LumiKey> lumisections;  ///< ascending
  std::vector<Slice> slices;                 ///< in the order of lumisections

  /// The sum of all slices. Error: mismatch, for pure events without a menu.
  score::Spectrum sum(Events events) const;
};

/// Enough for a figure; and where only sums matter. A slice has up to 2^18 bins of 16 bytes.
inline constexpr std::size_t most_slices = 200, few_slices = 32;

/// Reads the records on several threads (0: all cores); of more than `most` lumisections, equally many share a slice.
/// Errors, with the file: those of reading and of exposures; mismatch, if models differ or a lumisection comes twice.
History read_history(const std::vector<std::filesystem::path>& records, std::size_t most = most_slices,
                     unsigned threads = 0);

/// Adds up records while they are committed, so that a run need not read back what it wrote.
class RunningSum {
 public:
  /// Of records that replace others, or of several models, the sum is not known.
  void add(const Record& record);
  /// One slice, if it is known and of these lumisections; else the records must be read.
  std::optional<History> of(const std::set<event::LumiKey>& lumisections);

 private:
  void extend(const Record& record);

  bool known_ = true, same_menu_ = true;
  Identity identity_;
  std::set<event::LumiKey> lumisections_;
  Slice slice_;
  std::array<CountSum, every_events.size()> counts_;
};

/// Codes 0, 1, 2, ... that grow by about a twelfth each, up to 2^18: how a heatmap of scores is best binned.
std::vector<std::int64_t> logarithmic_edges();
/// Events in [edges[i], edges[i + 1]); codes outside are left out.
std::vector<std::uint64_t> rebinned(const Counts& counts, std::span<const std::int64_t> edges);
std::uint64_t at_least(const Counts& counts, std::int64_t threshold) noexcept;
/// The codes of rank floor(share x events) of `shares` in [0, 1), ascending; 0 where there are no events.
std::vector<std::int64_t> quantiles(const Counts& counts, std::span<const double> shares);

}  // namespace trigloop::scout
