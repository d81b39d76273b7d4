#include "model/normalisation.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "model/load.hpp"
#include "test/support/support.hpp"

namespace trigloop::model {
namespace {

TEST(Normalisation, IsReadFromYaml) {
  const test::TempDir dir;
  test::write_file(dir / "n.yaml", "norm_bias: [77.5, 0, -1]\nnorm_scale: [2, 1, 0.25]\n");
  const Normalisation n = read_normalisation(dir / "n.yaml");
  EXPECT_EQ(n.bias, (std::vector<double>{77.5, 0, -1}));
  EXPECT_EQ(n.scale, (std::vector<double>{2, 1, 0.25}));
}

TEST(Normalisation, IsReadFromPackedFiles) {
  TRIGLOOP_NEEDS_SHARED("models/package/Data.h5");
  const auto models = test::shared_root() / "models/package";
  const Normalisation n = read_normalisation(models / "Data.h5");
  EXPECT_EQ(n.bias.size(), 57U);
  EXPECT_EQ(n.bias[0], 77.5);
  EXPECT_EQ(n.scale[0], 30.75);
  EXPECT_EQ(read_normalisation(models / "complete.h5").scale, n.scale);
}

core::ErrorCode error_of(const std::string& yaml) {
  const test::TempDir dir;
  test::write_file(dir / "n.yaml", yaml);
  try {
    read_normalisation(dir / "n.yaml");
  } catch (const core::Error& e) {
    return e.code();
  }
  return core::ErrorCode::internal;
}

TEST(Normalisation, IsRefusedWhereItCannotScale) {
  EXPECT_EQ(error_of("norm_bias: [1, 2]\nnorm_scale: [1]\n"), core::ErrorCode::mismatch);
  EXPECT_EQ(error_of("norm_bias: [1]\nnorm_scale: [0]\n"), core::ErrorCode::unsupported);
  EXPECT_EQ(error_of("norm_bias: [.nan]\nnorm_scale: [1]\n"), core::ErrorCode::usage);
  EXPECT_EQ(error_of("norm_bias: [1]\nnorm_scale: [nan]\n"), core::ErrorCode::unsupported);
  EXPECT_EQ(error_of("norm_bias: [1]\nnorm_scale: [1]\nnorm_bais: [1]\n"), core::ErrorCode::usage);
}

TEST(Normalisation, OfAnotherNumberOfFeaturesIsRefused) {
  const test::TempDir dir;
  test::write_file(dir / "n.yaml", "norm_bias: [1, 2]\nnorm_scale: [1, 1]\n");
  try {
    load(test::project_root() / "test/model/data/layers.h5", {dir / "n.yaml"});
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::mismatch);
    EXPECT_NE(e.reason().find("of 2 features, the network of 5"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace trigloop::model
