#include "scout/pass/pass.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <set>
#include <thread>

#include "core/error.hpp"
#include "core/isa.hpp"
#include "menu/evaluator.hpp"
#include "scout/pass/gather.hpp"
#include "test/score/axol1tl_like.hpp"
#include "test/support/fake_scouting.hpp"

namespace trigloop::scout {
namespace {

using event::LumiKey;
using test::FakeScouting;

Examiner examiner(const std::string& menu = "", StreamDescription stream = {}) {
  Examiner one;
  const model::Graph graph = test::Axol1tlLike().make();
  one.layout = event::find_layout(event::cms_l1_scouting);
  one.engine = score::make_engine(graph);
  one.lowest_code = 0;
  one.highest_code = (1 << 18) - 1;
  one.identity.fraction = one.engine->fraction();
  one.identity.stream = std::move(stream);
  one.identity.tail_rule = {20, 0};
  one.identity.inputs_every = 4;
  one.reservoir.count = 30;
  if (menu.empty()) return one;
  one.menu = menu::find_menu(menu);
  one.identity.menu = one.menu->id();
  for (const menu::Seed& seed : one.menu->seeds) one.identity.seeds.push_back(seed.name);
  return one;
}

/// Events with ascending crossings within an orbit, as files have them.
FakeScouting in_order(std::size_t entries, std::uint64_t seed) {
  FakeScouting events(entries, seed);
  for (std::size_t i = 0; i < entries; ++i) events.bx[i] = static_cast<std::uint32_t>(100 + 7 * (i % 3) + i % 1000);
  return events;
}

/// The same events in another order, some of them twice or not at all.
FakeScouting chosen(const FakeScouting& all, const std::vector<std::size_t>& which) {
  FakeScouting out(0, 1);
  const auto pick = [&](auto& to, const auto& from) {
    for (const std::size_t i : which) to.push_back(from[i]);
  };
  pick(out.run, all.run);
  pick(out.lumi, all.lumi);
  pick(out.orbit, all.orbit);
  pick(out.bx, all.bx);
  for (std::size_t f = 0; f < 3; ++f) {
    pick(out.eg[f], all.eg[f]);
    pick(out.mu[f], all.mu[f]);
    pick(out.jet[f], all.jet[f]);
  }
  pick(out.sum_pt, all.sum_pt);
  pick(out.sum_phi, all.sum_phi);
  pick(out.sum_type, all.sum_type);
  return out;
}

std::vector<std::size_t> numbers(std::size_t n) {
  std::vector<std::size_t> all(n);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

std::int32_t score(const Examiner& examiner, const std::array<std::int16_t, 57>& features) {
  std::int32_t code = 0;
  examiner.engine->stream()->run({features.data(), 1, 1, nullptr}, &code);
  return code;
}

PassResult pass(const Examiner& examiner, const FakeScouting& events, PassOptions options = {},
                std::size_t window = 97) {
  if (options.threads == 0) options.threads = 1;
  return examine(examiner, events.source(window), {"abc", "fake", 1}, options);
}

PassOptions on_threads(unsigned threads) {
  PassOptions options;
  options.threads = threads;
  return options;
}

void expect_equal(const PassResult& a, const PassResult& b) {
  ASSERT_EQ(a.deliveries.size(), b.deliveries.size());
  for (std::size_t i = 0; i < a.deliveries.size(); ++i) {
    const Contribution &x = a.deliveries[i].contribution, &y = b.deliveries[i].contribution;
    EXPECT_EQ(x.lumi, y.lumi);
    EXPECT_EQ(x.orbits, y.orbits) << i;
    EXPECT_EQ(x.all, y.all);
    EXPECT_EQ(x.pure, y.pure);
    EXPECT_EQ(x.noncolliding, y.noncolliding);
    EXPECT_EQ(x.crossings, y.crossings);
    EXPECT_EQ(x.inputs, y.inputs);
    EXPECT_EQ(x.tail, y.tail);
    EXPECT_EQ(x.reservoir.events(), y.reservoir.events());
    EXPECT_EQ(x.tile_counts, y.tile_counts);
  }
}

TEST(Examine, CountsEveryEventOfEveryLumisection) {
  const FakeScouting events = in_order(2500, 7);
  const Examiner with = examiner();
  const PassResult result = pass(with, events);
  ASSERT_EQ(result.deliveries.size(), 3u);
  EXPECT_EQ(result.rows, 2500u);
  event::TileCounts counts;
  for (std::size_t n = 0; n < 3; ++n) {
    const Contribution& one = result.deliveries[n].contribution;
    const std::size_t begin = 1000 * n, end = std::min<std::size_t>(begin + 1000, 2500);
    EXPECT_EQ(one.lumi, (LumiKey{396102, static_cast<std::uint32_t>(214 + n)}));
    EXPECT_EQ(one.input.hash, "abc");
    std::map<std::int64_t, std::uint64_t> codes;
    std::map<std::uint32_t, std::uint32_t> orbits;
    std::vector<std::uint64_t> crossings(3565);
    std::map<std::int64_t, std::uint64_t> leading;
    std::map<std::int64_t, std::uint64_t> forward;
    std::vector<std::array<std::uint64_t, 3>> lots;
    std::uint64_t sampled = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const auto x = events.features(i, true, counts.saturated, counts.missing_items);
      ++codes[score(with, x)];
      ++orbits[events.orbit[i]];
      ++crossings[events.bx[i]];
      lots.push_back({Lots(one.lumi)(events.orbit[i], events.bx[i]), events.orbit[i], events.bx[i]});
      if (events.orbit[i] % 4 != 0) continue;
      ++sampled;
      ++leading[x[3]];
      for (std::size_t jet = 27; jet < 57; jet += 3) {
        const int distance = std::abs(x[jet + 1]);
        if (x[jet] != 0 && distance >= 58 && distance <= 68) ++forward[x[jet]];
      }
    }
    EXPECT_EQ(one.all, Counts(codes.begin(), codes.end()));
    EXPECT_EQ(one.crossings, crossings);
    std::ranges::sort(lots);
    std::set<std::pair<std::uint64_t, std::uint64_t>> kept;
    for (const TailEvent& event : one.reservoir.events()) kept.insert({event.orbit, event.crossing});
    EXPECT_EQ(kept.size(), 30u);
    for (std::size_t k = 0; k < 30; ++k) EXPECT_TRUE(kept.contains({lots[k][1], lots[k][2]})) << k;
    ASSERT_EQ(one.orbits.size(), orbits.size());
    for (const event::OrbitEntry& orbit : one.orbits.entries()) EXPECT_EQ(orbit.events, orbits[orbit.orbit]);
    EXPECT_EQ(one.inputs.events, sampled);
    EXPECT_EQ(one.inputs.names[3], "EG0.pt");
    EXPECT_EQ(one.inputs.counts[3], Counts(leading.begin(), leading.end()));
    EXPECT_EQ(one.inputs.names[57], "EG.count");
    EXPECT_EQ(total(one.inputs.counts[57]), sampled);
    EXPECT_EQ(one.inputs.names[68], "Jet.pt@58-68");
    EXPECT_EQ(one.inputs.counts[68], Counts(forward.begin(), forward.end()));
  }
  EXPECT_EQ(result.deliveries[0].contribution.tile_counts.saturated +
                result.deliveries[1].contribution.tile_counts.saturated +
                result.deliveries[2].contribution.tile_counts.saturated,
            counts.saturated);
}

TEST(Examine, KeepsTheHighestEventsWhole) {
  const FakeScouting events = in_order(1000, 8);
  const Examiner with = examiner();
  const auto tail = pass(with, events).deliveries.at(0).contribution.tail.sorted();
  std::vector<std::pair<std::int64_t, std::size_t>> codes;
  for (std::size_t i = 0; i < 1000; ++i) {
    std::uint64_t ignored = 0;
    codes.emplace_back(-score(with, events.features(i, true, ignored, ignored)), i);
  }
  std::ranges::sort(codes);
  ASSERT_EQ(tail.size(), 20u);
  for (std::size_t k = 0; k < 20; ++k) {
    const std::size_t i = codes[k].second;
    EXPECT_EQ(tail[k].code, -codes[k].first);
    EXPECT_EQ(tail[k].orbit, events.orbit[i]);
    EXPECT_EQ(tail[k].crossing, events.bx[i]);
    // EtSum (pt, phi, type), then EG with an isolation that the file lacks.
    std::vector<std::int32_t> values{static_cast<std::int32_t>(events.sum_pt[i].size())};
    for (std::size_t s = 0; s < events.sum_pt[i].size(); ++s) {
      values.insert(values.end(), {events.sum_pt[i][s], events.sum_phi[i][s], events.sum_type[i][s]});
    }
    values.push_back(static_cast<std::int32_t>(events.eg[0][i].size()));
    for (std::size_t e = 0; e < events.eg[0][i].size(); ++e) {
      for (const auto& field : events.eg) values.push_back(field[i][e]);
      values.push_back(-1);
    }
    ASSERT_GE(tail[k].values.size(), values.size());
    EXPECT_TRUE(std::equal(values.begin(), values.end(), tail[k].values.begin())) << k;
  }
}

TEST(Examine, KeepsTheTailOfALumisectionUnlikeTheOneBefore) {
  FakeScouting events = in_order(3000, 24);
  std::vector<std::size_t> second;
  for (std::size_t i = 1000; i < 2000; ++i) {  // nothing in it scores as the best of the first do
    for (auto* lists : {&events.eg, &events.mu, &events.jet}) {
      for (auto& field : *lists) field[i].clear();
    }
    second.push_back(i);
  }
  const PassResult all = pass(examiner(), events), alone = pass(examiner(), chosen(events, second));
  EXPECT_EQ(all.deliveries.at(1).contribution.tail.sorted().size(), 20u);
  EXPECT_EQ(all.deliveries.at(1).contribution.tail, alone.deliveries.at(0).contribution.tail);
  EXPECT_EQ(all.deliveries.at(1).contribution.all, alone.deliveries.at(0).contribution.all);
}

TEST(Examine, GivesTheSameForAnyThreadsWindowsAndInstructionSets) {
  const FakeScouting events = in_order(20000, 3);
  const Examiner with = examiner(menu::pythia_samples);
  const PassResult first = pass(with, events);
  for (const unsigned threads : {2u, 5u, 16u}) expect_equal(pass(with, events, on_threads(threads), 333), first);
  for (const std::size_t window : {1u, 64u, 1024u, 30000u}) expect_equal(pass(with, events, {}, window), first);
  for (const std::string& isa : core::usable_isas()) {
    core::force_isa(isa);
    expect_equal(pass(with, events), first);
  }
  core::force_isa("");
}

TEST(Examine, GivesTheSameForAnyOrderOfLumisectionsInTheFile) {
  const FakeScouting events = in_order(6000, 4);
  const Examiner with = examiner();
  const PassResult first = pass(with, events);
  // Blocks of lumisections the other way round, then lumisections that alternate, orbit by orbit.
  std::vector<std::size_t> turned, mixed;
  for (std::size_t block = 6; block-- > 0;) {
    for (std::size_t i = 0; i < 1000; ++i) turned.push_back(1000 * block + i);
  }
  for (std::size_t i = 0; i < 1000; i += 3) {
    for (std::size_t block = 0; block < 6; ++block) {
      for (std::size_t k = i; k < std::min<std::size_t>(i + 3, 1000); ++k) mixed.push_back(1000 * block + k);
    }
  }
  expect_equal(pass(with, chosen(events, turned), on_threads(3)), first);
  expect_equal(pass(with, chosen(events, mixed), on_threads(3)), first);
  std::vector<std::size_t> shuffled = numbers(6000);
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(5));
  expect_equal(pass(with, chosen(events, shuffled), on_threads(2)), first);
}

TEST(Examine, SubtractsWhatSeedsTook) {
  const FakeScouting events = in_order(3000, 9);
  const Examiner with = examiner(menu::pythia_samples);
  const auto source = events.source();
  const menu::Binding binding = menu::bind(*with.menu, with.layout, source);
  menu::Evaluator evaluator(binding);
  const auto reader = source.read(binding.selection(), {});
  event::Columns window;
  menu::Fired fired;
  std::map<std::int64_t, std::uint64_t> pure;
  std::uint64_t taken = 0, ignored = 0;
  while (reader->next(window)) {
    evaluator.run(window, fired);
    for (std::size_t i = 0; i < window.entries; ++i) {
      if (fired.any_fired(i)) {
        ++taken;
      } else {
        ++pure[score(with, events.features(window.first_entry + i, true, ignored, ignored))];
      }
    }
  }
  EXPECT_GT(taken, 100u);
  EXPECT_GT(pure.size(), 2u);
  Counts found;
  for (const Delivery& one : pass(with, events).deliveries) add(found, one.contribution.pure);
  EXPECT_EQ(found, Counts(pure.begin(), pure.end()));
}

TEST(Examine, KeepsNonCollidingCrossingsApart) {
  StreamDescription stream;
  stream.sampling = Sampling::all;
  stream.colliding.resize(3565);
  for (std::size_t bx = 0; bx < 3565; bx += 2) stream.colliding[bx] = true;
  const FakeScouting events = in_order(1000, 10);
  const Contribution one = pass(examiner("", stream), events).deliveries.at(0).contribution;
  std::uint64_t even = 0;
  for (const std::uint32_t bx : events.bx) even += bx % 2 == 0;
  EXPECT_EQ(total(one.all), even);
  EXPECT_EQ(total(one.noncolliding), 1000 - even);
  EXPECT_EQ(one.orbits.events(), 1000u);
}

TEST(Examine, CountsEventsThatStandTwiceOnce) {
  const FakeScouting events = in_order(3000, 11);
  const Examiner with = examiner(menu::pythia_samples);
  const PassResult first = pass(with, events);
  std::vector<std::size_t> which = numbers(3000);
  for (const std::size_t i : {1500u, 1501u, 7u, 8u, 9u, 2999u}) which.push_back(i);
  which.insert(which.begin() + 700, 699);  // right behind the first
  for (const unsigned threads : {1u, 3u}) {
    const PassResult again = pass(with, chosen(events, which), on_threads(threads));
    expect_equal(again, first);
    std::uint64_t repeated = 0;
    for (const Delivery& one : again.deliveries) repeated += one.repeated_rows;
    EXPECT_EQ(repeated, 7u);
    EXPECT_EQ(again.rows, 3007u);
  }
}

TEST(Examine, ReportsEventsThatContradictThemselvesAndKeepsTheFirst) {
  const FakeScouting events = in_order(1000, 12);
  const PassResult first = pass(examiner(), events);
  std::vector<std::size_t> which = numbers(1000);
  which.insert(which.end(), {300, 301});
  FakeScouting twice = chosen(events, which);
  twice.jet[0].back().assign(twice.jet[0].back().size() + 1, 1);  // other values at the same place
  twice.jet[1].back().resize(twice.jet[0].back().size());
  twice.jet[2].back().resize(twice.jet[0].back().size());
  const PassResult again = pass(examiner(), twice);
  expect_equal(again, first);
  const Delivery& one = again.deliveries.at(0);
  EXPECT_EQ(one.repeated_rows, 1u);
  ASSERT_EQ(one.contradictions.size(), 1u);
  EXPECT_EQ(one.contradictions[0].orbit, events.orbit[301]);
  EXPECT_EQ(one.contradictions[0].kept, "fake");
  EXPECT_NE(one.contradictions[0].kept_hash, one.contradictions[0].refused_hash);
}

TEST(Examine, TakesOrbitsWhoseCrossingsAreInAnyOrder) {
  const FakeScouting events(3000, 13);  // random crossings
  const PassResult result = pass(examiner(), events);
  std::uint64_t rows = 0;
  for (const Delivery& one : result.deliveries) {
    rows += total(one.contribution.all) + one.repeated_rows;
    for (const Contradiction& contradiction : one.contradictions) rows += contradiction.refused_events;
  }
  EXPECT_EQ(rows, 3000u);
}

TEST(Examine, LeavesOutWhatIsExcluded) {
  const FakeScouting events = in_order(2000, 14);
  PassOptions options;
  Exclusion out{{396102, 215}, {events.orbit[1200], events.orbit[1400]}, {}};
  // Of another orbit, its first two events.
  const std::size_t split = 1503;  // the first event of an orbit
  ASSERT_EQ(events.orbit[split], events.orbit[split + 2]);
  out.covered.push_back({events.orbit[split], 2, static_cast<std::uint16_t>(events.bx[split]),
                         static_cast<std::uint16_t>(events.bx[split + 1]), 0});
  options.exclusions.push_back(out);
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < 2000; ++i) {
    const bool whole = events.orbit[i] == out.orbits[0] || events.orbit[i] == out.orbits[1];
    if (events.lumi[i] == 215 && (whole || i == split || i == split + 1)) continue;
    which.push_back(i);
  }
  expect_equal(pass(examiner(), events, options), pass(examiner(), chosen(events, which)));
}

