#pragma once
// The parameters of a search, and on which others they depend.
//
//     space:
//       rate:   {low: 1e-4, high: 1e-3, log: true}
//       layers: {type: int, low: 1, high: 3}
//       second: {type: int, low: 8, high: 16, when: {layers: [2, 3]}}
//       loss:   {choices: [mse, cyl_PtPz_mae]}
#include <string>
#include <vector>

#include "core/yaml.hpp"
#include "tune/search/trial.hpp"

namespace trigloop::tune {

/// A parameter exists in a trial if the one called `parent` does and has one of these values.
struct Condition {
  std::string parent;
  std::vector<double> values;  ///< internal
};

struct Dimension {
  std::string name;
  DistributionPtr distribution;
  std::vector<Condition> when;  ///< all must hold
};

class Space {
 public:
  /// Adds a parameter. Error: usage, for a name that is taken, a distribution that makes no sense, or a condition on
  /// what was not added before or never holds.
  void add(std::string name, Distribution distribution, std::vector<Condition> when = {});

  const std::vector<Dimension>& dimensions() const noexcept { return dimensions_; }
  /// The dimension of that name, or null.
  const Dimension* find(std::string_view name) const noexcept;
  /// Whether `dimension` exists in a trial that has these parameters (parents stand before their children).
  static bool is_active(const Dimension& dimension, const std::vector<Parameter>& parameters);

 private:
  std::vector<Dimension> dimensions_;
};

/// Reads a map as above. `type` is float unless it says int; a parameter with choices is categorical.
/// Errors: usage, with file and line.
Space read_space(const core::YamlNode& node, const std::string& file);

}  // namespace trigloop::tune
