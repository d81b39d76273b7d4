#include "menu/bind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "event/layout.hpp"
#include "menu/evaluator.hpp"
#include "test/menu/events.hpp"

namespace trigloop::menu {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Menu menu_of(const std::string& seeds, const std::string& head = "") {
  return parse_menu("trigloop_menu: 1\nname: m\n" + head + "seeds:\n" + seeds, "m.yaml");
}

const event::Layout& layout() {
  static const event::Layout cms = event::find_layout(event::cms_l1_scouting);
  return cms;
}

std::string mismatch_of(const Menu& menu, const io::Source& source) {
  try {
    bind(menu, layout(), source);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::mismatch);
    return error.what();
  }
  return "no error";
}

test::FakeSource only_muons() {
  const std::vector<std::vector<std::int16_t>> lists{{5}, {}, {7, 3}};
  return {"Events", 3, {test::jagged_column("L1Mu_hwPt", lists, "nL1Mu")}};
}

TEST(BindMenu, asks_for_no_more_columns_than_the_seeds_need) {
  const test::MenuEvents events(10, 1, true);
  const auto columns = [&](const std::string& seed) { return bind(menu_of(seed), layout(), events.source()).columns; };
  EXPECT_THAT(columns("  - {name: A, legs: [{object: MU, pt: 3}]}\n"), ElementsAre("L1Mu_hwPt"));
  EXPECT_THAT(columns("  - {name: A, legs: [{object: MU, pt: 3, quality: 8}]}\n"),
              ElementsAre("L1Mu_hwPt", "L1Mu_hwQual"));
  EXPECT_THAT(columns("  - {name: A, legs: [{object: MU, count: 2}], correlations: [{dr_max: 1, charges: same}]}\n"),
              UnorderedElementsAre("L1Mu_hwPt", "L1Mu_hwEtaAtVtx", "L1Mu_hwPhiAtVtx", "L1Mu_hwCharge"));
  EXPECT_THAT(columns("  - {name: A, legs: [{object: HT, pt: 3}]}\n"),
              UnorderedElementsAre("L1EtSum_hwPt", "L1EtSum_etSumType"));
  EXPECT_THAT(columns("  - {name: A, prescale: 2, legs: [{object: TAU, pt: 3}]}\n"),
              UnorderedElementsAre("L1Tau_hwPt", "run", "orbitNumber", "bunchCrossing"));
}

TEST(BindMenu, names_the_seed_and_what_it_lacks) {
  const test::FakeSource source = only_muons();
  EXPECT_THAT(mismatch_of(menu_of("  - {name: L1_Tau, legs: [{object: TAU, pt: 3}]}\n"), source),
              testing::AllOf(HasSubstr("'L1_Tau'"), HasSubstr("'L1Tau_hwPt'"), HasSubstr("--drop-unfit")));
  EXPECT_THAT(mismatch_of(menu_of("  - {name: L1_Mu, legs: [{object: MU, quality: 12}]}\n"), source),
              testing::AllOf(HasSubstr("'L1_Mu'"), HasSubstr("'L1Mu_hwQual'")));
  EXPECT_THAT(mismatch_of(menu_of("  - {name: Bit, column: L1_Bit}\n"), source), HasSubstr("'L1_Bit'"));
}

TEST(BindMenu, leaves_out_what_cannot_be_answered_if_it_may) {
  const Menu menu = menu_of(
      "  - {name: A, legs: [{object: TAU, pt: 3}]}\n"
      "  - {name: B, legs: [{object: MU, pt: 3}]}\n"
      "  - {name: C, any_of: [{legs: [{object: MU, pt: 3}]}, {legs: [{object: EG, pt: 3}]}]}\n");
  BindOptions options;
  options.drop_unfit = true;
  const Binding binding = bind(menu, layout(), only_muons(), options);
  ASSERT_EQ(binding.menu.seeds.size(), 1u);
  EXPECT_EQ(binding.menu.seeds[0].name, "B");
  EXPECT_THAT(binding.columns, ElementsAre("L1Mu_hwPt"));
  ASSERT_EQ(binding.warnings.size(), 2u);
  EXPECT_THAT(binding.warnings[0], HasSubstr("'A'"));
  EXPECT_NE(binding.menu.id(), menu.id()) << "another menu was evaluated";
}

TEST(BindMenu, refuses_an_input_that_can_answer_nothing) {
  BindOptions options;
  options.drop_unfit = true;
  const Menu menu = menu_of("  - {name: A, legs: [{object: TAU, pt: 3}]}\n");
  EXPECT_THROW(bind(menu, layout(), only_muons(), options), core::Error);
}

