#pragma once
// The report of a trained and evaluated network: what a committee decides on.
#include <string>

#include "bundle/bundle.hpp"
#include "report/page.hpp"

namespace trigloop::report::bundles {

/// Summary first: thresholds, rates and efficiencies of the main working points with errors, and warnings.
Page bundle_page(const bundle::Bundle& bundle);

/// Thresholds and efficiencies at the main working points, as they stand at the top.
Table headline_table(const bundle::Bundle& bundle);

/// JSON with line breaks; other text as it is.
std::string readable_config(const std::string& config);

}  // namespace trigloop::report::bundles
