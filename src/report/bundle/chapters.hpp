#pragma once
// The chapters of a bundle's report, one function each. What the bundle does not hold is named in the chapter's
// `absent`; nothing is drawn empty.
#include "bundle/bundle.hpp"
#include "report/page.hpp"

namespace trigloop::report::bundles {

/// Thresholds at all target rates, and the raw rate of pure ones.
Section thresholds_chapter(const bundle::Bundle& bundle);
/// Efficiencies of all signals at all rates; nominal, and moved by a drift where one was given.
Section efficiencies_chapter(const bundle::Bundle& bundle);
/// Efficiency against rate, and against the share of background (ROC).
Section curves_chapter(const bundle::Bundle& bundle);
/// Distributions of scores with thresholds; zero bias against pile-up alone.
Section scores_chapter(const bundle::Bundle& bundle);
/// Rates and scores against pile-up, HT, and momenta of objects.
Section events_chapter(const bundle::Bundle& bundle);
/// Hidden features and what the network rebuilds.
Section network_chapter(const bundle::Bundle& bundle);
Section training_chapter(const bundle::Bundle& bundle);
/// Bits and cost of each layer.
Section cost_chapter(const bundle::Bundle& bundle);
Section lineage_chapter(const bundle::Bundle& bundle);

/// The rates that people decide by, as far as the bundle has them: 50 Hz, 1, 10 and 105 kHz; else the first, the middle
/// and the last. Places in bundle.thresholds.
std::vector<std::size_t> headline_rates(const bundle::Bundle& bundle);
/// Signals by name, points by kind of events and threshold, at one rate.
Rows efficiency_rows(const bundle::Bundle& bundle, const bundle::EfficiencyTable& table);
/// Adds a value and its interval to a series; what is not known is absent.
void append(Series& series, const bundle::Measured& value);
/// Counts of a histogram over events and bin width.
Series density(const bundle::Histogram& histogram, std::string name);
/// Warnings that the numbers themselves give, behind those of the bundle.
std::vector<std::string> warnings_of(const bundle::Bundle& bundle);

}  // namespace trigloop::report::bundles
