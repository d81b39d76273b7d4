#pragma once
// Many lumisections at once: their sum, and how scores went with time. 10^10 events are what their spectra hold, so
// this costs what 10^4 small files cost.
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "event/lumi.hpp"
#include "score/spectrum.hpp"
#include "scout/record/counts.hpp"

namespace trigloop::scout {

struct History {
  score::Spectrum all;  ///< of all lumisections, exposures added
  std::vector<event::LumiKey> lumisections;
  std::vector<std::int64_t> edges;                   ///< of bins of codes: bin b holds [edges[b], edges[b + 1])
  std::vector<std::uint64_t> heat;                   ///< events, lumisection by lumisection, edges.size() - 1 bins each
  std::vector<std::vector<std::int64_t>> quantiles;  ///< per lumisection, codes of the shares that were asked for
};

/// Codes 0, 1, 2, ... that grow by about a twelfth each, up to 2^18: how a heatmap of scores is best binned.
std::vector<std::int64_t> logarithmic_edges();

/// Reads the records (scout::list_records) on several threads. `shares` in (0, 1), ascending: the code of rank
/// floor(share x events). Codes outside of the edges are in the sum, not in the heatmap. Errors: those of read_record
/// and of exposures; mismatch, where fractions differ.
History read_history(const std::vector<std::filesystem::path>& records, std::vector<std::int64_t> edges,
                     std::span<const double> shares, unsigned threads = 0);

}  // namespace trigloop::scout
