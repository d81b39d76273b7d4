// The record that test/peers/record_sample.py wrote from the description of the format alone.
#include "scout/record/record.hpp"

#include <gtest/gtest.h>

#include "test/support/support.hpp"

namespace trigloop {
namespace {

const std::filesystem::path sample = test::project_root() / "test/compat/record_v1.record";

TEST(CompatRecord, Version1IsRead) {
  const scout::Record record = scout::read_record(sample);
  EXPECT_EQ(record.lumi(), (event::LumiKey{396102, 214}));
  EXPECT_EQ(record.generation, 2u);
  EXPECT_EQ(record.completeness, scout::Completeness::incomplete);
  EXPECT_EQ(record.why, "waited 60 s");
  EXPECT_EQ(record.committed_at, 1'700'000'000);
  EXPECT_EQ(record.identity.seeds, (std::vector<std::string>{"L1_SingleMu22", "L1_ETMHF90"}));
  EXPECT_EQ(record.identity.stream.kept_fraction, 0.00026);
  EXPECT_EQ(record.identity.tail_layout.collections[0].fields[2], "phi");
  EXPECT_EQ(record.sum.orbits_stated, 5u);
  EXPECT_EQ(record.sum.tile_counts, (event::TileCounts{1, 2, 3}));
  EXPECT_EQ(record.shares[1],
            (scout::InputShare{{std::string("0202020202020202020202020202020202020202020202020202020202020202"),
                                "b \u00e9.root", 2000},
                               9,
                               2,
                               1,
                               1,
                               4,
                               0,
                               1}));
  EXPECT_EQ(record.contradictions[0], (scout::Contradiction{77, "a.root", "b \u00e9.root", 3, 4, UINT64_MAX, 6}));
}

TEST(CompatRecord, Version1HasItsEvents) {
  const scout::Record record = scout::read_record(sample);
  EXPECT_EQ(record.sum.all, (scout::Counts{{-3, 1}, {0, 2}, {4000, 3}}));
  EXPECT_EQ(record.sum.pure, (scout::Counts{{-3, 1}, {4000, 2}}));
  EXPECT_EQ(record.sum.crossings[3564], 1u);
  EXPECT_EQ(record.sum.inputs.counts[0], (scout::Counts{{0, 5}, {12, 1}}));
  const auto tail = record.sum.tail.sorted();
  ASSERT_EQ(tail.size(), 2u);
  EXPECT_EQ(tail[0], (scout::TailEvent{4000, 56098817, 7, {1ull << 63}, {1, 90, -7, 3}}));
  EXPECT_EQ(record.pieces[1], (event::OrbitEntry{56098818, 2, 7, 3564, UINT64_MAX}));
  ASSERT_EQ(record.sum.orbits.size(), 3u);
  EXPECT_EQ(record.sum.orbits.entries()[2], (event::OrbitEntry{56098820, 1, 1, 1, 30}));
  EXPECT_EQ(record.spectrum(scout::Events::all).exposure.orbits, 9u);
}

}  // namespace
}  // namespace trigloop
