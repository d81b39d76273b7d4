// trigloop config and trigloop curate as a user meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

using testing::HasSubstr;

CommandResult trigloop(std::vector<std::string> words) {
  words.insert(words.begin(), program().native());
  return run_command(words);
}

TEST(Config, ShowsChecksAndCompares) {
  const TempDir dir;
  const CommandResult shown = trigloop({"config", "show"});
  ASSERT_EQ(shown.status, 0);
  write_file(dir / "all.yml", shown.out);
  const CommandResult checked = trigloop({"config", "check", dir / "all.yml"});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("0 keys differ"));
  EXPECT_EQ(trigloop({"config", "diff", "--set", "train_recipe=VAE_V4"}).out,
            "train_recipe: Contrastive_VAE -> VAE_V4\n");
  EXPECT_EQ(trigloop({"config", "show", "--key", "model.ap_fixed_bias", "--json"}).out, "[10, 6]\n");
  EXPECT_THAT(trigloop({"config", "schema"}).out, HasSubstr("json-schema.org"));
  EXPECT_EQ(trigloop({"config", "show", "--package"}).out.find("curate"), std::string::npos);
}

TEST(Config, TellsAllThatIsWrongAndEndsAsAUsageError) {
  const TempDir dir;
  write_file(dir / "bad.yml", "trian: {}\ncompat: 3\n");
  const CommandResult checked = trigloop({"config", "check", dir / "bad.yml"});
  EXPECT_EQ(checked.status, 2);
  EXPECT_THAT(checked.err, HasSubstr("line 1, 'trian': is not a known key. Did you mean 'train'?"));
  EXPECT_THAT(checked.err, HasSubstr("line 2, 'compat'"));
  EXPECT_EQ(trigloop({"config", "show", "--key", "nothing"}).status, 2);
  EXPECT_EQ(trigloop({"config", "check", dir / "none.yml"}).status, 3);
}

TEST(Curate, MakesAFileOnceAndReusesIt) {
  const TempDir dir;
  ASSERT_EQ(trigloop({"simulate", "zerobias", "-q", "-n", "3000", "-o", dir / "bg.h5"}).status, 0);
  ASSERT_EQ(trigloop({"simulate", "signals", "-q", "-n", "100", "-o", dir / "sig.h5"}).status, 0);
  const auto curate = [&](const std::string& sector) {
    write_file(dir / "c.yml", "data_config:\n  Read_configs:\n    BACKGROUND: {file_path: " + (dir / "bg.h5").string() +
                                  ", train_sector: [0, 2000], test_sector: " + sector +
                                  "}\n    SIGNAL: {file_path: " + (dir / "sig.h5").string() + "}\n");
    return trigloop({"curate", "--config", dir / "c.yml", "--output", dir / "Data.h5"});
  };
  const CommandResult made = curate("[2000, 3000]");
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("Train: 1,9"));
  EXPECT_THAT(made.out, HasSubstr("(validate, "));
  EXPECT_THAT(curate("[2000, 3000]").out, HasSubstr("is there already"));
  const CommandResult beyond = curate("[3000, 4000]");
  EXPECT_EQ(beyond.status, 6);
  EXPECT_THAT(beyond.err, HasSubstr("has 3000 events; test_sector begins at 3000"));
  const CommandResult json =
      trigloop({"curate", "--config", dir / "c.yml", "--json", "--set",
                "data_config.Read_configs.BACKGROUND.test_sector=[2000, 2500]", "--output", dir / "Data.h5"});
  EXPECT_EQ(json.status, 0) << json.err;
  EXPECT_THAT(json.out, HasSubstr("\"norm_scale\":["));
}

}  // namespace
}  // namespace trigloop::test
