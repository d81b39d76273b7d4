#pragma once
// Every parameter from its prior, whatever is known.
#include <functional>

#include "tune/search/sampler.hpp"

namespace trigloop::tune {

class RandomSampler final : public Sampler {
 public:
  explicit RandomSampler(std::uint64_t seed) : seed_(seed) {}
  Suggestion suggest(const History& history, const Space& space, std::int64_t number, const Fixed& fixed) override;

 private:
  std::uint64_t seed_;
};

/// Goes through the space in its order: a parameter whose conditions hold takes its fixed value, its one value, or what
/// `choose` gives (an internal value, which is moved to the nearest that the distribution holds).
std::vector<Parameter> fill(const Space& space, const Fixed& fixed,
                            const std::function<double(std::size_t dimension, const Interval&)>& choose);

}  // namespace trigloop::tune
