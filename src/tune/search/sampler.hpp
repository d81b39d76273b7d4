#pragma once
// Who chooses the parameters of the next trial.
//
// What is suggested is a function of the seed, the number of the trial, and the history: a search with one worker is
// reproducible, also when it was stopped and started again in between.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/yaml.hpp"
#include "tune/search/history.hpp"
#include "tune/search/space.hpp"

namespace trigloop::tune {

/// Internal values that a user has set for a trial; the sampler chooses the rest.
using Fixed = std::map<std::string, double, std::less<>>;

struct Suggestion {
  std::vector<Parameter> parameters;  ///< those that are active, in the order of the space
  Attributes system_attributes;       ///< to be stored with the trial
};

class Sampler {
 public:
  virtual ~Sampler() = default;
  /// The parameters of trial `number`, which may stand in the history already (running, without parameters) or not.
  /// Values of `fixed` must be ones of their distributions.
  virtual Suggestion suggest(const History& history, const Space& space, std::int64_t number,
                             const Fixed& fixed = {}) = 0;
};

/// The sampler that a map of a study file describes: {name: tpe, ...}, each with its own options. Error: usage.
std::unique_ptr<Sampler> read_sampler(const core::Section& section, std::uint64_t seed);
/// The sampler `name` (random, sobol, tpe, nsga2, gp) with its usual options. Error: usage, for another name.
std::unique_ptr<Sampler> make_sampler(const std::string& name, std::uint64_t seed);

}  // namespace trigloop::tune
