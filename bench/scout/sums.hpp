#pragma once
// Spectra of many lumisections: how fast they are summed.
#include <cstdint>

namespace trigloop::bench {

/// Writes records of as many lumisections with 10^6 events each to a scratch folder (not timed), then reads and sums
/// their spectra, takes quantiles, and fills a heatmap of score by lumisection. Prints a line of JSON.
void sum_spectra(std::uint32_t lumisections);

}  // namespace trigloop::bench
