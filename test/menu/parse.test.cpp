#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "menu/menu.hpp"

namespace trigloop::menu {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Menu menu_of(const std::string& seeds, const std::string& head = "") {
  return parse_menu("trigloop_menu: 1\nname: m\n" + head + "seeds:\n" + seeds, "m.yaml");
}

Leg leg_of(const std::string& leg, const std::string& head = "") {
  return menu_of("  - {name: A, legs: [" + leg + "]}\n", head).combinations.at(0).legs.at(0);
}

Correlation correlation_of(const std::string& text, const std::string& legs = "{object: MU, pt: 3, count: 2}") {
  return menu_of("  - {name: A, legs: [" + legs + "], correlations: [" + text + "]}\n")
      .combinations.at(0)
      .correlations.at(0);
}

std::string error_of(const std::string& seeds, const std::string& head = "") {
  try {
    menu_of(seeds, head);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::usage);
    return error.what();
  }
  return "no error";
}

TEST(ParseMenu, turns_gev_into_codes_of_half_a_gev) {
  EXPECT_EQ(leg_of("{object: EG, pt: 22}").pt.low, 44);
  EXPECT_EQ(leg_of("{object: EG, pt: 22.3}").pt.low, 45);
  EXPECT_EQ(leg_of("{object: EG, pt_above: 22}").pt.low, 45);
  EXPECT_EQ(leg_of("{object: EG, pt_above: 22.3}").pt.low, 45);
  EXPECT_EQ(leg_of("{object: EG, pt_below: 22}").pt.high, 43);
  EXPECT_EQ(leg_of("{object: HT, pt: 280}").pt.low, 0x230);
  EXPECT_EQ(leg_of("{object: TOWERS, pt: 7}").pt.low, 7);
}

// The codes are those of the uGT's own description of the menu (L1Menu_Collisions2025_v1_3_0).
TEST(ParseMenu, has_the_codes_of_the_global_trigger) {
  EXPECT_EQ(leg_of("{object: MU, pt: 22}").pt.low, 0x2d);
  EXPECT_EQ(leg_of("{object: MU, pt: 4.5}").pt.low, 0xa);
  EXPECT_EQ(leg_of("{object: MU, pt: 0}").pt.low, 0x1);
  EXPECT_EQ(leg_of("{object: MU, pt: 22}", "muon_pt_offset: 0\n").pt.low, 44);
  const auto calo = [](const char* eta) { return leg_of("{object: JET, pt: 9, eta: " + std::string(eta) + "}").eta; };
  EXPECT_EQ(calo("2.5"), (Window<std::int32_t>{-58, 57}));
  EXPECT_EQ(calo("2.1"), (Window<std::int32_t>{-49, 48}));
  EXPECT_EQ(calo("2.3"), (Window<std::int32_t>{-53, 52}));
  EXPECT_EQ(calo("2.39"), (Window<std::int32_t>{-55, 54}));
  EXPECT_EQ(calo("1.5"), (Window<std::int32_t>{-35, 34}));
  EXPECT_EQ(calo("1.2"), (Window<std::int32_t>{-28, 27}));
  const auto muon = [](const char* eta) {
    return leg_of("{object: MU, pt: 9, eta: " + std::string(eta) + "}").eta.high;
  };
  EXPECT_EQ(muon("2.0"), 0xb8);
  EXPECT_EQ(muon("1.4"), 0x81);
  EXPECT_EQ(muon("1.5"), 0x8a);
  EXPECT_EQ(muon("1.2"), 0x6e);
  const Leg forward = leg_of("{object: JET, pt: 20, eta_beyond: 3.0}");
  EXPECT_EQ(forward.not_eta, (Window<std::int32_t>{-69, 68}));
  EXPECT_EQ(leg_of("{object: MU, pt: 1, quality: 12}").quality & 0xFFFF, 0xF000u);
  EXPECT_EQ(leg_of("{object: EG, pt: 1, isolation: [2, 3]}").isolation, 0xCu);
}

