#include "io/bind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/fake_scouting.hpp"

namespace trigloop::io {
namespace {

using event::find_layout;
using event::parse_layout;
using test::FakeColumn;
using test::FakeSource;
using test::flat_column;
using test::jagged_column;
using test::Lists;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string error_of(const event::Layout& layout, const Source& source,
                     core::ErrorCode code = core::ErrorCode::mismatch) {
  try {
    bind(layout, source);
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), code) << e.what();
    return e.what();
  }
  return "no error";
}

TEST(Bind, FindsTheColumnsOfCmsScoutingOnceEach) {
  const test::FakeScouting events(50, 1);
  const FakeSource source = events.source();
  const Binding binding = bind(find_layout(event::cms_l1_scouting), source);
  EXPECT_EQ(binding.selection.columns.size(), 16u);
  EXPECT_EQ(binding.plan.features, 57u);
  EXPECT_EQ(binding.plan.collections.size(), 4u);
  EXPECT_THAT(binding.selection.columns, ::testing::Contains("L1EtSum_etSumType"));
}

TEST(Bind, DoesWithoutTheTypeColumn) {
  const Binding binding = bind(find_layout(event::cms_l1_scouting), test::FakeScouting(50, 1).source(100, false));
  EXPECT_EQ(binding.selection.columns.size(), 15u);
  EXPECT_EQ(std::get<event::PlanItem>(binding.plan.blocks[0]).where, event::no_column);
  EXPECT_EQ(std::get<event::PlanItem>(binding.plan.blocks[0]).else_index, 2u);
}

TEST(SelectAll, AsksForEveryColumnOfTheMenu) {
  const test::FakeScouting events(50, 1);
  EXPECT_THROW(select_all(find_layout(event::cms_l1_scouting), events.source()), core::Error) << "no taus there";
  const event::Layout layout = parse_layout(R"(
trigloop_layout: 1
name: menu
table: Events
values: hardware
key: {run: run, lumisection: luminosityBlock, orbit: orbitNumber, bunch_crossing: bunchCrossing}
collections:
  EG: {columns: {pt: L1EG_hwPt, eta: L1EG_hwEta}}
features:
  - {objects_of: EG, first: 4, fields: [pt]}
)",
                                            "menu");
  EXPECT_THAT(
      select_all(layout, events.source()).columns,
      ::testing::ElementsAre("run", "luminosityBlock", "orbitNumber", "bunchCrossing", "L1EG_hwPt", "L1EG_hwEta"));
}

// One object collection, with what may be wrong about it.
const std::string small = R"(
trigloop_layout: 1
name: small
table: Events
values: hardware
key: {run: run, block: lumi, bcid: bx}
collections:
  Jet:
    counter: nJet
    columns:
      pt: {column: Jet_hwPt, physical: Jet_pt}
      phi: {column: Jet_hwPhi, physical: Jet_phi, exceeds: 4}
features:
  - {objects_of: Jet, first: 2, fields: [pt, phi]}
)";

class SmallSource {
 public:
  SmallSource() {
    const std::vector<std::uint32_t> key(100, 1);
    for (const char* name : {"run", "lumi", "bx"}) columns_.push_back(flat_column(name, key));
  }
  SmallSource& add(FakeColumn column) {
    columns_.push_back(std::move(column));
    return *this;
  }
  FakeSource source() const { return {"Events", 100, columns_}; }

 private:
  std::vector<FakeColumn> columns_;
};

/// Two jets an entry; their values by f(number of the jet).
template <class T, class F>
FakeColumn jets(const std::string& name, F&& f) {
  Lists<T> lists(100);
  for (int i = 0; i < 200; ++i) lists[static_cast<std::size_t>(i / 2)].push_back(static_cast<T>(f(i)));
  return jagged_column(name, lists, "nJet");
}

TEST(Bind, NamesWhatIsMissingAndTheNearest) {
  const auto layout = parse_layout(small, "small");
  const auto pt = jets<std::int16_t>("Jet_hwPt", [](int i) { return 20 + i; });
  EXPECT_THAT(
      error_of(layout, SmallSource().add(pt).add(jets<std::int16_t>("Jet_hwphi", [](int i) { return i; })).source()),
      AllOf(HasSubstr("has no column 'Jet_hwPhi'"), HasSubstr("Did you mean 'Jet_hwphi'?")));
  EXPECT_THAT(error_of(layout, FakeSource("Event", 0, {})), HasSubstr("Did you mean 'Event'?"));
}