TEST(Examine, TakesWantedLumisectionsAlone) {
  const FakeScouting events = in_order(5000, 15);
  const PassResult all = pass(examiner(), events);
  PassResult parts;
  for (const std::uint32_t part : {0u, 1u}) {
    PassOptions options;
    options.wanted = [&](LumiKey lumi) { return lumi.lumisection % 2 == part; };
    PassResult one = pass(examiner(), events, options);
    EXPECT_EQ(one.unwanted, part == 0 ? 2u : 3u);
    for (Delivery& delivery : one.deliveries) parts.deliveries.push_back(std::move(delivery));
  }
  std::ranges::sort(parts.deliveries, {}, [](const Delivery& one) { return one.contribution.lumi; });
  expect_equal(parts, all);
}

TEST(Examine, DeliversEachLumisectionOnceWhenItIsDone) {
  const FakeScouting events = in_order(8000, 16);
  std::map<LumiKey, int> seen;
  PassOptions options;
  options.threads = 4;
  options.deliver = [&](Delivery&& one) { ++seen[one.contribution.lumi]; };
  EXPECT_TRUE(pass(examiner(), events, options).deliveries.empty());
  EXPECT_EQ(seen.size(), 8u);
  for (const auto& [lumi, n] : seen) EXPECT_EQ(n, 1) << lumi.lumisection;
}

