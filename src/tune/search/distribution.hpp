#pragma once
// What values a parameter may take: Optuna's three distributions, in its internal form and its JSON.
//
// Inside the search every value is a double, as in Optuna's storages: floats and integers are themselves, a category is
// the index of its choice. External values (what a training sees) are config::Value.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/value.hpp"

namespace trigloop::tune {

/// Numbers in [low, high]; with a step, low + k step alone. `log` and `step` exclude each other.
struct FloatDistribution {
  double low = 0, high = 1;
  std::optional<double> step;
  bool log = false;
  bool operator==(const FloatDistribution&) const = default;
};

/// Integers low + k step in [low, high].
struct IntDistribution {
  std::int64_t low = 0, high = 1, step = 1;
  bool log = false;
  bool operator==(const IntDistribution&) const = default;
};

/// One of some values without an order: null, boolean, integer, number or text each.
struct CategoricalDistribution {
  std::vector<config::Value> choices;
  bool operator==(const CategoricalDistribution&) const = default;
};

using Distribution = std::variant<FloatDistribution, IntDistribution, CategoricalDistribution>;
/// Shared by all trials of a study: 10^5 trials hold one text of choices, not 10^5.
using DistributionPtr = std::shared_ptr<const Distribution>;

/// The distribution with `high` moved down to the last step, as Optuna does. Error: usage, if it makes no sense (low
/// above high, a logarithm of what is not positive, no choices).
Distribution checked(Distribution distribution);

/// A distribution as one interval of a line, which is what samplers work on.
struct Interval {
  double low, high;     ///< of internal values
  double step;          ///< 0: continuous
  bool log;             ///< scaled by its logarithm
  std::size_t choices;  ///< 0 unless categorical; then low, high, step are 0, choices - 1, 1
  bool is_categorical() const noexcept { return choices > 0; }
  /// The nearest value that the distribution holds.
  double snapped(double value) const noexcept;
  bool operator==(const Interval&) const = default;
};
Interval interval(const Distribution& distribution);

/// Whether there is but one value.
bool is_single(const Distribution& distribution);
/// Whether an internal value is one of the distribution's.
bool contains(const Distribution& distribution, double internal);

/// What a training sees. The value must be one of the distribution's.
config::Value external_value(const Distribution& distribution, double internal);
/// Error: usage, if the value is not one of the distribution's.
double internal_value(const Distribution& distribution, const config::Value& external);

/// Exactly the text that Optuna 5 stores: {"name": "FloatDistribution", "attributes": {"step": null, ...}}.
std::string to_json(const Distribution& distribution);
/// The same read, also as older Optunas wrote it (UniformDistribution ...). Errors: damaged, unsupported.
Distribution distribution_from_json(std::string_view json);

}  // namespace trigloop::tune
