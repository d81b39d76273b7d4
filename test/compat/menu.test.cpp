// Menus of earlier versions must stay readable, with the same meaning and id; and a prescale must keep the same events.
#include <gtest/gtest.h>

#include <numeric>

#include "event/layout.hpp"
#include "menu/evaluator.hpp"
#include "test/support/fake_source.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

TEST(CompatMenu, Version1IsRead) {
  const menu::Menu menu = menu::load_menu(test::project_root() / "test/compat/menu_v1.yaml");
  EXPECT_EQ(menu.id(), "904899f294c4e12662fb89f191985512");
  ASSERT_EQ(menu.seeds.size(), 2u);
  EXPECT_EQ(menu.seeds[0].prescale, 250u);
  EXPECT_EQ(menu.seeds[0].alternatives.size(), 4u);
  EXPECT_EQ(menu.seeds[1].column, "L1_Bit");
  EXPECT_EQ(menu.muon_pt_offset, 0);
  EXPECT_EQ(menu.sum_types[static_cast<std::size_t>(menu::Kind::ht)], 1);
  const menu::Leg& forward = menu.combinations[0].legs[0];
  EXPECT_EQ(forward.pt.low, 120);
  EXPECT_EQ(forward.not_eta, (menu::Window<std::int32_t>{-69, 68}));
}

TEST(CompatMenu, APrescaleKeepsTheSameEvents) {
  std::vector<std::uint32_t> run(64, 396102), orbit(64), crossing(64);
  std::iota(orbit.begin(), orbit.end(), 56098817u);
  for (std::uint32_t e = 0; e < 64; ++e) crossing[e] = 1 + 55 * e;
  const test::FakeSource source(
      "Events", 64,
      {test::flat_column("run", run), test::flat_column("orbitNumber", orbit),
       test::flat_column("bunchCrossing", crossing),
       test::jagged_column("L1EG_hwPt", std::vector<std::vector<std::int16_t>>(64, {50}), "nL1EG")},
      64);
  const menu::Menu menu = menu::parse_menu(
      "{trigloop_menu: 1, name: m, seeds: [{name: Fifth, prescale: 5, legs: [{object: EG, pt: 20}]}]}", "m.yaml");
  const menu::Binding binding = menu::bind(menu, event::find_layout(event::cms_l1_scouting), source);
  menu::Evaluator evaluator(binding);
  const auto reader = source.read(binding.selection(), {});
  event::Columns window;
  menu::Fired fired;
  ASSERT_TRUE(reader->next(window));
  evaluator.run(window, fired);
  // Computed by a few lines of Python from the description in docs/formats.md.
  EXPECT_EQ(fired.any[0], 7016628698049544192u);
}

}  // namespace
}  // namespace trigloop
