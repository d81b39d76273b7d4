#include "scout/pass/hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/isa.hpp"
#include "core/random.hpp"

namespace trigloop::scout {
namespace {

/// A tile of random features in its own memory.
struct RandomTile {
  std::vector<std::int16_t> rows;
  std::vector<std::uint32_t> crossing;
  event::Tile tile;

  RandomTile(std::uint32_t features, std::uint32_t size, std::uint64_t seed) : crossing(128) {
    tile.features = features;
    tile.lanes = 128;
    tile.stride = 160;
    tile.size = size;
    rows.resize(std::size_t{features} * tile.stride);
    core::Philox random(seed, 0);
    for (std::int16_t& value : rows) value = static_cast<std::int16_t>(random());
    for (std::uint32_t& value : crossing) value = random() % 3565;
    tile.data = reinterpret_cast<const std::byte*>(rows.data());
    tile.crossing = crossing.data();
  }
  std::vector<std::uint64_t> hashes() const {
    std::vector<std::uint64_t> out(tile.size);
    hash_events(tile, out);
    return out;
  }
};

TEST(HashEvents, IsTheSameOnEveryInstructionSetForEveryShape) {
  for (const std::uint32_t features : {1u, 2u, 3u, 56u, 57u}) {
    for (const std::uint32_t size : {1u, 5u, 15u, 16u, 17u, 64u, 127u, 128u}) {
      const RandomTile one(features, size, features * 1000 + size);
      std::vector<std::uint64_t> plain(size);
      hash_events_plain(one.tile, plain);
      for (const std::string& isa : core::usable_isas()) {
        core::force_isa(isa);
        EXPECT_EQ(one.hashes(), plain) << isa << ", " << features << " features, " << size << " events";
      }
      core::force_isa("");
    }
  }
}

// Part of the record's format: these numbers may never change.
TEST(HashEvents, HasTheValuesThatRecordsHold) {
  RandomTile one(3, 2, 1);
  const std::int16_t values[2][3] = {{1, -2, 3}, {0, 0, 0}};
  for (std::uint32_t i = 0; i < 2; ++i) {
    for (std::uint32_t f = 0; f < 3; ++f) one.rows[f * one.tile.stride + i] = values[i][f];
    one.crossing[i] = i == 0 ? 7 : 0;
  }
  // By the definition in hash.hpp, by integers of any length (Python).
  EXPECT_EQ(one.hashes(), (std::vector<std::uint64_t>{0x65BC99F6399889B6ULL, 0u}));
}

TEST(HashEvents, ChangesWithEveryFeatureAndWithTheCrossing) {
  RandomTile one(57, 1, 3);
  std::set<std::uint64_t> seen{one.hashes()[0]};
  for (std::uint32_t f = 0; f < 57; ++f) {
    for (int bit = 0; bit < 16; ++bit) {
      auto& value = one.rows[f * one.tile.stride];
      value = static_cast<std::int16_t>(value ^ (1 << bit));
      EXPECT_TRUE(seen.insert(one.hashes()[0]).second) << f << " " << bit;
      value = static_cast<std::int16_t>(value ^ (1 << bit));
    }
  }
  one.crossing[0] += 1;
  EXPECT_TRUE(seen.insert(one.hashes()[0]).second);
}

}  // namespace
}  // namespace trigloop::scout