TEST(ParseMenu, turns_distances_and_masses_into_integers) {
  EXPECT_EQ(correlation_of("{dr_max: 1.4}").d_r2.high, 1'960'000);
  EXPECT_EQ(correlation_of("{dr_min: 0.3}").d_r2.low, 90'000);
  EXPECT_EQ(correlation_of("{deta_max: 1.6}").d_eta.high, 1600);
  EXPECT_EQ(correlation_of("{dphi_min: 0.8, dphi_max: 1.2}").d_phi, (Window<std::int64_t>{800, 1200}));
  EXPECT_EQ(correlation_of("{mass_min: 7, mass_max: 18}").mass2, (Window<std::int64_t>{980'000, 6'480'000}));
  EXPECT_EQ(correlation_of("{charges: opposite}").charges, Charges::opposite);
  EXPECT_THAT(correlation_of("{mass_max: 12}", "{object: MU, count: 3}").legs, ElementsAre(0, 1, 2));
  EXPECT_THAT(correlation_of("{legs: [3, 1], dr_min: 0.5}", "{object: MU, count: 3}").legs, ElementsAre(0, 2));
}

TEST(ParseMenu, makes_alternatives_of_expressions) {
  const Menu menu = menu_of(
      "  - name: A\n"
      "    all_of:\n"
      "      - {legs: [{object: MU, pt: 3, count: 2}]}\n"
      "      - any_of:\n"
      "          - {legs: [{object: JET, pt: 60}]}\n"
      "          - all_of: [{legs: [{object: JET, pt: 40, count: 2}]}, {legs: [{object: MET, pt: 9}]}]\n");
  EXPECT_EQ(menu.combinations.size(), 4u);
  EXPECT_THAT(menu.seeds[0].alternatives, ElementsAre(ElementsAre(0, 1), ElementsAre(0, 2, 3)));
}

TEST(ParseMenu, keeps_equal_combinations_once) {
  const Menu menu =
      menu_of("  - {name: A, legs: [{object: EG, pt: 5}]}\n  - {name: B, legs: [{object: EG, pt: 5.0}]}\n");
  EXPECT_EQ(menu.combinations.size(), 1u);
  EXPECT_EQ(menu.seeds[1].index, 1u);
}

TEST(ParseMenu, reads_prescales_in_hundredths) {
  const auto prescale = [](const char* text) {
    return menu_of("  - {name: A, prescale: " + std::string(text) + ", legs: [{object: EG}]}\n").seeds[0].prescale;
  };
  EXPECT_EQ(prescale("1"), 100u);
  EXPECT_EQ(prescale("2.35"), 235u);
  EXPECT_EQ(prescale("0"), 0u);
  EXPECT_THAT(error_of("  - {name: A, prescale: 0.5, legs: [{object: EG}]}\n"), HasSubstr("0 (off) or at least 1"));
  EXPECT_THAT(error_of("  - {name: A, prescale: 1.234, legs: [{object: EG}]}\n"), HasSubstr("two decimals"));
  EXPECT_THAT(error_of("  - {name: A, prescale: 200000, legs: [{object: EG}]}\n"), HasSubstr("167772"));
}

TEST(ParseMenu, says_what_is_wrong_and_where) {
  EXPECT_THAT(error_of("  - {name: A, legs: [{objct: EG}]}\n"), HasSubstr("object"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: ETA}]}\n"), HasSubstr("m.yaml: line 4"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG, ptt: 3}]}\n"), HasSubstr("Did you mean 'pt'"));
  EXPECT_THAT(error_of("  - {name: A, legs: []}\n"), HasSubstr("'seeds[0].legs'"));
  EXPECT_THAT(error_of("  - {name: A}\n"), HasSubstr("asks for nothing"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG}], any_of: []}\n"), HasSubstr("more than one way"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG, pt: 3, pt_above: 4}]}\n"), HasSubstr("beside 'pt'"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG, pt: 9, pt_below: 4}]}\n"), HasSubstr("leaves no pt"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: HT, eta: 2}]}\n"), HasSubstr("a sum has no eta"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: HT, count: 2}]}\n"), HasSubstr("each sum once"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG, quality: 4}]}\n"), HasSubstr("only MU and JET"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG, isolation: [77]}]}\n"), HasSubstr("from 0 to 31"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG, count: 5}]}\n"), HasSubstr("from 1 to 4"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG, count: 3}, {object: MU, count: 2}]}\n"), HasSubstr("leg 4"));
  EXPECT_THAT(error_of("  - {name: A, legs: [{object: EG}]}\n  - {name: A, legs: [{object: MU}]}\n"),
              HasSubstr("two seeds"));
  EXPECT_THAT(error_of("", "muon_pt_offset: 99\n"), HasSubstr("0 to 16"));
  const auto related = [](const std::string& legs, const std::string& text) {
    return error_of("  - {name: A, legs: [" + legs + "], correlations: [{" + text + "}]}\n");
  };
  EXPECT_THAT(related("{object: EG}", "dr_max: 1"), HasSubstr("needs two legs"));
  EXPECT_THAT(related("{object: EG, count: 3}", "dr_max: 1"), HasSubstr("between two legs"));
  EXPECT_THAT(related("{object: EG}, {object: MET}", "dr_max: 1"), HasSubstr("leg 2 (MET) has no eta"));
  EXPECT_THAT(related("{object: EG}, {object: HT}", "dphi_max: 1"), HasSubstr("leg 2 (HT) has no direction"));
  EXPECT_THAT(related("{object: EG, count: 2}", "charges: same"), HasSubstr("has no charge"));
  EXPECT_THAT(related("{object: EG, count: 2}", "dr_min: 2, dr_max: 1"), HasSubstr("below 'dr_min'"));
  EXPECT_THAT(related("{object: EG, count: 2}", "legs: [1, 1], dr_max: 1"), HasSubstr("twice"));
  EXPECT_THAT(related("{object: EG, count: 2}", "legs: [1, 3], dr_max: 1"), HasSubstr("from 1 to 2"));
}

