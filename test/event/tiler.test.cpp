// The Tiler against a loop that is too simple to be wrong, at every size where vectors and tiles have edges.
#include "event/tiler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "core/isa.hpp"
#include "core/random.hpp"
#include "event/tile_kernels.hpp"

namespace trigloop::event {
namespace {

/// Jagged columns of one collection with their memory.
template <class T>
struct Jagged {
  std::vector<std::uint32_t> offsets{0};
  std::vector<T> values;
  ColumnView window(std::size_t first, std::size_t n, std::vector<std::uint32_t>& own, std::vector<T>& copy) const {
    own.clear();
    for (std::size_t i = 0; i <= n; ++i) own.push_back(offsets[first + i] - offsets[first]);
    copy.assign(values.begin() + offsets[first], values.begin() + offsets[first + n]);
    const std::size_t size = copy.size();
    copy.resize(size + 64 / sizeof(T), T{77});
    return {type_of<T>(), true, 1, reinterpret_cast<const std::byte*>(copy.data()), size, own};
  }
};

template <class T>
Jagged<T> random_jagged(std::size_t entries, unsigned most, std::uint64_t seed) {
  core::Philox random(seed, 1);
  Jagged<T> column;
  for (std::size_t i = 0; i < entries; ++i) {
    const unsigned n = random() % (most + 1);
    for (unsigned k = 0; k < n; ++k) column.values.push_back(static_cast<T>(static_cast<std::int32_t>(random())));
    column.offsets.push_back(static_cast<std::uint32_t>(column.values.size()));
  }
  return column;
}

/// A plan of one block of `count` objects with two fields and a zero between them; column 0 is the run.
TilePlan plan_of(std::uint32_t count, Type element) {
  TilePlan plan;
  plan.element = element;
  plan.columns = {"run", "a", "b"};
  plan.collections = {{1, 2}};
  plan.key_columns[0] = 0;
  plan.blocks.push_back(PlanObjects{count, {{1, 1, 0}, {}, {2, 1, 0}}});
  plan.features = 3 * count;
  return plan;
}

struct Case {
  std::size_t entries, window;
  std::uint32_t lanes, count;
};

/// The same values in a wider type.
template <class Stored, class T>
Jagged<Stored> widened(const Jagged<T>& column) {
  return {column.offsets, {column.values.begin(), column.values.end()}};
}

template <class T, class Stored = T>
void expect_tiles_like_the_plain_loop(const Case& size) {
  SCOPED_TRACE("entries " + std::to_string(size.entries) + ", window " + std::to_string(size.window) + ", objects " +
               std::to_string(size.count));
  const auto a = random_jagged<T>(size.entries, 13, size.entries + size.window);
  Jagged<T> b = a;
  for (T& value : b.values) value = static_cast<T>(value / 3);
  const auto stored_a = widened<Stored>(a), stored_b = widened<Stored>(b);
  const TilePlan plan = plan_of(size.count, type_of<T>());
  Tiler tiler(plan, size.lanes);

  std::size_t seen = 0;
  const auto check = [&](const Tile& tile) {
    ASSERT_EQ(tile.first_entry, seen);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(tile.data) % 64, 0u);
    for (std::uint32_t j = 0; j < size.count; ++j) {
      for (std::uint32_t i = 0; i < tile.lanes; ++i) {
        const bool here = i < tile.size && a.offsets[seen + i] + j < a.offsets[seen + i + 1];
        const T want_a = here ? a.values[a.offsets[seen + i] + j] : T{0};
        const T want_b = here ? b.values[a.offsets[seen + i] + j] : T{0};
        ASSERT_EQ(tile.row<T>(3 * j).data()[i], want_a) << "object " << j << ", lane " << i;
        ASSERT_EQ(tile.row<T>(3 * j + 1).data()[i], T{0});
        ASSERT_EQ(tile.row<T>(3 * j + 2).data()[i], want_b);
      }
    }
    for (std::uint32_t i = 0; i < tile.size; ++i) ASSERT_EQ(tile.run[i], 1000 + seen + i);
    ASSERT_EQ(tile.counts, TileCounts{});
    seen += tile.size;
  };
  for (std::size_t first = 0; first < size.entries; first += size.window) {
    const std::size_t n = std::min(size.window, size.entries - first);
    std::vector<std::uint32_t> offsets_a, offsets_b, run;
    std::vector<Stored> copy_a, copy_b;
    for (std::size_t i = 0; i < n; ++i) run.push_back(static_cast<std::uint32_t>(1000 + first + i));
    const Columns window{first,
                         n,
                         {{Type::uint32, false, 1, reinterpret_cast<const std::byte*>(run.data()), n, {}},
                          stored_a.window(first, n, offsets_a, copy_a),
                          stored_b.window(first, n, offsets_b, copy_b)}};
    tiler.feed(window);
    while (const Tile* tile = tiler.next()) {
      ASSERT_EQ(tile->size, tile->lanes);
      check(*tile);
    }
  }
  if (const Tile* tile = tiler.rest()) check(*tile);
  ASSERT_EQ(seen, size.entries);
  ASSERT_EQ(tiler.rest(), nullptr);
}

class TilerWithIsa : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { core::force_isa(GetParam()); }
  void TearDown() override { core::force_isa(""); }
};

