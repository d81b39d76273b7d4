#include "scout/pass/portions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>

#include "test/support/fake_source.hpp"

namespace trigloop::scout {
namespace {

test::FakeSource source_of(std::uint64_t entries) { return {"Events", entries, {}}; }

Portions portions_of(const std::vector<io::EntryRange>& ranges, unsigned workers, std::uint64_t least) {
  return {source_of(ranges.back().end), {"Events", 0, {}}, ranges, workers, least};
}

/// A worker that decodes windows of its range, as readers do, and examines what it may.
struct Reader {
  std::optional<io::EntryRange> range;

  /// False at the end. Adds to `seen` how often each entry was examined.
  bool step(Portions& portions, unsigned number, std::uint64_t window, std::vector<int>& seen) {
    if (!range) range = portions.next(number);
    if (!range) return false;
    const io::EntryRange decoded{range->begin, std::min(range->begin + window, range->end)};
    const std::uint64_t end = portions.claim(number, decoded);
    for (std::uint64_t entry = decoded.begin; entry < end; ++entry) ++seen[entry];
    range->begin = end;
    if (end < decoded.end || end == range->end) range.reset();
    return true;
  }
};

TEST(Portions, GiveEachEntryToOneWorkerWhoeverIsFast) {
  const std::vector<io::EntryRange> ranges{{10, 3000}, {4000, 4001}, {5000, 9000}};
  for (const unsigned workers : {1u, 2u, 3u, 16u}) {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
      Portions portions = portions_of(ranges, workers, 64);
      std::mt19937 random(seed);
      std::vector<double> pace;
      for (unsigned w = 0; w < workers; ++w) pace.push_back(std::exp2(static_cast<double>(random() % 6)));
      std::discrete_distribution<unsigned> who(pace.begin(), pace.end());
      std::vector<Reader> readers(workers);
      std::vector<int> seen(9000);
      for (unsigned idle = 0; idle < 1000;) {
        const unsigned w = who(random);
        idle = readers[w].step(portions, w, 1 + random() % 100, seen) ? 0 : idle + 1;
      }
      for (std::uint64_t entry = 0; entry < seen.size(); ++entry) {
        const bool wanted =
            std::ranges::any_of(ranges, [&](const auto& r) { return r.begin <= entry && entry < r.end; });
        ASSERT_EQ(seen[entry], wanted ? 1 : 0) << "entry " << entry << ", " << workers << " workers, seed " << seed;
      }
    }
  }
}

TEST(Portions, AreCutWhereTheSourceIsCutCheaply) {
  Portions portions = portions_of({{0, 64'000}}, 2, 1000);  // cheap every 2,000
  const io::EntryRange first = *portions.next(0), second = *portions.next(1);
  EXPECT_EQ(first.begin, 0u);
  EXPECT_EQ(first.end, 32'000u);
  EXPECT_EQ(second.begin, 32'000u);
  EXPECT_EQ(second.end, 64'000u);
}

TEST(Portions, AreTakenOverInHalvesUntilLittleIsLeft) {
  Portions portions = portions_of({{0, 10'000}}, 2, 1000);
  Reader slow, fast;
  std::vector<int> seen(10'000);
  slow.step(portions, 0, 100, seen);
  int ranges = 0;
  for (std::optional<io::EntryRange> last; fast.step(portions, 1, 100, seen); last = fast.range) ranges += !last;
  EXPECT_LE(ranges, 6) << "halves of 5,000, while 1,000 are left";
  while (slow.step(portions, 0, 100, seen)) continue;
  EXPECT_TRUE(std::ranges::all_of(seen, [](int n) { return n == 1; }));
}

TEST(Portions, EndAtOnceWhenStopped) {
  Portions portions = portions_of({{0, 10'000}}, 2, 1000);
  ASSERT_TRUE(portions.next(0));
  EXPECT_EQ(portions.claim(0, {0, 100}), 100u);
  portions.stop();
  EXPECT_EQ(portions.claim(0, {100, 200}), 100u);
  EXPECT_FALSE(portions.next(0));
  EXPECT_FALSE(portions.next(1));
}

TEST(Portions, ServeManyThreads) {
  constexpr std::uint64_t entries = 200'000;
  Portions portions = portions_of({{0, entries}}, 4, 64);
  std::vector<std::vector<int>> seen(4, std::vector<int>(entries));
  std::vector<std::thread> threads;
  for (unsigned w = 0; w < 4; ++w) {
    threads.emplace_back([&, w] {
      Reader reader;
      while (reader.step(portions, w, 7 + 10 * w, seen[w])) continue;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::uint64_t entry = 0; entry < entries; ++entry) {
    ASSERT_EQ(seen[0][entry] + seen[1][entry] + seen[2][entry] + seen[3][entry], 1) << entry;
  }
}

}  // namespace
}  // namespace trigloop::scout