class Collector final : public Tap {
 public:
  void take(unsigned, const event::Tile& tile, std::span<const std::int32_t> codes) override {
    const std::scoped_lock lock(mutex_);
    ASSERT_EQ(codes.size(), tile.size);
    for (std::size_t i = 0; i < tile.size; ++i) seen[tile.first_entry + i] = codes[i];
  }
  std::map<std::uint64_t, std::int32_t> seen;

 private:
  std::mutex mutex_;
};

TEST(Examine, ShowsTapsEachEntryOnce) {
  const FakeScouting events = in_order(3000, 17);
  const Examiner with = examiner();
  Collector tap;
  PassOptions options;
  options.threads = 3;
  options.taps = {&tap};
  pass(with, events, options);
  ASSERT_EQ(tap.seen.size(), 3000u);
  std::uint64_t ignored = 0;
  for (std::size_t i = 0; i < 3000; i += 10) {
    EXPECT_EQ(tap.seen[i], score(with, events.features(i, true, ignored, ignored)));
  }
}

/// Holds the first thread at its first tile until the second has seen two thirds of the events.
class Brake final : public Tap {
 public:
  void take(unsigned worker, const event::Tile& tile, std::span<const std::int32_t>) override {
    events[worker] += tile.size;
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (worker == 0 && events[1] < 40000 && std::chrono::steady_clock::now() < limit) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  std::array<std::atomic<std::uint64_t>, 2> events{};
};

TEST(Examine, LosesNothingWhereAThreadTakesOverWhatAnotherHasLeft) {
  const FakeScouting events = in_order(60000, 23);
  const Examiner with = examiner(menu::pythia_samples);
  const PassResult alone = pass(with, events, {}, 1024);
  Brake brake;
  PassOptions options;
  options.threads = 2;
  options.taps = {&brake};
  const PassResult both = pass(with, events, options, 1024);
  expect_equal(both, alone);
  EXPECT_EQ(both.rows, 60000u);
  EXPECT_GE(brake.events[1], 40000u) << "the second half, and half of what the first thread has left";
}

TEST(Examine, TakesEventsWithoutObjectsAndTablesWithoutEvents) {
  FakeScouting events = in_order(500, 18);
  for (auto* lists : {&events.eg, &events.mu, &events.jet}) {
    for (auto& field : *lists) {
      for (auto& list : field) list.clear();
    }
  }
  EXPECT_EQ(total(pass(examiner(), events).deliveries.at(0).contribution.all), 500u);
  EXPECT_TRUE(pass(examiner(), FakeScouting(0, 1)).deliveries.empty());
}

TEST(Examine, RefusesCrossingsThatDoNotExist) {
  FakeScouting events = in_order(500, 19);
  events.bx[123] = 3565;
  try {
    pass(examiner(), events);
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::damaged);
    EXPECT_THAT(e.what(), testing::HasSubstr("entry 123"));
  }
}

}  // namespace
}  // namespace trigloop::scout