TEST(Bind, RefusesOtherShapes) {
  const auto layout = parse_layout(small, "small");
  const auto phi = jets<std::int16_t>("Jet_hwPhi", [](int i) { return i % 144; });
  EXPECT_THAT(
      error_of(layout, SmallSource().add(flat_column("Jet_hwPt", std::vector<std::int16_t>(100))).add(phi).source()),
      HasSubstr("takes it as a jagged column of Jet"));
  auto other = jets<std::int16_t>("Jet_hwPt", [](int i) { return i; });
  other.counter = "nMuon";
  EXPECT_THAT(error_of(layout, SmallSource().add(other).add(phi).source()), HasSubstr("counted by 'nMuon'"));
  const auto arrays = parse_layout(R"(
trigloop_layout: 1
name: arrays
table: Events
values: hardware
key: {run: run, block: lumi, bcid: bx}
features: [{array: a, length: 4}]
)",
                                   "arrays");
  const auto source = SmallSource().add(flat_column("a", std::vector<std::int16_t>(300), {3})).source();
  EXPECT_THAT(error_of(arrays, source), HasSubstr("takes it as 4 values an entry"));
}

TEST(Bind, RefusesFilesThatHoldOnlyPhysicalValues) {
  const auto layout = parse_layout(small, "small");
  const auto source = SmallSource().add(jets<float>("Jet_pt", [](int i) { return i; })).source();
  EXPECT_THAT(error_of(layout, source),
              AllOf(HasSubstr("only 'Jet_pt' in physical units"), HasSubstr("addHardwareValues")));
}

TEST(Bind, RefusesFloatsWhereHardwareIntegersAreAskedFor) {
  const auto layout = parse_layout(small, "small");
  const auto source = SmallSource()
                          .add(jets<float>("Jet_hwPt", [](int i) { return i; }))
                          .add(jets<std::int16_t>("Jet_hwPhi", [](int i) { return i; }))
                          .source();
  EXPECT_THAT(error_of(layout, source), AllOf(HasSubstr("is of type float32[]"), HasSubstr("needs hardware integers")));
}

TEST(Guard, RefusesHardwareColumnsThatHoldRadians) {
  const auto layout = parse_layout(small, "small");
  const auto pt = jets<std::int16_t>("Jet_hwPt", [](int i) { return 20 + i; });
  const auto radians = jets<std::int16_t>("Jet_hwPhi", [](int i) { return i % 7 - 3; });
  EXPECT_THAT(error_of(layout, SmallSource().add(pt).add(radians).source()),
              AllOf(HasSubstr("holds physical values, not hardware ones"), HasSubstr("column 'Jet_hwPhi'")));
  const auto hardware = jets<std::int16_t>("Jet_hwPhi", [](int i) { return i % 144; });
  EXPECT_EQ(error_of(layout, SmallSource().add(pt).add(hardware).source()), "no error");
}

TEST(Guard, LooksOnlyAtItemsThatAreThere) {
  const auto layout = parse_layout(small, "small");
  // Without energy phi says nothing, and a few small values are no proof.
  const auto none = jets<std::int16_t>("Jet_hwPt", [](int i) { return i < 20 ? 5 : 0; });
  const auto small_phi = jets<std::int16_t>("Jet_hwPhi", [](int i) { return i % 7 - 3; });
  EXPECT_EQ(error_of(layout, SmallSource().add(none).add(small_phi).source()), "no error");
}

TEST(Guard, ComparesWithThePhysicalColumnBesideIt) {
  const auto layout = parse_layout(small, "small");
  const auto phi = jets<std::int16_t>("Jet_hwPhi", [](int i) { return i % 144; });
  const auto physical = jets<float>("Jet_pt", [](int i) { return 3.7 + i; });
  const auto trap = jets<std::int16_t>("Jet_hwPt", [](int i) { return 3.7 + i; });
  EXPECT_THAT(error_of(layout, SmallSource().add(trap).add(phi).add(physical).source()),
              AllOf(HasSubstr("repeats the values of 'Jet_pt'"), HasSubstr("50510")));
  const auto hardware = jets<std::int16_t>("Jet_hwPt", [](int i) { return 2 * (3.7 + i); });
  EXPECT_EQ(error_of(layout, SmallSource().add(hardware).add(phi).add(physical).source()), "no error");
}

}  // namespace
}  // namespace trigloop::io
