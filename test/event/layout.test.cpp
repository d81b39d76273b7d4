#include "event/layout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::event {
namespace {

using ::testing::HasSubstr;

const std::string good = R"(trigloop_layout: 1
name: small
table: T
values: physical
key: {run: r, block: b, bcid: x}
collections:
  Jet: {counter: nJet, columns: {pt: {column: jet_pt, scale: 0.001}, eta: jet_eta, kind: {column: k, optional: true}}}
features:
  - {objects_of: Jet, first: 2, fields: [pt, 0, eta]}
  - {item_of: Jet, where: {kind: 5}, else_index: 1, fields: [pt]}
  - {scalar: met}
  - {array: strain, length: 3}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    parse_layout(text, "l.yaml");
  } catch (const core::Error& e) {
    EXPECT_TRUE(e.code() == core::ErrorCode::usage || e.code() == core::ErrorCode::limit);
    return e.what();
  }
  return "no error";
}

std::string error_with(const std::string& from, const std::string& to) { return error_of(replaced(good, from, to)); }

TEST(Layout, OfCmsScoutingHasTheFeaturesOfAxol1tl) {
  const Layout layout = find_layout(cms_l1_scouting);
  EXPECT_EQ(layout.features(), 57u);
  EXPECT_EQ(layout.element, Type::int16);
  EXPECT_TRUE(layout.hardware);
  const std::vector<std::string> names = layout.feature_names();
  ASSERT_EQ(names.size(), 57u);
  EXPECT_EQ(names[0], "EtSum.pt");
  EXPECT_EQ(names[1], "EtSum.0");
  EXPECT_EQ(names[3], "EG0.pt");
  EXPECT_EQ(names[15], "Mu0.pt");
  EXPECT_EQ(names[27], "Jet0.pt");
  EXPECT_EQ(names[56], "Jet9.phi");
  EXPECT_EQ(layout.collections[2].fields[1].use.column, "L1Mu_hwEtaAtVtx");
}

TEST(Layout, DescribesAnotherExperiment) {
  const Layout layout = parse_layout(good, "l.yaml");
  EXPECT_EQ(layout.features(), 6u + 1 + 1 + 3);
  EXPECT_EQ(layout.element, Type::float32);
  EXPECT_EQ(layout.key.kind, KeyKind::block);
  EXPECT_EQ(layout.collections[0].fields[0].use.scale, 0.001);
  EXPECT_THAT(layout.feature_names(),
              ::testing::ElementsAre("Jet0.pt", "Jet0.0", "Jet0.eta", "Jet1.pt", "Jet1.0", "Jet1.eta", "Jet.pt", "met",
                                     "strain[0]", "strain[1]", "strain[2]"));
}

TEST(Layout, KnowsWindowsOfTime) {
  const Layout by_column =
      parse_layout(replaced(good, "{run: r, block: b, bcid: x}", "{window: 2.5, time: {column: t, scale: 1e-9}}"), "l");
  EXPECT_EQ(by_column.key.kind, KeyKind::time);
  EXPECT_EQ(by_column.key.time.scale, 1e-9);
  const Layout by_period =
      parse_layout(replaced(good, "{run: r, block: b, bcid: x}", "{window: 1, period: 0.25, start: -4}"), "l");
  EXPECT_EQ(by_period.key.kind, KeyKind::period);
  EXPECT_EQ(by_period.key.start, -4);
}

TEST(Layout, RefusesWhatItDoesNotKnowWithTheNearestName) {
  EXPECT_THAT(error_with("table: T", "tabel: T"), HasSubstr("Is 'tabel' meant to be it?"));
  EXPECT_THAT(error_with("name: small", "name: small\nabout_: x"), HasSubstr("Did you mean 'about'?"));
  EXPECT_THAT(error_with("objects_of: Jet", "objects_of: Jets"), HasSubstr("Did you mean 'Jet'?"));
  EXPECT_THAT(error_with("[pt, 0, eta]", "[pt, 0, etta]"), HasSubstr("Did you mean 'eta'?"));
  EXPECT_THAT(error_with("where: {kind: 5}", "where: {kin: 5}"), HasSubstr("Did you mean 'kind'?"));
  EXPECT_THAT(error_with("scale: 0.001", "scal: 0.001"), HasSubstr("Did you mean 'scale'?"));
  EXPECT_THAT(error_with("first: 2", "frist: 2"), HasSubstr("Is 'frist' meant"));
  EXPECT_THAT(error_with("values: physical", "values: phsyical"), HasSubstr("Did you mean 'physical'?"));
}

TEST(Layout, RefusesContradictions) {
  EXPECT_THAT(error_with("trigloop_layout: 1", "trigloop_layout: 2"), HasSubstr("knows version 1"));
  EXPECT_THAT(error_with("values: physical", "values: hardware"), HasSubstr("hardware values are taken as they are"));
  EXPECT_THAT(error_with("first: 2", "first: 0"), HasSubstr("must be from 1"));
  EXPECT_THAT(error_with("length: 3", "length: 65536"), HasSubstr("more than 65536 features"));
  EXPECT_THAT(error_with(", else_index: 1", ""), HasSubstr("needs a key 'else_index'"));
  EXPECT_THAT(error_with("[pt, 0, eta]", "[kind]"), HasSubstr("is optional"));
  EXPECT_THAT(error_with("[pt, 0, eta]", "[]"), HasSubstr("is empty"));
  EXPECT_THAT(error_with("{scalar: met}", "{number: met}"), HasSubstr("is no feature block"));
  EXPECT_THAT(error_with("{scalar: met}", "{scalar: ''}"), HasSubstr("names no column"));
  EXPECT_THAT(error_with("{run: r, block: b, bcid: x}", "{window: 0, time: t}"), HasSubstr("key.window"));
  EXPECT_THAT(error_with("{run: r, block: b, bcid: x}", "{run: r}"), HasSubstr("needs a key 'lumisection'"));
  EXPECT_THAT(error_with("eta: jet_eta", "0: jet_eta"), HasSubstr("constant zero"));
}

TEST(Layout, IsFoundByNameOrPath) {
  const test::TempDir dir;
  test::write_file(dir / "mine.yaml", good);
  EXPECT_EQ(find_layout((dir / "mine.yaml").native()).name, "small");
  try {
    find_layout("cms-l1-scoutin");
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("Did you mean 'cms-l1-scouting'?"));
  }
  EXPECT_THROW(find_layout((dir / "none.yaml").native()), core::Error);
}

}  // namespace
}  // namespace trigloop::event
