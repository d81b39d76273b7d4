#pragma once
// A layout meets a source: names become columns, and what does not fit is refused with the reason.
#include "event/layout.hpp"
#include "event/plan.hpp"
#include "io/source.hpp"

namespace trigloop::io {

struct Binding {
  Selection selection;   ///< what to read, in the order of plan.columns
  event::TilePlan plan;  ///< how to fill tiles from it
};

/// Finds the columns of the layout's features and key in `source` (`cycle` 0: the highest). Errors: mismatch, if the
/// table or a column is missing (with the nearest name), has another shape or type than the layout says, or holds
/// physical values where hardware values are asked for; unsupported, for columns that cannot be read.
Binding bind(const event::Layout& layout, const Source& source, std::uint32_t cycle = 0);

/// All columns of the layout's collections and key, features or not: what a trigger menu needs. Optional ones that the
/// source lacks are left out. Errors as `bind`.
Selection select_all(const event::Layout& layout, const Source& source, std::uint32_t cycle = 0);

/// Part of `bind`: reads the first entries of the collections that the layout guards (`physical`, `exceeds`), and
/// throws `mismatch` if columns that are named like hardware values hold physical ones. CMSSW before pull request 50510
/// wrote such L1EtSum_hwPt and L1EtSum_hwPhi. Fewer than 32 telling items decide nothing.
void refuse_physical_values(const event::Layout& layout, const Source& source, const TableInfo& table);

}  // namespace trigloop::io
