#include "scout/record/reservoir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/error.hpp"
#include "scout/record/reservoir_file.hpp"

namespace trigloop::scout {
namespace {

const event::LumiKey lumi{396102, 214};

TailEvent event_of(std::uint32_t i) {
  const auto value = static_cast<std::int32_t>(i);
  return {-3 + value, 1000 + i / 3, 1 + i % 3, {i, ~std::uint64_t{0}}, {1, value, -value, INT32_MIN, INT32_MAX}};
}

void offer(Reservoir& reservoir, const TailEvent& event) {
  reservoir.offer(Lots(lumi)(event.orbit, event.crossing), event);
}

/// By a sort of all lots.
std::vector<TailEvent> smallest(std::uint32_t events, std::size_t count) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> lots;
  for (std::uint32_t i = 0; i < events; ++i) {
    const TailEvent event = event_of(i);
    lots.emplace_back(Lots(lumi)(event.orbit, event.crossing), i);
  }
  std::ranges::sort(lots);
  lots.resize(std::min(count, lots.size()));
  std::ranges::sort(lots, {}, [](const auto& lot) { return lot.second; });
  std::vector<TailEvent> kept;
  for (const auto& [lot, i] : lots) kept.push_back(event_of(i));
  return kept;
}

TEST(Reservoir, KeepsTheSmallestLotsWhateverTheOrderAndTheParts) {
  constexpr std::uint32_t events = 3000;
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < events; ++i) order.push_back(i);
  std::mt19937 random(3);
  for (const std::uint32_t count : {1u, 100u, 2999u, 5000u}) {
    const auto wanted = smallest(events, count);
    std::ranges::shuffle(order, random);
    std::vector<Reservoir> parts(5, Reservoir({count}));
    for (std::size_t i = 0; i < order.size(); ++i) offer(parts[random() % parts.size()], event_of(order[i]));
    Reservoir joined({count});
    for (const Reservoir& part : parts) joined.join(part);
    EXPECT_EQ(joined.events(), wanted) << count;
    EXPECT_EQ(joined.size(), wanted.size());
  }
}

TEST(Reservoir, GoesOnWhereOthersHaveDrawn) {
  Reservoir all({50}), worker({50});
  for (std::uint32_t i = 0; i < 3000; ++i) {
    offer(worker, event_of(i));
    if (i % 700 != 0) continue;
    all.join(worker);
    worker.restart(all.limit());
  }
  all.join(worker);
  EXPECT_EQ(all.events(), smallest(3000, 50));
}

TEST(Reservoir, TheSmallerCountHoldsAndNoneKeepsNone) {
  Reservoir many({200}), few({20}), none;
  for (std::uint32_t i = 0; i < 500; ++i) {
    offer(many, event_of(i));
    offer(few, event_of(500 + i));
    offer(none, event_of(i));
  }
  EXPECT_EQ(none.size(), 0u);
  Reservoir joined = many;
  joined.join(few);
  EXPECT_EQ(joined.events(), smallest(1000, 20));
  joined.join(none);
  EXPECT_EQ(joined.size(), 0u);
  EXPECT_EQ(joined.limit(), 0u);
}

TEST(Reservoir, EveryEventHasTheSameChance) {
  // 400 lumisections keep 100 of 1000 events each: an event is kept 40 times, with a deviation of 6.
  std::vector<int> kept(1000);
  for (std::uint32_t l = 1; l <= 400; ++l) {
    const Lots lots({396102, l});
    Reservoir reservoir({100});
    for (std::uint32_t i = 0; i < 1000; ++i) reservoir.offer(lots(i / 10, i % 10), {0, i / 10, i % 10, {}, {}});
    for (const TailEvent& event : reservoir.events()) ++kept[event.orbit * 10 + event.crossing];
  }
  double chi2 = 0;
  for (const int n : kept) chi2 += (n - 40.0) * (n - 40.0) / 36.0;
  EXPECT_NEAR(chi2, 1000, 5 * std::sqrt(2000.0));
  EXPECT_GT(*std::ranges::min_element(kept), 10);
}

TEST(Reservoir, TheLotsAreFrozen) {  // computed by another program, from docs/formats.md
  EXPECT_EQ(Lots(lumi)(56098817, 1), 8138286815558427460u);
  EXPECT_EQ(Lots(lumi)(56098818, 3564), 14976630662514752881u);
}

Record record_with(std::uint32_t count, std::uint32_t events) {
  Record record;
  record.generation = 3;
  record.committed_at = 1'700'000'000;
  record.sum.lumi = lumi;
  record.sum.all = {{5, events}};
  record.sum.reservoir = Reservoir({count, 0, 1});
  for (std::uint32_t i = 0; i < events; ++i) offer(record.sum.reservoir, event_of(i));
  return record;
}

TEST(ReservoirFile, GivesBackWhatWasWritten) {
  const Record record = record_with(70, 1000);
  const StoredReservoir stored = decode_reservoir(encode_reservoir(record));
  EXPECT_EQ(stored.head.lumi, lumi);
  EXPECT_EQ(stored.head.generation, 3u);
  EXPECT_EQ(stored.head.rule, (ReservoirRule{70, 0, 1}));
  EXPECT_EQ(stored.head.events, 70u);
  EXPECT_EQ(stored.head.rows, 1000u);
  EXPECT_DOUBLE_EQ(stored.head.prescale(), 1000.0 / 70);
  EXPECT_EQ(stored.identity, record.identity);
  EXPECT_EQ(stored.reservoir.events(), smallest(1000, 70));
}

TEST(ReservoirFile, SeesEveryFlippedBit) {
  const auto bytes = encode_reservoir(record_with(8, 30));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = bytes;
      flipped[i] ^= static_cast<std::byte>(1 << bit);
      EXPECT_THROW(decode_reservoir(flipped), core::Error) << i;
    }
  }
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_THROW(decode_reservoir(std::span(bytes).first(n)), core::Error) << n;
  }
}

}  // namespace
}  // namespace trigloop::scout
