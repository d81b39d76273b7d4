#include "config/config.hpp"

#include <gmock/gmock.h>

#include "config/schema.hpp"
#include "io/hdf5/hdf5.hpp"
#include "test/support/support.hpp"

namespace trigloop::config {
namespace {

using testing::HasSubstr;

TEST(Config, MasterHoldsEveryKeyOfTheTableButOlderOnes) {
  for (const Key& key : keys()) {
    const Value* at = &Config::master().root();
    for (std::string_view rest = key.path; at != nullptr && !rest.empty();) {
      const auto dot = std::min(rest.find('.'), rest.size());
      at = at->find(rest.substr(0, dot));
      rest.remove_prefix(std::min(dot + 1, rest.size()));
    }
    EXPECT_EQ(at != nullptr, key.origin != Origin::older) << key.path;
  }
}

TEST(Config, AUsersFileIsMergedOverTheMaster) {
  const Config c =
      Config::parse("train:\n  VAE_V4: {batch_size: 8}\nmodel: {ap_fixed_kernel: !!python/tuple [4, 1]}\n", "u.yml");
  EXPECT_EQ(c.integer("train.VAE_V4.batch_size"), 8);
  EXPECT_EQ(c.integers("model.ap_fixed_kernel"), (std::vector<std::int64_t>{4, 1}));
  EXPECT_EQ(c.integer("train.VAE_V4.n_epochs"), 5);
  const auto differences = c.differences();
  ASSERT_EQ(differences.size(), 2u);
  EXPECT_EQ(differences[0].path, "model.ap_fixed_kernel");
  EXPECT_EQ(to_line(differences[1].master), "16384");
  EXPECT_EQ(to_line(differences[1].mine), "8");
}

TEST(Config, WhatIsShownIsReadBackAsTheSame) {
  const Config c =
      Config::parse("report: {path: 'a: \"b\" # \\ \u00e9'}\nthreshold: {target_rate: [1, 2.5, 1e-7]}", "u");
  for (const std::string& text : {to_yaml(c.root()), to_json(c.root())}) {
    EXPECT_EQ(Config::parse(text, "again").root(), c.root()) << text;
  }
}

TEST(Config, SettingAKeyChecksItAsAFileIs) {
  Config c = Config::master();
  c.set("train.Contrastive_VAE.blur_p", "0.5");
  EXPECT_EQ(c.number("train.Contrastive_VAE.blur_p"), 0.5);
  EXPECT_THROW(c.set("train.Contrastive_VAE.blur_p", "2"), core::Error);
  EXPECT_THROW(c.set("train.Contrastive_VAE", "{}"), core::Error);
  try {
    c.set("train.Contrastive_VAE.blur_q", "2");
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("Did you mean 'blur_"));
  }
}

TEST(Config, ConstituentsOfOlderFilesMoveToTheirPlaceOfToday) {
  const Config c = Config::parse(R"({"Read_configs": {"BACKGROUND": {"constituents": {"MUON": [true, true]}},
                                     "SIGNAL": {"constituents": {"MUON": [true, true]}}}})",
                                 "old");
  EXPECT_EQ(c.flags("data_config.Read_configs.constituents.MUON"), (std::vector<bool>{true, true}));
  EXPECT_EQ(c.package_part().find("data_config")->find("Read_configs")->find("BACKGROUND")->find("constituents"),
            nullptr);
  EXPECT_FALSE(Config::problems(R"({"Read_configs": {"BACKGROUND": {"constituents": {"MUON": [true]}},
                                "SIGNAL": {"constituents": {"MUON": [false]}}}})",
                                "old")
                   .empty());
}

TEST(Config, ThePackagesOwnFilesAreReadAndWrittenAsPythonWritesThem) {
  TRIGLOOP_NEEDS_SHARED("models");
  for (const char* name : {"seed_lite.h5", "package/lite.h5", "package/Data.h5"}) {
    const auto text = io::hdf5::read_attribute(test::shared_root() / "models" / name, "", "config");
    ASSERT_TRUE(text);
    EXPECT_TRUE(Config::problems(*text, name).empty()) << name;
    if (std::string(name) == "package/Data.h5") {
      EXPECT_EQ(to_json(Config::parse(*text, name).at("data_config")), *text);
    }
  }
}

TEST(Config, DocumentationHoldsTheTableOfAllKeys) {
  EXPECT_THAT(test::read_file(test::project_root() / "docs/config.md"), HasSubstr(markdown_table()))
      << "put the output of `trigloop config schema --markdown` there";
}

TEST(Config, JsonSchemaNamesEveryKeyOnce) {
  const std::string schema = json_schema();
  EXPECT_THAT(schema, HasSubstr(R"("blur_p":{"description":)"));
  EXPECT_THAT(schema, HasSubstr(R"("additionalProperties":false)"));
  EXPECT_THAT(schema, HasSubstr(R"("enum":["gzip",null],"default":null)"));
}

}  // namespace
}  // namespace trigloop::config