TEST_P(TilerWithIsa, EqualsThePlainLoopAtAllEdges) {
  EXPECT_EQ(core::active_isa(), GetParam());
  for (const std::size_t entries : {0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 200, 500}) {
    for (const std::size_t window : {1, 3, 64, 65, 1000}) {
      for (const std::uint32_t count : {1u, 4u, 10u}) {
        expect_tiles_like_the_plain_loop<std::int16_t>({entries, window, 64, count});
        expect_tiles_like_the_plain_loop<std::int16_t, std::int32_t>({entries, window, 64, count});
        expect_tiles_like_the_plain_loop<float>({entries, window, 64, count});
      }
    }
  }
  expect_tiles_like_the_plain_loop<std::int16_t>({1000, 77, 256, 40});
}

INSTANTIATE_TEST_SUITE_P(EachIsa, TilerWithIsa, ::testing::ValuesIn(core::usable_isas()),
                         [](const auto& test) { return test.param; });

/// A tile of one scalar column.
template <class T>
class OneColumn {
 public:
  OneColumn(Type element, std::vector<T> values, double scale = 1, double offset = 0) : values_(std::move(values)) {
    plan_.element = element;
    plan_.columns = {"v"};
    plan_.features = 1;
    plan_.blocks.push_back(PlanValues{{0, scale, offset}, 1});
    tiler_.emplace(plan_);
    const std::size_t n = values_.size();
    values_.resize(n + 64);
    window_ = {0, n, {{type_of<T>(), false, 1, reinterpret_cast<const std::byte*>(values_.data()), n, {}}}};
    tiler_->feed(window_);
    EXPECT_EQ(tiler_->next(), nullptr);
    tile_ = tiler_->rest();
  }
  const Tile& tile() const { return *tile_; }

 private:
  std::vector<T> values_;
  TilePlan plan_;
  Columns window_;
  std::optional<Tiler> tiler_;
  const Tile* tile_ = nullptr;
};

/// Orbit files have int32. Whether a window goes by vectors or item by item must not show; nor do items that no tile
/// has count as saturated.
TEST(Tiler, SaturatesObjectsToInt16AndCountsThoseOfTiles) {
  const Jagged<std::int32_t> a{{0, 2, 5}, {1, 40'000, 3, 4, 50'000}}, b{{0, 2, 5}, {5, 6, 7, 8, 9}};
  const TilePlan plan = plan_of(2, Type::int16);
  Tiler tiler(plan, 64);
  std::vector<std::uint32_t> offsets_a, offsets_b;
  std::vector<std::int32_t> copy_a, copy_b;
  const std::vector<std::uint32_t> run{1, 1};
  const Columns window{0,
                       2,
                       {{Type::uint32, false, 1, reinterpret_cast<const std::byte*>(run.data()), 2, {}},
                        a.window(0, 2, offsets_a, copy_a),
                        b.window(0, 2, offsets_b, copy_b)}};
  tiler.feed(window);
  EXPECT_EQ(tiler.next(), nullptr);
  const Tile* tile = tiler.rest();
  ASSERT_NE(tile, nullptr);
  EXPECT_EQ(tile->counts.saturated, 1u);
  EXPECT_EQ(tile->row<std::int16_t>(3)[0], 32767);
  EXPECT_EQ(tile->row<std::int16_t>(3)[1], 4);
  EXPECT_EQ(tile->row<std::int16_t>(5)[1], 8);
}

TEST(Tiler, SaturatesToInt16AndCounts) {
  const OneColumn<std::int32_t> ints(Type::int16, {0, 32767, 32768, -32768, -32769, 1 << 30, 5});
  EXPECT_THAT(ints.tile().row<std::int16_t>(0), ::testing::ElementsAre(0, 32767, 32767, -32768, -32768, 32767, 5));
  EXPECT_EQ(ints.tile().counts.saturated, 3u);
  const OneColumn<std::uint64_t> large(Type::int16, {~0ull, 1});
  EXPECT_THAT(large.tile().row<std::int16_t>(0), ::testing::ElementsAre(32767, 1));
  EXPECT_EQ(large.tile().counts.saturated, 1u);
}

