#include "evaluate/drift.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "curate/settings.hpp"
#include "test/support/support.hpp"

namespace trigloop::evaluate {
namespace {

constexpr std::size_t width = 57;

class Drifted : public testing::Test {
 protected:
  Drifted() : settings_(curate::read_settings(config::Config::master())) {
    batch_.events = 2;
    batch_.values.resize_discard(2 * width);
    for (std::size_t i = 0; i < 2 * width; ++i) batch_.values[i] = 0;
    set(0, 0, 100, 0, 30);     // MET
    set(0, 9, 200, 10, 20);    // the leading jet
    set(0, 10, 81, -40, 100);  // the second
    set(1, 9, 2046, 0, 0);
    set(1, 5, 300, 5, 6);  // a muon
  }
  void set(std::size_t event, std::size_t object, int pt, int eta, int phi) {
    std::int16_t* v = batch_.values.data() + event * width + 3 * object;
    v[0] = static_cast<std::int16_t>(pt), v[1] = static_cast<std::int16_t>(eta), v[2] = static_cast<std::int16_t>(phi);
  }
  int pt(std::size_t event, std::size_t object) const { return batch_.values[event * width + 3 * object]; }
  Drift load(const std::string& yaml) {
    test::write_file(dir_ / "d.yml", yaml);
    return Drift::load(dir_ / "d.yml");
  }
  void apply(const std::string& yaml) { load(yaml).apply(batch_, {}, settings_.objects); }

  test::TempDir dir_;
  curate::Settings settings_;
  curate::Batch batch_;
};

TEST_F(Drifted, ObjectsAreScaledAndShifted) {
  apply("name: x\nJET: {scale: 1.1}\nMET: {offset: -100}\n");
  EXPECT_EQ(pt(0, 9), 220);
  EXPECT_EQ(pt(0, 10), 89);
  EXPECT_EQ(pt(1, 9), 2047);  // no further than the trigger's number reaches
  EXPECT_EQ(pt(1, 5), 300);
  EXPECT_EQ(pt(0, 0), 0);
  EXPECT_EQ(batch_.values[2], 0);  // an object without pt is not there
  EXPECT_EQ(pt(0, 11), 0);
}

TEST_F(Drifted, SimulatedDriftsMoveTheSameObjects) {
  apply("name: x\nsimulate: [\"jet-scale:size=+10%\"]\n");
  EXPECT_NEAR(pt(0, 9), 220, 6);
  EXPECT_EQ(pt(1, 5), 300);
  EXPECT_EQ(pt(0, 0), 100);
}

TEST_F(Drifted, NothingMovesWhereNothingIsAsked) {
  const std::vector<std::int16_t> before(batch_.values.data(), batch_.values.data() + 2 * width);
  apply("name: nominal\nJET: {scale: 1}\n");
  EXPECT_EQ(before, std::vector<std::int16_t>(batch_.values.data(), batch_.values.data() + 2 * width));
}

TEST_F(Drifted, WhatMakesNoSenseIsRefused) {
  EXPECT_THROW(load("JET: {scale: 1.1}\n"), core::Error);                           // no name
  EXPECT_THROW(load("name: x\nJETS: {scale: 1.1}\n"), core::Error);                 // no such object
  EXPECT_THROW(load("name: x\nJET: {scale: -1}\n"), core::Error);                   // out of range
  EXPECT_THROW(load("name: x\nsimulate: [\"pile-up:size=+20%\"]\n"), core::Error);  // of streams
  EXPECT_THROW(load("name: x\nsimulate: [\"jet-scale\"]\n"), core::Error);          // no size
}

}  // namespace
}  // namespace trigloop::evaluate
