#include "simulate/generator.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "simulate/batch.hpp"
#include "simulate/jets.hpp"
#include "simulate/seeds.hpp"

namespace trigloop::simulate {
namespace {

std::vector<const Process*> all_processes() {
  std::vector<const Process*> all{&zero_bias()};
  for (const Process& process : signals()) all.push_back(&process);
  return all;
}

void check_collection(const Objects& objects, int room, int least, int most, int eta_low, int eta_high, int phis) {
  ASSERT_GE(objects.count, 0);
  ASSERT_LE(objects.count, room);
  for (int i = 0; i < objects.count; ++i) {
    const auto k = static_cast<std::size_t>(i);
    ASSERT_GE(objects.pt[k], least);
    ASSERT_LE(objects.pt[k], i == 0 ? most : objects.pt[k - 1]);
    ASSERT_GE(objects.eta[k], eta_low);
    ASSERT_LE(objects.eta[k], eta_high);
    ASSERT_GE(objects.phi[k], 0);
    ASSERT_LT(objects.phi[k], phis);
  }
}

TEST(Generator, EventsOfAllProcessesKeepTheRangesOfTheTrigger) {
  for (const Process* process : all_processes()) {
    SCOPED_TRACE(process->name);
    const Generator generator(*process, 3);
    Event e;
    for (std::uint64_t i = 0; i < 4000; ++i) {
      make_event(generator, {}, 3, i, {i, 0}, e);
      check_collection(e.jets, max_jets, least_jet, saturated_jet, -110, 110, 144);
      check_collection(e.egs, max_egs, least_eg, saturated_lepton, -68, 69, 144);
      check_collection(e.muons, max_muons, least_muon, saturated_lepton, -225, 225, 576);
      ASSERT_GE(e.total_et, 0);
      ASSERT_LE(e.total_et, saturated_sum);
      ASSERT_GE(e.met, 0);
      ASSERT_LE(e.met, saturated_sum);
      ASSERT_TRUE(e.met_phi >= 0 && e.met_phi < 144);
      ASSERT_EQ(e.l1, fired_seeds(e) != 0);
    }
  }
}

TEST(Generator, JetsDoNotOverlap) {
  const Generator generator(zero_bias(), 9);
  Event e;
  int pairs = 0, overlaps = 0;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    generator.make(i, 1, e);
    for (std::size_t a = 0; a < static_cast<std::size_t>(e.jets.count); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        const int turn = std::abs(e.jets.phi[a] - e.jets.phi[b]);
        overlaps += std::abs(e.jets.eta[a] - e.jets.eta[b]) <= 8 && std::min(turn, 144 - turn) <= 8;
        ++pairs;
      }
    }
  }
  EXPECT_LT(overlaps, pairs / 10000);
}

TEST(Generator, HtIsTheSumOfCentralJetsAbove30GeVBeforeRounding) {
  Event e;
  e.jets.count = 4;
  e.jets.pt = {100, 62, 61, 60};  // 80, 50, 49 and 48 steps of 1.25: 30 GeV is not above
  e.jets.eta = {0, -56, 58, 0};
  finish(e);
  EXPECT_EQ(e.ht, 162);  // 100 + 62.5
}

TEST(Generator, JetStepsAndPtAreOneToOne) {
  for (int steps = 0; steps < 1638; ++steps) EXPECT_EQ(steps_of_pt(pt_of_steps(steps)), steps);
}

/// The bytes are part of the interface: a sample named by its seed must stay what it was, on any machine. After a
/// wanted change of the model, put the new number here and say so in CHANGELOG.md.
TEST(Generator, TheFirstEventsAreTheSameOnEveryMachine) {
  std::uint64_t hash = 0xCBF29CE484222325ull;
  const auto add = [&](std::int64_t value) { hash = (hash ^ static_cast<std::uint64_t>(value)) * 0x100000001B3ull; };
  for (const Process* process : all_processes()) {
    const Generator generator(*process, 42);
    Event e;
    for (std::uint64_t i = 0; i < 500; ++i) {
      make_event(generator, {}, 42, i, {i, 0}, e);
      for (const Objects* objects : {&e.jets, &e.egs, &e.muons}) {
        for (std::size_t k = 0; k < static_cast<std::size_t>(objects->count); ++k) {
          add(objects->pt[k]);
          add(objects->eta[k]);
          add(objects->phi[k]);
        }
      }
      for (const int value : {e.pileup, e.total_et, e.met, e.met_phi, e.ht}) add(value);
    }
  }
  EXPECT_EQ(hash, 807565265797579951u);
}

TEST(Seeds, ThresholdsAreStrict) {
  Event e;
  EXPECT_EQ(fired_seeds(e), 0u);
  e.met = 220;
  EXPECT_FALSE(fires(e));
  e.met = 221;
  EXPECT_EQ(fired_seeds(e), 1u << 9);
  e.met = 0;
  e.egs.count = 2;
  e.egs.pt = {55, 29};
  EXPECT_EQ(fired_seeds(e), 1u << 4);
  e.egs.pt = {54, 29};
  EXPECT_FALSE(fires(e));
}

TEST(Batch, ColumnsAndArraysSayTheSame) {
  const Generator generator(signals()[4], 1);
  Batch batch(300);
  Event e;
  std::vector<Event> events;
  for (std::uint64_t i = 0; i < 300; ++i) {
    make_event(generator, {}, 1, i, {i, 0}, e);
    batch.push(e, {1, 2, 3, static_cast<std::uint32_t>(i)});
    events.push_back(e);
  }
  std::vector<std::int16_t> rows(300 * 99);
  batch.fill_objects(rows.data());
  const event::Columns columns = batch.columns(77);
  EXPECT_EQ(columns.first_entry, 77u);
  ASSERT_EQ(columns.entries, 300u);
  for (std::size_t i = 0; i < 300; ++i) {
    const std::int16_t* row = rows.data() + 99 * i;
    EXPECT_EQ(row[0], events[i].met);
    EXPECT_EQ(row[1], 0);
    EXPECT_EQ(row[2], events[i].met_phi);
    for (int k = 0; k < max_egs; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const bool there = k < events[i].egs.count;
      EXPECT_EQ(row[3 + 3 * k], there ? events[i].egs.pt[at] : 0);
      EXPECT_EQ(row[4 + 3 * k], there ? events[i].egs.eta[at] : 0);
    }
    const auto& jets = batch.jets();
    for (int k = 0; k < events[i].jets.count; ++k) {
      EXPECT_EQ(jets.values[0][jets.offsets[i] + static_cast<std::uint32_t>(k)], row[3 + 36 + 24 + 3 * k]);
    }
  }
}

}  // namespace
}  // namespace trigloop::simulate
