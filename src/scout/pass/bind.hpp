#pragma once
// An examiner meets an input: one selection of columns serves the tiles, the menu and the tail, and each knows where
// its columns stand in it.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/plan.hpp"
#include "io/source.hpp"
#include "menu/bind.hpp"
#include "scout/pass/examiner.hpp"

namespace trigloop::scout {

/// An object whose pt is counted by region of |eta|, too: calibrations are made by region.
struct EtaRegions {
  std::uint32_t pt = 0, eta = 0;      ///< features
  std::array<std::int32_t, 3> edges;  ///< |eta| in hardware units where further regions begin; INT32_MAX: there is none
  std::size_t first = 0;              ///< number of the first region among input_names
};

struct Binding {
  io::Selection selection;  ///< the columns of `plan` first, in its order
  event::TilePlan plan;
  std::optional<menu::Binding> menu;
  std::vector<std::int32_t> menu_positions;  ///< of menu->columns
  /// Per collection of the examiner's TailLayout and per field: the column; event::no_column where the input has none.
  std::vector<std::vector<std::int32_t>> tail;
  /// Per multiplicity among InputHistograms::names, behind the features: a column of its collection.
  std::vector<std::int32_t> multiplicities;
  std::vector<EtaRegions> eta_regions;  ///< of every object
  /// Features, then "EG.count" of the collections that features come from, then pt of all objects of a collection by
  /// region: "EG.pt@35-57" has |eta| from 35 to 57, "EG.pt@58-" from 58 on.
  std::vector<std::string> input_names;
};

/// Errors: those of io::bind and menu::bind; mismatch, if the input's menu bits are not those of the examiner's seeds.
Binding bind(const Examiner& examiner, const io::Source& source);

}  // namespace trigloop::scout
