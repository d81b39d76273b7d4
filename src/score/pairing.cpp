#include "score/pairing.hpp"

#include <algorithm>
#include <utility>

namespace trigloop::score {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// shared[a][b]: how many outputs use both; the instructions saved by pairing a with b.
class Savings {
 public:
  explicit Savings(const std::vector<Users>& users) : n_(users.size() + 1), shared_(n_ * n_, 0) {
    for (std::size_t a = 0; a < users.size(); ++a)
      for (std::size_t b = 0; b < users.size(); ++b)
        for (std::size_t o = 0; o < users[a].size(); ++o) shared_[a * n_ + b] += users[a][o] && users[b][o];
  }
  int operator()(std::uint32_t a, std::uint32_t b) const { return shared_[a * n_ + b]; }

 private:
  std::size_t n_;  // one more than there are features: the missing partner of an odd one
  std::vector<int> shared_;
};

Pairs greedy(std::uint32_t count, const Savings& savings) {
  Pairs candidates, pairs;
  for (std::uint32_t a = 0; a < count; ++a)
    for (std::uint32_t b = a + 1; b < count; ++b) candidates.emplace_back(a, b);
  std::ranges::stable_sort(candidates, std::greater{}, [&](const auto& p) { return savings(p.first, p.second); });
  std::vector<bool> taken(count, false);
  for (const auto& [a, b] : candidates) {
    if (taken[a] || taken[b]) continue;
    taken[a] = taken[b] = true;
    pairs.emplace_back(a, b);
  }
  return pairs;
}

/// Exchanges partners of two pairs if that saves more. Returns whether it did.
bool improve(std::pair<std::uint32_t, std::uint32_t>& p, std::pair<std::uint32_t, std::uint32_t>& q,
             const Savings& savings) {
  const int now = savings(p.first, p.second) + savings(q.first, q.second);
  if (savings(p.first, q.second) + savings(q.first, p.second) > now) {
    std::swap(p.second, q.second);
    return true;
  }
  if (savings(p.first, q.first) + savings(p.second, q.second) > now) {
    std::swap(p.second, q.first);
    return true;
  }
  return false;
}

}  // namespace

Pairs pair_features(const std::vector<Users>& users) {
  const auto count = static_cast<std::uint32_t>(users.size());
  const Savings savings(users);
  Pairs pairs = greedy(count + count % 2, savings);
  for (bool improved = true; improved;) {  // each exchange saves at least one instruction, so this ends
    improved = false;
    for (std::size_t i = 0; i < pairs.size(); ++i)
      for (std::size_t j = i + 1; j < pairs.size(); ++j) improved |= improve(pairs[i], pairs[j], savings);
  }
  for (auto& [a, b] : pairs) {
    if (a == count) a = b;
    if (b == count) b = a;
  }
  std::ranges::stable_sort(pairs, {}, [](const auto& p) { return p.first == p.second; });
  return pairs;
}

}  // namespace trigloop::score
