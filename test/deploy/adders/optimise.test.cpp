// Sum graphs give the matrix's integers, whatever was shared, and cost less than sums without sharing.
#include "deploy/adders/optimise.hpp"

#include <gtest/gtest.h>

#include "core/random.hpp"
#include "deploy/adders/digits.hpp"
#include "deploy/adders/patterns.hpp"
#include "deploy/adders/refine.hpp"

namespace trigloop::deploy {
namespace {

class RandomProduct {
 public:
  explicit RandomProduct(std::uint64_t seed) : random_(seed, 5) {}
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  MatrixProduct make(int outputs, int inputs, int bits, int zeros_of_ten) {
    MatrixProduct product;
    for (int i = 0; i < inputs; ++i) {
      const Code size = Code{1} << (1 + below(14));
      product.inputs.push_back(below(2) == 0 ? Range{0, size - 1} : Range{-size, size - 1});
    }
    for (int k = 0; k < outputs * inputs; ++k) {
      const int weight = below(1 << bits) - (1 << (bits - 1));
      product.weights.push_back(below(10) < zeros_of_ten ? 0 : weight);
    }
    for (int o = 0; o < outputs; ++o) product.bias.push_back(below(3) == 0 ? 0 : below(1 << 10) - (1 << 9));
    return product;
  }

  std::vector<Code> event(const MatrixProduct& product) {
    std::vector<Code> values;
    for (const Range& r : product.inputs) {
      const int kind = below(4);
      const Code span = r.hi - r.lo + 1;
      values.push_back(kind == 0 ? r.lo : kind == 1 ? r.hi : r.lo + static_cast<Code>(random_()) % span);
    }
    return values;
  }

 private:
  core::Philox random_;
};

std::vector<Code> by_definition(const MatrixProduct& product, const std::vector<Code>& x) {
  std::vector<Code> y = product.bias;
  for (std::size_t o = 0; o < y.size(); ++o) {
    for (std::size_t i = 0; i < x.size(); ++i) y[o] += product.weights[o * x.size() + i] * x[i];
  }
  return y;
}

SumGraph without_sharing(const MatrixProduct& product) {
  GreedyOptions nothing;
  nothing.max_depth = 0;
  return Greedy(product, nothing).run();
}

TEST(SignedDigits, GiveTheNumberWithoutNeighbours) {
  for (std::int64_t number = -5000; number <= 5000; ++number) {
    std::int64_t sum = 0;
    int last = -2;
    for (const SignedDigit& digit : signed_digits(number)) {
      sum += (digit.negative ? -1 : 1) * (std::int64_t{1} << digit.shift);
      EXPECT_GT(digit.shift, last + 1) << number;
      last = digit.shift;
    }
    ASSERT_EQ(sum, number);
  }
  EXPECT_EQ(signed_digits((std::int64_t{1} << 61) - 1).size(), 2u);
}

TEST(Optimise, GivesTheIntegersOfTheMatrix) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    RandomProduct random(seed);
    const MatrixProduct product =
        random.make(1 + random.below(12), 1 + random.below(16), 1 + random.below(9), random.below(10));
    const SumGraph graph = optimise(product, {0.01});
    for (int event = 0; event < 20; ++event) {
      const std::vector<Code> x = random.event(product);
      ASSERT_EQ(evaluate(graph, x), by_definition(product, x)) << "seed " << seed;
    }
  }
}

TEST(Optimise, CostsLessThanSumsWithoutSharing) {
  RandomProduct random(3);
  const MatrixProduct product = random.make(32, 32, 6, 3);
  const SumGraph plain = without_sharing(product), shared = optimise(product, {0.2});
  EXPECT_LT(cells_of(shared, product.inputs), 0.85 * cells_of(plain, product.inputs));
  EXPECT_LT(shared.additions(), plain.additions());
}

TEST(Optimise, MoreBudgetNeverCostsMore) {
  RandomProduct random(4);
  const MatrixProduct product = random.make(16, 16, 5, 4);
  const int little = cells_of(optimise(product, {0.0}), product.inputs);
  const int more = cells_of(optimise(product, {0.1}), product.inputs);
  const int much = cells_of(optimise(product, {0.3}), product.inputs);
  EXPECT_GE(little, more);
  EXPECT_GE(more, much);
}

TEST(Optimise, IsTheSameEachTime) {
  RandomProduct random(5);
  const MatrixProduct product = random.make(16, 20, 6, 4);
  const SumGraph a = optimise(product, {0.05}), b = optimise(product, {0.05});
  EXPECT_EQ(a.sums, b.sums);
  EXPECT_EQ(a.outputs, b.outputs);
}

TEST(Optimise, KeepsItsLimitOfDepth) {
  RandomProduct random(6);
  const MatrixProduct product = random.make(24, 24, 6, 2);
  OptimiseOptions shallow{0.02};
  shallow.max_depth = 1;
  for (const auto& terms : optimise(product, shallow).sums) {
    for (const Term& t : terms) EXPECT_LT(t.value, product.inputs.size());
  }
}

TEST(Refine, KeepsTheIntegersAndLowersTheCost) {
  for (std::uint64_t seed = 100; seed < 120; ++seed) {
    RandomProduct random(seed);
    const MatrixProduct product = random.make(10, 12, 7, 2);
    const SumGraph greedy = Greedy(product, {}).run();
    const SumGraph refined = refine(greedy, product.inputs);
    EXPECT_LE(cells_of(refined, product.inputs), cells_of(greedy, product.inputs));
    const std::vector<Code> x = random.event(product);
    EXPECT_EQ(evaluate(refined, x), by_definition(product, x));
  }
}

TEST(Heap, CountersAndAddersLeaveOneBitAColumn) {
  core::Philox random(7, 1);
  for (int round = 0; round < 500; ++round) {
    std::vector<int> heights(1 + random() % 24);
    for (int& h : heights) h = static_cast<int>(random() % 20);
    const HeapPlan plan = plan_heap(heights);
    std::vector<int> left = heights;
    const auto put = [&](int column, int bits) {
      if (static_cast<std::size_t>(column) < left.size()) left[static_cast<std::size_t>(column)] += bits;
    };
    for (const auto& level : plan.levels) {
      for (const Counter& c : level) {
        put(c.column, c.takes_next ? -5 : -6);
        if (c.takes_next) put(c.column + 1, -1);
      }
      for (const int h : left) ASSERT_GE(h, 0);  // a level takes only what was there before it
      for (const Counter& c : level) {
        for (int k = 0; k < 3; ++k) put(c.column + k, 1);
      }
    }
    for (const RowAdder& adder : plan.adders) {
      for (int c = adder.first; c <= adder.last; ++c) put(c, -1);
      put(adder.last + 1, 1);
    }
    for (const int h : left) ASSERT_LE(h, std::max(plan.rows, 1));
    ASSERT_LE(plan.rows, 3);
  }
}

}  // namespace
}  // namespace trigloop::deploy
