#include "curate/cuts.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace trigloop::curate {
namespace {

Settings two_objects(Saturation saturation) {
  Settings s;
  s.objects = {{ObjectKind::egamma, 0, 1}, {ObjectKind::jet, 0, 21}};
  s.saturation = saturation;
  return s;
}

Batch batch_of(const std::vector<std::int16_t>& values, const std::vector<float>& et) {
  Batch batch;
  batch.events = et.size();
  batch.values.resize(values.size());
  std::memcpy(batch.values.data(), values.data(), values.size() * sizeof(std::int16_t));
  batch.sides[0].resize(et.size() * sizeof(float));
  std::memcpy(batch.sides[0].data(), et.data(), et.size() * sizeof(float));
  return batch;
}

const SideTypes et_alone = {SideType{event::Type::float32, {}}, std::nullopt, std::nullopt, std::nullopt};
// e/gamma and jet: fine, saturated e/gamma, saturated jet.
const std::vector<std::int16_t> three = {510, 1, 2, 2046, 3, 4, 511, 5, 6, 30, 7, 8, 20, 9, 10, 2047, 11, 12};

std::vector<std::int16_t> values_of(const Batch& batch) {
  return {batch.values.data(), batch.values.data() + batch.events * 6};
}

TEST(Cuts, MaskTurnsSaturatedObjectsIntoZeros) {
  Batch batch = batch_of(three, {1, 2, 3});
  Cuts cuts(two_objects(Saturation::mask), et_alone);
  const CutCounts counts = cuts.apply(batch);
  EXPECT_EQ(counts.kept, 3u);
  EXPECT_EQ(counts.masked_objects, 2u);
  EXPECT_EQ(values_of(batch),
            (std::vector<std::int16_t>{510, 1, 2, 2046, 3, 4, 0, 0, 0, 30, 7, 8, 20, 9, 10, 0, 0, 0}));
}

TEST(Cuts, DropTakesTheirEvents) {
  Batch batch = batch_of(three, {1, 2, 3});
  Cuts cuts(two_objects(Saturation::drop), et_alone);
  const CutCounts counts = cuts.apply(batch);
  EXPECT_EQ(counts.kept, 1u);
  EXPECT_EQ(counts.saturated_events, 2u);
  EXPECT_EQ(values_of(batch), (std::vector<std::int16_t>{510, 1, 2, 2046, 3, 4}));
}

TEST(Cuts, SaturatedAndMissingEtDropTheEventAndWhatStandsBesideIt) {
  Batch batch = batch_of(three, {4095, std::numeric_limits<float>::quiet_NaN(), 4094});
  Cuts cuts(two_objects(Saturation::mask), et_alone);
  const CutCounts counts = cuts.apply(batch);
  EXPECT_EQ(counts.saturated_et, 1u);
  EXPECT_EQ(counts.not_a_number, 1u);
  ASSERT_EQ(batch.events, 1u);
  EXPECT_EQ(reinterpret_cast<const float*>(batch.sides[0].data())[0], 4094);
  EXPECT_EQ(values_of(batch), (std::vector<std::int16_t>{20, 9, 10, 0, 0, 0}));
  EXPECT_EQ(counts.masked_objects, 1u) << "objects of dropped events are not counted";
}

TEST(Cuts, WithoutTheEtCutAllEventsStay) {
  Settings settings = two_objects(Saturation::mask);
  settings.drop_saturated_et = false;
  const SideTypes none;
  Batch batch = batch_of(three, {4095, 4095, 4095});
  Cuts cuts(settings, none);
  EXPECT_EQ(cuts.apply(batch).kept, 3u);
}

}  // namespace
}  // namespace trigloop::curate
