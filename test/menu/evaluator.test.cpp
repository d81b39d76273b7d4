// The evaluator against the plain answer (naive.hpp), on random menus and random events, by every instruction set.
#include "menu/evaluator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/isa.hpp"
#include "event/layout.hpp"
#include "test/menu/events.hpp"
#include "test/menu/random_menu.hpp"

namespace trigloop::menu {
namespace {

using test::MenuEvents;
using test::RandomMenu;
using testing::HasSubstr;

/// Runs the rest of a scope by one instruction set.
struct ForcedIsa {
  explicit ForcedIsa(const std::string& name) { core::force_isa(name); }
  ~ForcedIsa() { core::force_isa(""); }
};

Binding bind_all(const Menu& menu, const io::Source& source, BindOptions options = {}) {
  return bind(menu, event::find_layout(event::cms_l1_scouting), source, options);
}

/// The shorter questions must agree with all bits of a window.
void expect_same(Evaluator& shorter, const event::Columns& window, const Fired& fired) {
  Fired any;
  shorter.run_any(window, any);
  EXPECT_EQ(any.any, fired.any);
  for (std::size_t e = 0; e < fired.entries; ++e) {
    EXPECT_TRUE(std::ranges::equal(shorter.row(window, e), fired.row(e))) << "event " << e;
  }
}

/// Bits of all events, in windows of the source's size.
std::vector<std::vector<bool>> evaluate(const Binding& binding, const io::Source& source) {
  Evaluator evaluator(binding), shorter(binding);
  const auto reader = source.read(binding.selection(), {});
  event::Columns window;
  Fired fired;
  std::vector<std::vector<bool>> all;
  while (reader->next(window)) {
    evaluator.run(window, fired);
    expect_same(shorter, window, fired);
    EXPECT_EQ(fired.entries, window.entries);
    for (std::size_t e = 0; e < fired.entries; ++e) {
      std::vector<bool> row;
      bool some = false;
      for (std::size_t s = 0; s < fired.seeds; ++s) {
        row.push_back(fired.fired(e, s));
        some = some || row.back();
      }
      EXPECT_EQ(fired.any_fired(e), some);
      all.push_back(std::move(row));
    }
  }
  return all;
}

TEST(Evaluator, gives_the_plain_answer_on_every_instruction_set) {
  std::size_t fired = 0, not_fired = 0;
  for (std::uint64_t round = 0; round < 6; ++round) {
    const RandomMenu menu(round, 70, round == 5 ? 120 : 40);  // more than one word of seeds; more filters than are kept
    const MenuEvents events(round == 0 ? 700 : 150, 100 + round, round % 2 == 0);
    std::vector<std::vector<bool>> expected;
    for (const test::NaiveEvent& event : events.events) {
      auto& row = expected.emplace_back();
      for (const Seed& seed : menu().seeds) {
        row.push_back(test::naive_seed(menu(), seed, event));
        ++(row.back() ? fired : not_fired);
      }
    }
    const std::size_t windows[] = {700, 700, 65, 65, 1, 64};
    const test::FakeSource source = events.source(windows[round]);
    const Binding binding = bind_all(menu(), source);
    for (const std::string& isa : core::usable_isas()) {
      const ForcedIsa forced(isa);
      EXPECT_EQ(evaluate(binding, source), expected) << isa << ", round " << round;
    }
  }
  // A test in which nothing fires, or everything, proves little.
  EXPECT_GT(fired * 20, not_fired);
  EXPECT_GT(not_fired * 20, fired);
}

/// What is left out where one seed is enough must not have fired alone; `evaluate` compares both.
TEST(Evaluator, tells_whether_any_seed_fired_under_prescales) {
  for (std::uint64_t round = 10; round < 16; ++round) {
    RandomMenu menu(round);
    menu.prescale();
    const MenuEvents events(300, 100 + round, round % 2 == 0);
    const test::FakeSource source = events.source(128);
    evaluate(bind_all(menu(), source), source);
  }
}

TEST(Evaluator, answers_the_default_menu_as_the_plain_loop_does) {
  const Menu menu = find_menu(cms_run3);
  const MenuEvents events(1000, 5, true, 800);
  const test::FakeSource source = events.source(1000);
  const auto bits = evaluate(bind_all(menu, source), source);
  std::vector<std::size_t> counts(menu.seeds.size());
  for (std::size_t e = 0; e < bits.size(); ++e) {
    for (std::size_t s = 0; s < bits[e].size(); ++s) {
      ASSERT_EQ(bits[e][s], test::naive_seed(menu, menu.seeds[s], events.events[e])) << menu.seeds[s].name;
      counts[s] += bits[e][s];
    }
  }
  EXPECT_GT(std::ranges::count_if(counts, [](std::size_t n) { return n > 0; }), 100);
}

TEST(Evaluator, reads_integers_of_any_width) {
  const Menu menu = find_menu(cms_run3);
  const MenuEvents events(300, 9, true, 800);
  const auto expected = evaluate(bind_all(menu, events.source()), events.source());
  const auto wide = events.source<std::int32_t>(), wider = events.source<std::int64_t>();
  EXPECT_EQ(evaluate(bind_all(menu, wide), wide), expected);
  EXPECT_EQ(evaluate(bind_all(menu, wider), wider), expected);
}

/// Columns of int32 are narrowed where all their values fit: some windows, and not others.
TEST(Evaluator, reads_integers_that_fit_16_bits_in_some_windows) {
  const Menu menu = find_menu(cms_run3);
  const MenuEvents events(300, 10, true, 100'000);
  const auto fits = [](const auto& list) {
    return std::ranges::all_of(list, [](const auto& o) { return o.pt <= INT16_MAX; });
  };
  const auto fitting = std::ranges::count_if(events.events, [&](const auto& e) { return fits(e.at(Kind::jet)); });
  EXPECT_GT(fitting, 50);
  EXPECT_LT(fitting, 250);
  const auto wider = events.source<std::int64_t>(1);
  const auto expected = evaluate(bind_all(menu, wider), wider);
  for (const std::size_t window : {1u, 3u, 300u}) {
    const auto wide = events.source<std::int32_t>(window);
    EXPECT_EQ(evaluate(bind_all(menu, wide), wide), expected) << window;
  }
}

Menu menu_of(const std::string& seeds) { return parse_menu("trigloop_menu: 1\nname: m\nseeds:\n" + seeds, "m.yaml"); }

TEST(Evaluator, takes_sums_by_their_place_where_there_is_no_type_column) {
  MenuEvents events(500, 3, true);
  events.with_types = false;
  const test::FakeSource source = events.source();
  const Menu menu =
      menu_of("  - {name: HT, legs: [{object: HT, pt: 50}]}\n  - {name: MET, legs: [{object: MET, pt: 50}]}\n");
  const auto bits = evaluate(bind_all(menu, source), source);
  for (std::size_t e = 0; e < bits.size(); ++e) {
    EXPECT_EQ(bits[e][0], events.events[e].at(Kind::ht)[0].pt >= 100);
    EXPECT_EQ(bits[e][1], events.events[e].at(Kind::met)[0].pt >= 100);
  }
}

TEST(Evaluator, finds_its_columns_at_the_positions_it_is_given) {
  const MenuEvents events(300, 4, true);
  const test::FakeSource source = events.source(300);
  const Binding binding = bind_all(menu_of("  - {name: A, legs: [{object: EG, pt: 10, isolation: [1]}]}\n"), source);
  ASSERT_EQ(binding.columns, (std::vector<std::string>{"L1EG_hwPt", "L1EG_hwIso"}));
  const auto expected = evaluate(binding, source);
  io::Selection all{"Events", 0, {"run", "L1EG_hwIso", "L1Jet_hwPt", "L1EG_hwPt"}};
  const auto reader = source.read(all, {});
  event::Columns window;
  ASSERT_TRUE(reader->next(window));
  Evaluator evaluator(binding, {3, 1});
  Fired fired;
  evaluator.run(window, fired);
  for (std::size_t e = 0; e < 300; ++e) EXPECT_EQ(fired.fired(e, 0), expected[e][0]);
}

TEST(Evaluator, keeps_the_same_share_of_events_under_a_prescale_in_any_order_of_files) {
  const MenuEvents events(6000, 6, true);
  const Menu menu = menu_of(
      "  - {name: All, legs: [{object: ET, pt: 0}]}\n"
      "  - {name: Third, prescale: 3, legs: [{object: ET, pt: 0}]}\n"
      "  - {name: Half, prescale: 2.5, legs: [{object: ET, pt: 0}]}\n"
      "  - {name: Off, prescale: 0, legs: [{object: ET, pt: 0}]}\n");
  const auto large = evaluate(bind_all(menu, events.source(6000)), events.source(6000));
  std::array<double, 4> n{};
  for (const auto& row : large) {
    for (std::size_t s = 0; s < 4; ++s) n[s] += row[s];
  }
  EXPECT_NEAR(n[1], n[0] / 3, 5 * std::sqrt(n[0] * 2 / 9));
  EXPECT_NEAR(n[2], n[0] / 2.5, 5 * std::sqrt(n[0] * 0.24));
  EXPECT_EQ(n[3], 0);
  EXPECT_EQ(large, evaluate(bind_all(menu, events.source(77)), events.source(77)));

  // The key decides, not the place in a file: the second half as a file of its own.
  MenuEvents half = events;
  const auto cut = [](auto& all) { all.erase(all.begin(), all.begin() + 3000); };
  cut(half.events), cut(half.run), cut(half.orbit), cut(half.bx);
  const auto second = evaluate(bind_all(menu, half.source()), half.source());
  EXPECT_TRUE(std::ranges::equal(second, std::span(large).subspan(3000)));
}

/// The trigger sends 12 of a kind; up to 32 are taken, and those behind the 16th are compared by themselves.
TEST(Evaluator, takes_up_to_32_objects_of_a_kind) {
  const Menu menu = menu_of(
      "  - {name: One, legs: [{object: JET, pt: 10, eta: 0.2}]}\n"
      "  - {name: Two, legs: [{object: JET, pt: 5, eta: 1, count: 2}]}\n"
      "  - {name: Near, legs: [{object: JET, pt: 5, eta: 2, count: 2}], correlations: [{dr_max: 0.8}]}\n");
  MenuEvents events(200, 11, true);
  for (std::size_t e = 0; e < events.events.size(); ++e) {
    auto& jets = events.events[e][Kind::jet];
    jets.assign(16 + e % 17, {40, 100, 0, 0, 0, 0});
    for (std::size_t i = 14; i < jets.size(); ++i)
      jets[i] = {20, static_cast<int>((e + 3 * i) % 90), static_cast<int>(e * i % 144), 0, 0, 0};
  }
  std::array<std::size_t, 3> fired{};
  const auto bits = evaluate(bind_all(menu, events.source(200)), events.source(200));
  for (std::size_t e = 0; e < bits.size(); ++e) {
    for (std::size_t s = 0; s < 3; ++s) {
      ASSERT_EQ(bits[e][s], test::naive_seed(menu, menu.seeds[s], events.events[e])) << "event " << e << ", seed " << s;
      fired[s] += bits[e][s];
    }
  }
  for (const std::size_t n : fired) EXPECT_TRUE(n > 20 && n < 200) << n;
}

TEST(Evaluator, refuses_more_objects_than_a_trigger_has) {
  MenuEvents events(10, 7, false);
  events.events[4][Kind::jet].assign(33, {100, 0, 0, 0, 0, 0});
  const test::FakeSource source = events.source();
  try {
    evaluate(bind_all(menu_of("  - {name: A, legs: [{object: JET, pt: 10, eta: 3}]}\n"), source), source);
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::limit);
    EXPECT_THAT(error.what(), HasSubstr("entry 4"));
    EXPECT_THAT(error.what(), HasSubstr("33 objects of kind JET"));
  }
}

TEST(Evaluator, refuses_columns_that_contradict_each_other) {
  const MenuEvents events(50, 8, true);
  const test::FakeSource source = events.source(50);
  const Binding binding = bind_all(menu_of("  - {name: A, legs: [{object: JET, pt: 10, eta: 2}]}\n"), source);
  const auto reader = source.read({"Events", 0, {"L1Jet_hwPt", "L1EG_hwEta"}}, {});
  event::Columns window;
  ASSERT_TRUE(reader->next(window));
  Evaluator evaluator(binding);
  Fired fired;
  EXPECT_THROW(evaluator.run(window, fired), core::Error);
}

TEST(Evaluator, tells_stored_bits) {
  std::vector<std::uint8_t> a{0, 1, 0, 1, 1}, b{0, 0, 1, 1, 0};
  test::FakeColumn bit = test::flat_column("L1_SingleMu22", a);
  bit.type = event::Type::boolean;
  test::FakeSource source("Events", 5,
                          {bit, test::flat_column("L1_HTT280er", b), test::flat_column("L1_AXO_Nominal", a),
                           test::flat_column("run", std::vector<std::uint32_t>(5))});
  const Binding binding = bind_all(find_menu(stored_bits), source);
  ASSERT_EQ(binding.menu.seeds.size(), 2u);
  EXPECT_EQ(binding.menu.seeds[0].name, "L1_SingleMu22");
  const auto bits = evaluate(binding, source);
  for (std::size_t e = 0; e < 5; ++e) {
    EXPECT_EQ(bits[e][0], a[e] != 0);
    EXPECT_EQ(bits[e][1], b[e] != 0);
  }
}

}  // namespace
}  // namespace trigloop::menu
