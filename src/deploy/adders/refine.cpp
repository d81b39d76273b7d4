#include "deploy/adders/refine.hpp"

#include <algorithm>
#include <cassert>

namespace trigloop::deploy {
namespace {

using Terms = std::vector<Term>;

class Refiner {
 public:
  Refiner(SumGraph graph, std::span<const Range> inputs)
      : graph_(std::move(graph)), ranges_(inputs.begin(), inputs.end()) {
    for (const Terms& terms : graph_.sums) ranges_.push_back(range_of(terms, 0, ranges_));
    users_.resize(graph_.sums.size());
    for (std::size_t k = 0; k < sums(); ++k) {
      for (const Term& t : terms_of(k)) {
        if (t.value >= graph_.inputs) users_[t.value - graph_.inputs].push_back(k);
      }
      costs_.push_back(cost(terms_of(k), k));
    }
  }

  SumGraph refined() && {
    bool changed = true;
    while (changed) {
      changed = false;
      for (std::size_t k = graph_.sums.size(); k-- > 0;) changed = dissolve(k) || changed;
    }
    return compacted();
  }

 private:
  /// Shared values come first, then outputs.
  std::size_t sums() const { return graph_.sums.size() + graph_.outputs.size(); }
  Terms& terms_of(std::size_t k) {
    return k < graph_.sums.size() ? graph_.sums[k] : graph_.outputs[k - graph_.sums.size()];
  }
  int cost(const Terms& terms, std::size_t k) const {
    const Code constant = k < graph_.sums.size() ? 0 : graph_.constants[k - graph_.sums.size()];
    return plan_sum(terms, constant, ranges_).cells();
  }

  Terms without(const Terms& user, std::size_t k) const {
    Terms terms;
    for (const Term& t : user) {
      if (t.value != graph_.inputs + k) {
        terms.push_back(t);
        continue;
      }
      for (const Term& part : graph_.sums[k]) {
        terms.push_back({part.value, part.shift + t.shift, part.negative != t.negative});
      }
    }
    return terms;
  }

  bool dissolve(std::size_t k) {
    std::vector<std::size_t> users = users_[k];
    if (users.empty()) return false;
    std::ranges::sort(users);
    users.erase(std::ranges::unique(users).begin(), users.end());
    if (users.size() > 3) return false;  // it pays
    int change = -costs_[k];
    for (const std::size_t user : users) change += cost(without(terms_of(user), k), user) - costs_[user];
    if (change > 0 || (change == 0 && users_[k].size() > 1)) return false;
    for (const std::size_t user : users) {
      terms_of(user) = without(terms_of(user), k);
      costs_[user] = cost(terms_of(user), user);
    }
    for (const Term& part : graph_.sums[k]) {
      if (part.value < graph_.inputs) continue;
      auto& of_part = users_[part.value - graph_.inputs];
      std::erase(of_part, k);
      of_part.insert(of_part.end(), users_[k].begin(), users_[k].end());
    }
    users_[k].clear();
    graph_.sums[k].clear();
    return true;
  }

  SumGraph compacted() {
    SumGraph result{graph_.inputs, {}, {}, graph_.constants};
    std::vector<std::uint32_t> renamed(graph_.inputs + graph_.sums.size());
    for (std::uint32_t i = 0; i < graph_.inputs; ++i) renamed[i] = i;
    const auto rename = [&](Terms terms) {
      for (Term& t : terms) t.value = renamed[t.value];
      return terms;
    };
    for (std::size_t k = 0; k < graph_.sums.size(); ++k) {
      if (users_[k].empty()) continue;
      renamed[graph_.inputs + k] = static_cast<std::uint32_t>(graph_.inputs + result.sums.size());
      result.sums.push_back(rename(graph_.sums[k]));
    }
    for (const Terms& terms : graph_.outputs) result.outputs.push_back(rename(terms));
    return result;
  }

  SumGraph graph_;
  std::vector<Range> ranges_;
  std::vector<std::vector<std::size_t>> users_;  ///< of each shared value, once a use
  std::vector<int> costs_;
};

}  // namespace

SumGraph refine(SumGraph graph, std::span<const Range> inputs) { return Refiner(std::move(graph), inputs).refined(); }

}  // namespace trigloop::deploy
