#pragma once
// Points that fill the space evenly: Sobol's sequence with Owen's scrambling.
//
// Trial n is point n whatever other trials did, so workers need not agree on anything. Directions are Joe and Kuo's
// (Boost.Random); the scrambling is by hash (Laine, Karras 2011; Burley, JCGT 9-4 (2020)).
#include "tune/search/sampler.hpp"

namespace trigloop::tune {

class SobolSampler final : public Sampler {
 public:
  explicit SobolSampler(std::uint64_t seed) : seed_(seed) {}
  /// Error: limit, for more than 3,667 parameters.
  Suggestion suggest(const History& history, const Space& space, std::int64_t number, const Fixed& fixed) override;

 private:
  std::uint64_t seed_;
};

/// Point `number` of the scrambled sequence: `dimensions` places in (0, 1).
std::vector<double> sobol_point(std::uint64_t seed, std::uint64_t number, std::size_t dimensions);

}  // namespace trigloop::tune