TEST(Tiler, RoundsFloatsToEvenAndCountsNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const OneColumn<double> column(Type::int16, {0.5, 1.5, 2.5, -0.5, nan, inf, -inf, 32767.4, 32767.5});
  EXPECT_THAT(column.tile().row<std::int16_t>(0), ::testing::ElementsAre(0, 2, 2, 0, 0, 32767, -32768, 32767, 32767));
  EXPECT_EQ(column.tile().counts.saturated, 3u);
  EXPECT_EQ(column.tile().counts.not_a_number, 1u);
}

TEST(Tiler, ScalesIntoFloat32AndKeepsNaNAndInfinity) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  const OneColumn<double> column(Type::float32, {1000, nan, inf, 1e300}, 0.5, 1);
  const auto row = column.tile().row<float>(0);
  EXPECT_EQ(row[0], 501.0f);
  EXPECT_TRUE(std::isnan(row[1]));
  EXPECT_EQ(row[2], std::numeric_limits<float>::infinity());
  EXPECT_EQ(row[3], std::numeric_limits<float>::max());
  EXPECT_EQ(column.tile().counts.saturated, 1u);
  EXPECT_EQ(column.tile().counts.not_a_number, 0u);
  EXPECT_EQ(row.data()[4], 0.0f) << "unused lanes are zero";
}

TEST(Tiler, CutsTimeIntoWindowsAndRefusesTimeBeforeTheStart) {
  TilePlan plan;
  plan.element = Type::float32;
  plan.columns = {"t"};
  plan.features = 1;
  plan.key = KeyKind::time;
  plan.time = {0, 1, 0};
  plan.window = 2;
  plan.start = 100;
  plan.blocks.push_back(PlanValues{{0, 1, 0}, 1});
  std::vector<double> t{100, 101.5, 102, 107.9};
  t.resize(20);
  Columns window{0, 4, {{Type::float64, false, 1, reinterpret_cast<const std::byte*>(t.data()), 4, {}}}};
  Tiler tiler(plan);
  tiler.feed(window);
  ASSERT_EQ(tiler.next(), nullptr);
  const Tile* tile = tiler.rest();
  ASSERT_NE(tile, nullptr);
  EXPECT_THAT(std::span(tile->block, 4), ::testing::ElementsAre(0, 0, 1, 3));
  EXPECT_EQ(tile->time[3], 107.9);
  t[2] = 99;
  Tiler again(plan);
  again.feed(window);
  EXPECT_THROW(again.next(), core::Error);
}

TEST(Tiler, RefusesNegativeKeysAndColumnsThatDisagree) {
  TilePlan plan = plan_of(1, Type::int16);
  std::vector<std::int64_t> run(64, -1);
  std::vector<std::int16_t> values(64, 1);
  const std::vector<std::uint32_t> two{0, 1, 2}, other{0, 0, 2};
  const auto view = [&](const auto& data, Type type, std::span<const std::uint32_t> offsets) {
    return ColumnView{type, !offsets.empty(), 1, reinterpret_cast<const std::byte*>(data.data()), 2, offsets};
  };
  Columns window{0, 2, {view(run, Type::int64, {}), view(values, Type::int16, two), view(values, Type::int16, two)}};
  Tiler tiler(plan);
  tiler.feed(window);
  EXPECT_THROW(tiler.next(), core::Error);
  window.columns[2] = view(values, Type::int16, other);
  Tiler fresh(plan);
  EXPECT_THROW(fresh.feed(window), core::Error);
  window.columns[2] = view(values, Type::int16, two);
  window.columns[2].values = 1;
  EXPECT_THROW(fresh.feed(window), core::Error);
}

TEST(TileKernels, NarrowValuesThatAllFit) {
  for (const std::size_t n : {0u, 1u, 7u, 16u, 33u, 100u}) {
    std::vector<std::int32_t> values(n);
    for (std::size_t i = 0; i < n; ++i)
      values[i] = i % 3 == 0 ? INT16_MIN : i % 3 == 1 ? INT16_MAX : static_cast<std::int32_t>(i);
    std::vector<std::int16_t> narrow(n + 1, 77);
    EXPECT_TRUE(narrow_values(values.data(), n, narrow.data()));
    EXPECT_EQ(narrow.back(), 77) << "nothing is written behind";
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(narrow[i], values[i]);
    for (std::size_t i = 0; i < n; ++i) {
      for (const std::int32_t large : {INT16_MAX + 1, INT16_MIN - 1, 1 << 16, INT32_MIN}) {
        const std::int32_t before = std::exchange(values[i], large);
        EXPECT_FALSE(narrow_values(values.data(), n, narrow.data())) << i << " of " << n;
        values[i] = before;
      }
    }
  }
}

}  // namespace
}  // namespace trigloop::event
