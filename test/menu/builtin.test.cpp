#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "menu/menu.hpp"

namespace trigloop::menu {
namespace {

TEST(BuiltinMenu, is_what_its_text_says) {
  EXPECT_THAT(builtin_menu_names(), testing::UnorderedElementsAre(cms_run3, pythia_samples, stored_bits));
  for (const std::string& name : builtin_menu_names()) {
    const Menu menu = find_menu(name);
    EXPECT_EQ(menu.name, name);
    EXPECT_FALSE(menu.about.empty());
  }
  EXPECT_EQ(find_menu(cms_run3).seeds.size(), 157u);
  EXPECT_EQ(find_menu(pythia_samples).seeds.size(), 12u);
}

TEST(BuiltinMenu, leaves_out_the_anomaly_triggers) {
  for (const Seed& seed : find_menu(cms_run3).seeds) {
    EXPECT_EQ(seed.name.find("AXO"), std::string::npos);
    EXPECT_EQ(seed.name.find("CICADA"), std::string::npos);
    EXPECT_EQ(seed.prescale, 100u);
  }
}

TEST(BuiltinMenu, suggests_the_one_that_was_meant) {
  try {
    find_menu("cms-run2");
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("cms-run3"));
  }
}

// Spectra carry the id: it must not change unnoticed. Whoever changes a menu changes its number here.
TEST(BuiltinMenu, keeps_its_id) {
  EXPECT_EQ(find_menu(pythia_samples).id(), "d1ab42f0ccb1dc9943256a80177b22a5");
  EXPECT_EQ(find_menu(cms_run3).id(), "75ed97e78dcce8e4836d44260d735e9d");
}

}  // namespace
}  // namespace trigloop::menu
