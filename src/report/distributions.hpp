#pragma once
// The distributions of an event file: what a person looks at first.
#include "event/layout.hpp"
#include "io/source.hpp"
#include "report/page.hpp"

namespace trigloop::report {

/// Reads all events of `source` by `layout`, on `threads` threads (0: all cores): multiplicities, spectra, occupancies,
/// energy sums, their mean over time, and events per crossing, as far as the layout knows them. Errors: those of
/// io::select_all and of the reader; interrupted.
Page distributions(const io::Source& source, const event::Layout& layout, unsigned threads = 0);

}  // namespace trigloop::report
