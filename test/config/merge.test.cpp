#include "config/merge.hpp"

#include <gmock/gmock.h>

#include "config/config.hpp"

namespace trigloop::config {
namespace {

using testing::HasSubstr;

std::string problem_of(const std::string& text) {
  const auto found = Config::problems(text, "my.yml");
  return found.empty() ? "" : found.front().what();
}

TEST(Merge, AnUnknownKeyIsRefusedWithItsLineAndTheNearestOne) {
  EXPECT_EQ(problem_of("train:\n  VAE_V4:\n    bach_size: 3\n"),
            "my.yml: line 3, 'train.VAE_V4.bach_size': is not a known key. Did you mean 'batch_size'?");
  EXPECT_THAT(problem_of("{xyz: 1}"), HasSubstr("Known here: data_config, determinism"));
}

TEST(Merge, AllProblemsAreFoundInOrder) {
  const auto found = Config::problems("compat: maybe\ntrain: 3\nreport: {generate: 1, paths: x}\n", "my.yml");
  ASSERT_EQ(found.size(), 4u);
  EXPECT_THAT(found[0].what(), HasSubstr("line 1, 'compat': is 'maybe'; it must be true or false"));
  EXPECT_THAT(found[1].what(), HasSubstr("'train': is '3' where a map of keys is needed"));
  EXPECT_THAT(found[3].what(), HasSubstr("Did you mean 'path'?"));
}

TEST(Merge, TypesAndLimitsAreChecked) {
  EXPECT_THAT(problem_of("train: {VAE_V4: {batch_size: 0}}"), HasSubstr("an integer from 1 to 1000000000"));
  EXPECT_THAT(problem_of("train: {VAE_V4: {batch_size: 1.5}}"), HasSubstr("is '1.5'"));
  EXPECT_THAT(problem_of("train: {VAE_V4: {batch_size: '8'}}"), HasSubstr("is '8'"));
  EXPECT_THAT(problem_of("train: {Contrastive_VAE: {blur_p: .nan}}"), HasSubstr("a number from 0 to 1"));
  EXPECT_THAT(problem_of("train: {Contrastive_VAE: {blur_p: nan}}"), HasSubstr("a number from 0 to 1"));
  EXPECT_THAT(problem_of("train: {Contrastive_VAE: {blur_p: inf}}"), HasSubstr("a number from 0 to 1"));
  EXPECT_THAT(problem_of("model: {ap_fixed_kernel: [6]}"), HasSubstr("a list of two integers"));
  EXPECT_THAT(problem_of("model: {train_mode: {VAE_V4: {encoder_config: {nodes: [28, x]}}}}"), HasSubstr("is 'x'"));
  EXPECT_THAT(problem_of("data_config: {Saturation_configs: {saturation_mode: mas}}"),
              HasSubstr("Did you mean 'mask'?"));
  EXPECT_THAT(problem_of("data_config: {Processed_data_path: null}"), HasSubstr("it must be a path"));
}

TEST(Merge, WhatThePackageReadsIsRead) {
  EXPECT_EQ(problem_of("train: {VAE_V4: {optimiser_config: {optimiser: Adam}}}"), "");
  EXPECT_EQ(problem_of("report: {generate: No}"), "");
  EXPECT_EQ(problem_of("report:\ndata_config: {Write_compression: {Compression_mode: null}}"), "");
  EXPECT_EQ(problem_of("train: {VAE_V4: {optimiser_config: {learning_rate: 1}}}"), "");
  EXPECT_EQ(problem_of("DEBUG: true"), "");
}

TEST(Merge, TheOtherSpellingOfAKeyIsTheSameKey) {
  const Config c = Config::parse("train: {VAE_V4: {optimiser_config: {optimiser: Adam}}}", "my.yml");
  EXPECT_EQ(c.text("train.VAE_V4.optimiser_config.optmiser"), "Adam");
}

}  // namespace
}  // namespace trigloop::config
