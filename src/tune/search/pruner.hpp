#pragma once
// Who stops a trial that will not be among the best.
#include <memory>
#include <string>

#include "core/yaml.hpp"
#include "tune/search/history.hpp"

namespace trigloop::tune {

struct Verdict {
  bool prune = false;
  Attributes system_attributes;  ///< to be stored with the trial, also if it goes on
};

class Pruner {
 public:
  virtual ~Pruner() = default;
  /// Whether the running trial should stop now, after its latest report (which stands in the history). Called after
  /// each report; asking again without a new report may answer differently, as other trials go on.
  virtual Verdict judge(const History& history, const Trial& trial) = 0;
};

/// The pruner that a map of a study file describes: {name: asha, ...}, each with its own options. Error: usage.
std::unique_ptr<Pruner> read_pruner(const core::Section& section);
/// The pruner `name` (none, asha, hyperband, median) with its usual options. Error: usage, for another name.
std::unique_ptr<Pruner> make_pruner(const std::string& name);

}  // namespace trigloop::tune
