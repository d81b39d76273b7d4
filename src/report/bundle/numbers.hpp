#pragma once
// Numbers of bundles with their errors, and as text.
//
// The training package writes percentages without errors. Its histograms tell how many events a signal has, though, and
// a percentage of a known number of events is a count: so every efficiency gets the interval of Clopper and Pearson.
#include <cstdint>
#include <string>

#include "bundle/bundle.hpp"

namespace trigloop::report::bundles {

/// How many events of a signal were scored, by its histogram; 0, if the bundle does not tell.
std::uint64_t events_of(const bundle::Bundle& bundle, const std::string& signal);
/// The same for the background.
std::uint64_t background_events(const bundle::Bundle& bundle);

/// The efficiencies at a target rate; null, if there are none.
const bundle::EfficiencyTable* table_at(const bundle::Bundle& bundle, double rate_khz) noexcept;

/// How many of `events` `percent` is; the nearest integer.
std::uint64_t count_of(double percent, std::uint64_t events) noexcept;
/// `percent` of `events` with its interval: the one that it has, else Clopper and Pearson's; none, if `events` is 0.
bundle::Measured with_interval(bundle::Measured percent, std::uint64_t events);

/// Background events above a raw threshold: as counted, else as expected from the rate; NaN, if the bundle tells
/// neither.
double events_above(const bundle::Bundle& bundle, const bundle::Threshold& threshold);

/// "12.3", four digits; "–" if unknown.
std::string text_of(double value);
/// "53.25 ± 0.16", "0.0044 +0.0035 -0.0021", "0 +0.0010": two digits of the error; one error, the larger, where both
/// are the same to 10 %.
std::string text_of(const bundle::Measured& measured);
/// "50 Hz", "1 kHz".
std::string rate_text(double khz);

}  // namespace trigloop::report::bundles
