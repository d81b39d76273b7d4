#pragma once
// A summary for people: aligned tables that fit 100 columns unless names or types are long.
#include <string>

#include "io/summary/summary.hpp"

namespace trigloop::io {

std::string as_table(const Summary& summary, const SummaryOptions& options);

}  // namespace trigloop::io