TEST(ParseMenu, bounds_what_a_few_lines_can_ask_for) {
  // Ten choices of ten, all at once, would be 10^10 alternatives.
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += (i ? ", " : "") + ("{legs: [{object: EG, pt: " + std::to_string(i) + "}]}");
  std::string all;
  for (int i = 0; i < 10; ++i) all += (i ? ", " : "") + ("{any_of: [" + ten + "]}");
  EXPECT_THAT(error_of("  - {name: A, all_of: [" + all + "]}\n"), HasSubstr("more than 256 alternatives"));
}

TEST(Menu, has_an_id_of_what_it_does) {
  const std::string seed = "  - {name: A, legs: [{object: EG, pt: 5}]}\n";
  const std::string id = menu_of(seed).id();
  EXPECT_EQ(id.size(), 32u);
  EXPECT_EQ(id, menu_of("  # a comment\n" + seed).id());
  EXPECT_EQ(id, menu_of("  - {name: A, index: 0, prescale: 1, legs: [{pt: 5.0, object: EG, count: 1}]}\n").id());
  EXPECT_EQ(id, menu_of(seed, "about: something\n").id());
  EXPECT_NE(id, menu_of("  - {name: B, legs: [{object: EG, pt: 5}]}\n").id());
  EXPECT_NE(id, menu_of("  - {name: A, legs: [{object: EG, pt: 5.5}]}\n").id());
  EXPECT_NE(id, menu_of("  - {name: A, prescale: 2, legs: [{object: EG, pt: 5}]}\n").id());
  EXPECT_NE(id, menu_of(seed, "sum_types: {HT: 1}\n").id());
}

}  // namespace
}  // namespace trigloop::menu
