#include <gtest/gtest.h>

#include <random>

#include "bundle/bundle.hpp"
#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::bundle {
namespace {

std::filesystem::path models() { return test::shared_root() / "models"; }

// The expected numbers were printed by h5py.
TEST(ReadBundle, TellsTheThresholdsAndTablesOfARealTraining) {
  TRIGLOOP_NEEDS_SHARED("models/seed_lite.h5");
  const Bundle b = read(models() / "seed_lite.h5");
  EXPECT_EQ(b.format, "lite.h5");
  ASSERT_EQ(b.thresholds.size(), 17u);
  EXPECT_EQ(b.thresholds.front().rate_khz, 0.01);
  EXPECT_EQ(b.thresholds.back().rate_khz, 110);
  ASSERT_EQ(b.efficiencies.size(), 17u);
  EXPECT_EQ(b.efficiencies[10].rate_khz, 1);
  EXPECT_EQ(b.efficiencies[10].signals.size(), 31u);
  EXPECT_EQ(b.signals.size(), 31u);
  ASSERT_TRUE(b.background);
  EXPECT_EQ(b.background->edges.size(), b.background->counts.size() + 1);
  ASSERT_NE(b.find_history("total_vae_loss"), nullptr);
  EXPECT_EQ(b.find_history("total_vae_loss")->size(), 480u);
  EXPECT_EQ(b.find_history("raw-pure/haa4b-ma15")->size(), 480u);
}

TEST(ReadBundle, LeavesAbsentWhatAPackageFileDoesNotTell) {
  TRIGLOOP_NEEDS_SHARED("models/seed_lite.h5");
  const Bundle b = read(models() / "seed_lite.h5");
  EXPECT_FALSE(b.thresholds[0].firmware_raw);
  EXPECT_FALSE(b.efficiencies[0].of(Column::raw_pure)[0].has_error());
  EXPECT_TRUE(is_known(b.efficiencies[0].of(Column::raw_pure)[0].value));
  EXPECT_FALSE(b.normalisation);
  EXPECT_EQ(b.model, nullptr);
  EXPECT_TRUE(b.spectra.empty());
  EXPECT_TRUE(b.plots.planes.empty());
  EXPECT_FALSE(b.plots.embedding);
}

TEST(ReadBundle, FindsTheModelBesideThePackagesFiles) {
  TRIGLOOP_NEEDS_SHARED("models/package/complete.h5");
  for (const char* name : {"lite.h5", "complete.h5"}) {
    const Bundle b = read(models() / "package" / name);
    EXPECT_EQ(b.format, name);
    EXPECT_EQ(b.crossings_khz, 28608.8064);
    ASSERT_TRUE(b.normalisation);
    EXPECT_EQ(b.normalisation->scale.size(), 57u);
    ASSERT_NE(b.model, nullptr);
    EXPECT_FALSE(b.layers.empty());
    EXPECT_NEAR(b.thresholds[14].raw, 436.56345885, 1e-7);
    EXPECT_NEAR(b.efficiencies[14].of(Column::raw_raw)[0].value, 4.52674897, 1e-7);
    EXPECT_EQ(b.efficiencies[14].signals[0], "GluGluHToBB_M-125");
    EXPECT_NEAR(b.raw_of_pure[14].raw, 35.85063459, 1e-7);
  }
}

TEST(ReadBundle, TakesNoModelOfOtherWeights) {
  TRIGLOOP_NEEDS_SHARED("models/package/complete.h5");
  const test::TempDir dir;
  std::filesystem::copy_file(models() / "package/lite.h5", dir / "lite.h5");
  std::filesystem::copy_file(models() / "package/complete.h5", dir / "complete.h5");
  std::filesystem::copy_file(models() / "seed_build.h5", dir / "build.h5");
  const Bundle b = read(dir / "lite.h5");
  EXPECT_EQ(b.model, nullptr);
  ASSERT_EQ(b.warnings.size(), 1u);
  EXPECT_NE(b.warnings[0].find("other weights"), std::string::npos);
}

TEST(ReadBundle, RefusesWhatIsNone) {
  TRIGLOOP_NEEDS_SHARED("models/package/Data.h5");
  EXPECT_THROW(read(models() / "package/Data.h5"), core::Error);
  EXPECT_THROW(read(models()), core::Error);
  EXPECT_THROW(read(models() / "nothing.h5"), core::Error);
}

TEST(ReadBundle, OfDamagedBytesIsABundleOrAnError) {
  const std::string whole = test::read_file(test::project_root() / "fuzz/corpus/bundle/small.h5");
  const test::TempDir dir;
  test::write_file(dir / "whole.h5", whole);
  EXPECT_EQ(read(dir / "whole.h5").thresholds.size(), 2u);
  std::mt19937 random(7);
  for (int i = 0; i < 400; ++i) {
    std::string bytes = whole.substr(0, i % 4 == 0 ? random() % whole.size() : whole.size());
    for (int k = 0; k < 1 + i % 3 && !bytes.empty(); ++k) bytes[random() % bytes.size()] = static_cast<char>(random());
    test::write_file(dir / "bad.h5", bytes);
    try {
      read(dir / "bad.h5");
    } catch (const core::Error&) {
    }
  }
}

}  // namespace
}  // namespace trigloop::bundle
