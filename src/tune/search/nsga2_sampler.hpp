#pragma once
// NSGA-II (Deb et al., IEEE Trans. Evol. Comp. 6 (2002) 182): generations of trials, the parents of each being the best
// of all before by front and crowding.
//
// The generation stands with each trial, so that any number of workers make one population.
#include <map>

#include "tune/search/sampler.hpp"

namespace trigloop::tune {

struct Nsga2Options {
  std::int64_t population = 50;
  double crossover = 0.9;  ///< probability that a child has two parents
  double swapping = 0.5;   ///< probability that it takes a parameter of the second
};

class Nsga2Sampler final : public Sampler {
 public:
  Nsga2Sampler(std::uint64_t seed, Nsga2Options options) : seed_(seed), options_(options) {}
  Suggestion suggest(const History& history, const Space& space, std::int64_t number, const Fixed& fixed) override;

 private:
  std::size_t generation(const History& history);
  std::vector<std::int64_t> select(const History& history, std::vector<std::int64_t> candidates) const;

  std::uint64_t seed_;
  Nsga2Options options_;
  std::size_t seen_ = 0;                                      ///< of history.finished()
  std::map<std::size_t, std::vector<std::int64_t>> members_;  ///< complete trials of each generation
  std::vector<std::vector<std::int64_t>> parents_{
      std::vector<std::int64_t>()};  ///< of each generation; of the first, none
};

}  // namespace trigloop::tune