TEST(BindMenu, refuses_physical_values) {
  const std::vector<std::vector<float>> lists{{5}, {}, {7, 3}};
  const test::FakeSource source("Events", 3, {test::jagged_column("L1Mu_hwPt", lists, "nL1Mu")});
  EXPECT_THAT(mismatch_of(menu_of("  - {name: A, legs: [{object: MU, pt: 3}]}\n"), source),
              HasSubstr("hardware integers"));
}

TEST(BindMenu, refuses_sum_types_of_another_numbering) {
  const std::vector<std::vector<std::int32_t>> pts(3, {9, 8, 7}), types(3, {0, 16, 2});
  const test::FakeSource source("Events", 3,
                                {test::jagged_column("L1EtSum_hwPt", pts, "nL1EtSum"),
                                 test::jagged_column("L1EtSum_etSumType", types, "nL1EtSum")});
  const std::string seed = "  - {name: A, legs: [{object: HT, pt: 3}]}\n";
  EXPECT_THAT(mismatch_of(menu_of(seed), source), testing::AllOf(HasSubstr("16"), HasSubstr("sum_types")));
  EXPECT_THAT(bind(menu_of(seed, "sum_types: {ETEM: 16, HT: 1}\n"), layout(), source).warnings, IsEmpty());
}

/// Rows of 33 objects: MET 1, EG 12, MU 8, JET 12.
test::FakeSource dense(const std::vector<std::array<std::int16_t, 99>>& rows, const std::vector<float>& ht) {
  std::vector<std::int16_t> flat;
  for (const auto& row : rows) flat.insert(flat.end(), row.begin(), row.end());
  return {"", rows.size(), {test::flat_column("full_data_cyl", flat, {33, 3}), test::flat_column("HT", ht)}};
}

TEST(BindMenu, reads_dense_rows) {
  std::vector<std::array<std::int16_t, 99>> rows(4);
  const auto put = [&](std::size_t row, std::size_t slot, std::int16_t pt, std::int16_t eta, std::int16_t phi) {
    rows[row][3 * slot] = pt;
    rows[row][3 * slot + 1] = eta;
    rows[row][3 * slot + 2] = phi;
  };
  put(0, 0, 200, 0, 3);                           // MET 100
  put(1, 14, 45, 10, 20), put(1, 13, 9, 14, 20);  // two muons, not in order, 4 bins apart
  put(2, 1, 44, 0, 0);                            // EG 22
  put(3, 32, 60, 80, 0);                          // a forward jet in the last slot
  const test::FakeSource source = dense(rows, {0, 0, 360.5, 100});
  const Menu menu = menu_of(
      "  - {name: MET, legs: [{object: MET, pt: 100}]}\n"
      "  - {name: MuMu, legs: [{object: MU, pt: 20}, {object: MU, pt: 4}], correlations: [{deta_max: 0.05}]}\n"
      "  - {name: EG, legs: [{object: EG, pt: 22}]}\n"
      "  - {name: HT, legs: [{object: HT, pt_above: 360}]}\n"
      "  - {name: Jet, legs: [{object: JET, pt: 30, eta_beyond: 3}]}\n"
      "  - {name: Any, legs: [{object: MU, pt: 0}]}\n");
  ASSERT_TRUE(has_dense(source.info()));
  Evaluator evaluator(bind_dense(menu, source));
  const auto reader = source.read({"", 0, evaluator.columns()}, {});
  event::Columns window;
  ASSERT_TRUE(reader->next(window));
  Fired fired;
  evaluator.run(window, fired);
  EXPECT_EQ(fired.row(0)[0], 0b000001u);
  EXPECT_EQ(fired.row(1)[0], 0b100010u);
  EXPECT_EQ(fired.row(2)[0], 0b001100u);
  EXPECT_EQ(fired.row(3)[0], 0b010000u);
}

TEST(BindMenu, says_what_dense_rows_do_not_tell) {
  const test::FakeSource source = dense(std::vector<std::array<std::int16_t, 99>>(2), {0, 0});
  const auto reason = [&](const std::string& leg) -> std::string {
    try {
      bind_dense(menu_of("  - {name: A, legs: [" + leg + "]}\n"), source);
    } catch (const core::Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(reason("{object: TAU}"), HasSubstr("has no TAU"));
  EXPECT_THAT(reason("{object: MU, quality: 4}"), HasSubstr("no quality"));
  EXPECT_THAT(reason("{object: ET}"), HasSubstr("'ET'"));
  EXPECT_EQ(reason("{object: HT}"), "no error");
}

}  // namespace
}  // namespace trigloop::menu
