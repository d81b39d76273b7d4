#pragma once
// The tree-structured Parzen estimator: parameters that are probable among good trials and improbable among others.
//
// Parameters that exist under the same conditions are drawn together (multivariate), those under others apart
// (grouped). Trials that still run count as bad ones, so that parallel workers do not try the same place (constant
// liar).
#include <optional>
#include <set>
#include <vector>

#include "tune/search/parzen.hpp"
#include "tune/search/sampler.hpp"
#include "tune/search/split.hpp"

namespace trigloop::tune {

struct TpeOptions {
  std::int64_t startup = 10;     ///< trials from the prior, before there is something to learn from
  std::int64_t candidates = 16;  ///< points of which the best is taken; more make the search greedy
  /// The share of trials that are good, at most 25 trials; and how narrow their kernels may be. Optuna has 0.1 and 1:
  /// with a dozen good trials no kernel is narrower there than a twelfth of its line, and searches stay coarse.
  double good_share = 0.06, sharpness = 6;
  /// Where values have steps, no kernel of good trials is narrower than this share of a step: a neighbour comes up in
  /// one of seven draws. Narrower ones would never leave the value that a dozen good trials agree on.
  double least_step = 1.0 / 3;
  bool multivariate = true;  ///< false: every parameter by itself
  bool constant_liar = true;
};

class TpeSampler final : public Sampler {
 public:
  TpeSampler(std::uint64_t seed, TpeOptions options) : seed_(seed), options_(options) {}
  /// One sampler serves one history and one space: what was seen of them is kept.
  Suggestion suggest(const History& history, const Space& space, std::int64_t number, const Fixed& fixed) override;

 private:
  /// Parameters that are drawn together.
  struct Group {
    std::vector<std::size_t> dimensions;  ///< of the space
    Parzen good, bad;
    bool is_discrete = false;               ///< it is the whole space, and has steps and categories alone
    std::set<std::vector<double>> tried{};  ///< where it is discrete: the points of finished trials
  };

  void make_groups(const Space& space, std::size_t objectives);
  void update(const History& history, const Space& space, std::int64_t number);
  void take_finished(const History& history, const Space& space);
  void take_running(const History& history, const Space& space, std::int64_t number);
  std::size_t good_trials(std::size_t objectives) const;
  void split(const History& history, const Space& space);
  void put(const Trial& trial, const Space& space, bool is_good);
  void drop(std::int64_t trial);
  bool is_thinned(const Trial& trial) const noexcept;
  void thin(const History& history);
  std::optional<std::vector<double>> values_in(const Group& group, const Trial& trial, const Space& space) const;
  std::vector<double> draw(Group& group, const Space& space, const Fixed& fixed, core::Philox& random) const;

  std::uint64_t seed_;
  TpeOptions options_;
  std::vector<Group> groups_;
  std::vector<std::size_t> group_of_;  ///< of each dimension
  std::size_t seen_ = 0, learnt_ = 0;  ///< of history.finished(); of them complete or pruned
  /// Of the bad trials that have finished, one in so many is known: thousands make a smooth density, and a suggestion
  /// after 10^5 trials is to cost what one costs after 10^4.
  std::uint64_t known_one_in_ = 1;
  Ranking ranking_;
  std::vector<std::int64_t> good_;  ///< by number
  std::set<std::int64_t> running_;  ///< that count as bad
};

}  // namespace trigloop::tune
