#pragma once
// Bundles side by side. Every other bundle is compared with the first one.
//
// The test is that of two proportions, pooled: z = (pB - pA) / sqrt(p (1 - p) (1/nA + 1/nB)). It holds for independent
// events. Two models that were evaluated on the same events agree on most of them, so the difference is known better
// than that; the right test (McNemar's) needs the decisions on single events, which bundles do not hold. What they do
// hold bounds it: at least z, as decisions on the same event are not anticorrelated, and at most sqrt(|kB - kA|), which
// McNemar's z is if no event is gained by one and lost to the other. The errors of thresholds are not part of it.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bundle/bundle.hpp"
#include "report/page.hpp"

namespace trigloop::report::bundles {

/// How far apart two counts are, in standard deviations; positive: the second share is larger.
struct Significance {
  double z = bundle::unknown;     ///< on independent events; on the same events at least this (in size)
  double most = bundle::unknown;  ///< on the same events at most this (in size); unknown for independent ones
};

Significance significance(std::uint64_t count_a, std::uint64_t total_a, std::uint64_t count_b, std::uint64_t total_b,
                          bool same_events) noexcept;

/// "+4.5", "+4.5 to +7.7", or "–".
std::string text_of(const Significance& significance);

struct ComparedEfficiency {
  std::string signal;
  bundle::Column column = bundle::Column::raw_raw;
  std::vector<bundle::Measured> values;     ///< percent, one a bundle; unknown, if it lacks the signal
  std::vector<Significance> against_first;  ///< one a bundle; the first one's is unknown
};

struct ComparedRate {
  double rate_khz = 0;
  std::vector<double> raw, pure;  ///< thresholds, one a bundle
  std::vector<ComparedEfficiency> efficiencies;
  /// Mean over signals and events' columns of log(efficiency / that of the first), raw-raw; one a bundle.
  std::vector<double> mean_log_ratio;
};

struct Cost {
  std::uint64_t ebops = 0;  ///< 0: no network in the bundle
  std::size_t layers = 0, constants = 0, non_zero = 0;
  int working_bits = 0;  ///< of the widest intermediate
};

struct Comparison {
  std::vector<std::string> names;   ///< of the bundles, all different
  std::vector<bool> same_events;    ///< as the first one's: one data id and equal numbers of events
  std::vector<ComparedRate> rates;  ///< target rates that all have
  std::vector<Cost> costs;
};

/// Errors: usage, for fewer than two bundles; mismatch, if they have no target rate in common.
Comparison compare(std::span<const bundle::Bundle> bundles);

/// At one rate, for terminals.
std::string to_text(const Comparison& comparison, double rate_khz);
std::string to_json(const Comparison& comparison);
/// All rates, with spectra and what differs in the configurations.
Page comparison_page(const Comparison& comparison, std::span<const bundle::Bundle> bundles);

}  // namespace trigloop::report::bundles
