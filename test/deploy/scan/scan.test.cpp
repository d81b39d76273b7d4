// Fewer bits: weights and activations that are narrowed cost less, and what is best is what nothing beats.
#include "deploy/scan/scan.hpp"

#include "core/error.hpp"
#include "test/deploy/networks.hpp"
#include "test/support/support.hpp"

namespace trigloop::deploy {
namespace {

TEST(Scan, NarrowerNumbersCostLess) {
  const model::Graph graph = test::Axol1tlLike(1).make();
  const std::uint64_t whole = effective_bit_operations(graph);
  EXPECT_EQ(effective_bit_operations(requantised(graph, 0, 0)), whole);
  const std::uint64_t weights = effective_bit_operations(requantised(graph, 3, 0));
  const std::uint64_t both = effective_bit_operations(requantised(graph, 3, 6));
  EXPECT_LT(weights, whole);
  EXPECT_LT(both, weights);
  EXPECT_THROW(requantised(graph, 1, 0), core::Error);
}

TEST(Scan, WeightsKeepTheirValueAsFarAsTheirBitsReach) {
  model::Graph graph;
  const auto x = graph.add("x", model::Input{{8, 8}, 1}, {});
  graph.add("d", model::Dense{1, 4, {{28, -27, 3, 0}, 2}, {}, {}, {}}, {x});
  const auto narrow = std::get<model::Dense>(requantised(graph, 4, 0)[1].operation).weights;
  EXPECT_EQ(narrow.fraction, 0);  // 28 needs six bits: two go
  EXPECT_EQ(narrow.codes, (std::vector<std::int64_t>{7, -7, 1, 0}));
}

TEST(Scan, BestIsWhatNothingBeats) {
  std::vector<ScanPoint> points(4);
  points[0].ebops = 100, points[0].efficiency = 0.5;
  points[1].ebops = 50, points[1].efficiency = 0.4;
  points[2].ebops = 60, points[2].efficiency = 0.4;    // costs more than 1 for the same
  points[3].ebops = 120, points[3].efficiency = 0.45;  // costs more than 0 for less
  mark_best(points);
  EXPECT_TRUE(points[0].is_best && points[1].is_best);
  EXPECT_FALSE(points[2].is_best || points[3].is_best);
}

}  // namespace
}  // namespace trigloop::deploy
