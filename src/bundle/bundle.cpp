#include "bundle/bundle.hpp"

#include <array>

namespace trigloop::bundle {

std::string_view name_of(Column column) noexcept {
  constexpr std::array<std::string_view, columns> names = {"AXO raw-raw",   "AXO pure-raw",  "AXO raw-pure",
                                                           "AXO pure-pure", "L1 Efficiency", "HT Efficiency"};
  return names[static_cast<std::size_t>(column)];
}

const std::vector<double>* Bundle::find_history(std::string_view column) const noexcept {
  for (const HistoryColumn& candidate : history)
    if (candidate.name == column) return &candidate.values;
  return nullptr;
}

}  // namespace trigloop::bundle
