// What implies what, against events.
#include "menu/implication.hpp"

#include <gtest/gtest.h>

#include "menu/requirement.hpp"
#include "test/menu/events.hpp"
#include "test/menu/random_menu.hpp"

namespace trigloop::menu {
namespace {

const std::string header = "trigloop_menu: 1\nname: m\nseeds:\n";

/// Whether the first seed's only combination implies the second one's.
bool first_implies_second(const std::string& first, const std::string& second) {
  const Menu menu = parse_menu(header + "  - {name: A, " + first + "}\n  - {name: B, " + second + "}\n", "m.yaml");
  return implies(menu.combinations.front(), menu.combinations.back());
}

TEST(Implication, finds_legs_in_any_order_and_among_more) {
  const std::string two = "legs: [{object: MU, pt: 5}, {object: MU, pt: 15, eta: 2.1}]";
  EXPECT_TRUE(first_implies_second(two, "legs: [{object: MU, pt: 14}, {object: MU, pt: 4}]"));
  EXPECT_TRUE(first_implies_second(two, "legs: [{object: MU, pt: 14, eta: 2.5}]"));
  EXPECT_FALSE(first_implies_second(two, "legs: [{object: MU, pt: 14, count: 2}]"));
  EXPECT_FALSE(first_implies_second(two, "legs: [{object: MU, pt: 14, eta: 1.5}]"));
  EXPECT_FALSE(first_implies_second(two, "legs: [{object: EG, pt: 5}]"));
}

TEST(Implication, needs_the_correlations_between_the_legs_it_found) {
  const std::string three =
      "legs: [{object: JET, pt: 90}, {object: EG, pt: 20}, {object: JET, pt: 80}], "
      "correlations: [{legs: [1, 3], deta_max: 1}]";
  EXPECT_TRUE(first_implies_second(three, "legs: [{object: JET, pt: 80, count: 2}], correlations: [{deta_max: 1.5}]"));
  EXPECT_FALSE(first_implies_second(three, "legs: [{object: JET, pt: 80, count: 2}], correlations: [{deta_max: 0.5}]"));
  EXPECT_FALSE(first_implies_second(
      three, "legs: [{object: JET, pt: 80}, {object: EG, pt: 20}], correlations: [{deta_max: 1.5}]"));
}

/// On random events: nothing that is implied is missing, and no bound excludes what fires.
TEST(Implication, holds_in_events) {
  std::size_t found = 0, tried = 0;
  for (std::uint64_t round = 20; round < 24; ++round) {
    const test::RandomMenu random(round);
    const Menu& menu = random();
    const test::MenuEvents events(200, round, true);
    std::vector<std::vector<bool>> fired;
    for (const Combination& one : menu.combinations) {
      auto& row = fired.emplace_back();
      for (const auto& event : events.events) row.push_back(test::naive_combination(menu, one, event));
    }
    for (std::size_t a = 0; a < fired.size(); ++a) {
      for (std::size_t b = 0; b < fired.size(); ++b) {
        if (a == b || !implies(menu.combinations[a], menu.combinations[b])) continue;
        ++found;
        for (std::size_t e = 0; e < fired[a].size(); ++e) {
          tried += fired[a][e];
          EXPECT_TRUE(!fired[a][e] || fired[b][e]) << round << ": " << a << ", " << b;
        }
      }
    }
  }
  EXPECT_GT(found, 20);
  EXPECT_GT(tried, 100);
}

}  // namespace
}  // namespace trigloop::menu
