#include "curate/settings.hpp"

#include <gmock/gmock.h>

namespace trigloop::curate {
namespace {

using config::Config;
using testing::HasSubstr;

std::string refusal(const std::string& yaml) {
  try {
    read_settings(Config::parse(yaml, "my.yml"));
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::usage);
    return e.what();
  }
  return "";
}

TEST(Settings, TheMasterMeansNineteenObjects) {
  const Settings s = read_settings(Config::master());
  ASSERT_EQ(s.objects.size(), 19u);
  EXPECT_EQ(s.objects[4].kind, ObjectKind::egamma);
  EXPECT_EQ(s.objects[5].row, 13u);
  EXPECT_EQ(s.objects[18].row, 30u);
  EXPECT_EQ(s.objects[18].rank, 9u);
  EXPECT_EQ(s.rows, 33u);
  EXPECT_TRUE(s.scheme.pow2);
  EXPECT_EQ(s.deflate, 0);
  EXPECT_THAT(s.config_json, testing::StartsWith("{\"Read_configs\": {\"BACKGROUND\": {\"file_path\": "));
}

TEST(Settings, WhatMakesNoSenseIsRefusedWithItsLine) {
  EXPECT_THAT(refusal("data_config:\n  Read_configs:\n    constituents: {MUON: [true]}\n"),
              HasSubstr("line 3, 'data_config.Read_configs.constituents.MUON': has 1 flags for the 8 rows"));
  EXPECT_THAT(refusal("data_config: {Read_configs: {BACKGROUND: {train_sector: [5, 5]}}}"), HasSubstr("is empty"));
  EXPECT_THAT(refusal("data_config: {Read_configs: {object_ranges: {egs: [0, 12]}}}"), HasSubstr("Make them equal"));
  EXPECT_THAT(refusal("data_config: {Normalisation_configs: {scheme: Robust}}"),
              HasSubstr("line 1, 'data_config.Normalisation_configs.scheme'"));
  EXPECT_THAT(refusal("curate: {signal_sets: {TT: {role: blin}}}"), HasSubstr("Did you mean 'blind'?"));
  EXPECT_THAT(refusal("curate: {signal_sets: {TT: {rule: blind}}}"), HasSubstr("not a known key"));
  EXPECT_THAT(refusal("curate: {signal_sets: {TT: {}}, signal_sets_file: x.yml}"), HasSubstr("only one of them"));
}

TEST(Settings, GzipNeedsItsMode) {
  EXPECT_EQ(read_settings(Config::parse("data_config: {Write_compression: {Compression_opts: 4}}", "c")).deflate, 0);
  EXPECT_EQ(read_settings(
                Config::parse("data_config: {Write_compression: {Compression_mode: gzip, Compression_opts: 4}}", "c"))
                .deflate,
            4);
}

}  // namespace
}  // namespace trigloop::curate
