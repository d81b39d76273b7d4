// Layouts of earlier versions must stay readable, with the same meaning.
#include "event/layout.hpp"

#include <gtest/gtest.h>

#include "test/support/support.hpp"

namespace trigloop {
namespace {

TEST(CompatLayout, Version1IsRead) {
  const event::Layout layout = event::load_layout(test::project_root() / "test/compat/v0.1/layout.yaml");
  const std::vector<std::string> names{"Jet0.pt", "Jet0.0", "Jet0.phi",  "Jet1.pt",   "Jet1.0",   "Jet1.phi",
                                       "Jet.pt",  "met",    "strain[0]", "strain[1]", "strain[2]"};
  EXPECT_EQ(layout.feature_names(), names);
  EXPECT_FALSE(layout.hardware);
  EXPECT_EQ(layout.element, event::Type::float32);
  EXPECT_EQ(layout.key.kind, event::KeyKind::cms);
  EXPECT_EQ(layout.orbits_seen->orbits, "nOrbits");
  const event::Collection& jet = layout.collections[0];
  EXPECT_EQ(jet.counter, "nJet");
  EXPECT_EQ(jet.fields[0].use.scale, 0.001);
  EXPECT_EQ(jet.fields[0].use.offset, 0.5);
  EXPECT_EQ(jet.fields[1].use.physical, "jet_phi_rad");
  EXPECT_EQ(jet.fields[1].use.exceeds, 4);
  EXPECT_TRUE(jet.fields[2].use.optional);
  const auto& item = std::get<event::ItemBlock>(layout.blocks[1]);
  EXPECT_EQ(item.value, 5);
  EXPECT_EQ(item.else_index, 1u);
}

}  // namespace
}  // namespace trigloop
