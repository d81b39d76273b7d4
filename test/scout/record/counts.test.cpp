#include "scout/record/counts.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/error.hpp"

namespace trigloop::scout {
namespace {

TEST(Counts, AddBinByBin) {
  Counts counts{{-3, 1}, {5, 2}};
  add(counts, {{-4, 7}, {5, 1}, {9, 1}});
  EXPECT_EQ(counts, (Counts{{-4, 7}, {-3, 1}, {5, 3}, {9, 1}}));
  EXPECT_EQ(total(counts), 12u);
}

TEST(Counts, RefuseToOverflow) {
  Counts counts{{1, UINT64_MAX}};
  EXPECT_THROW(add(counts, {{1, 1}}), core::Error);
  EXPECT_EQ(counts, (Counts{{1, UINT64_MAX}}));
}

TEST(Counts, KeepTheNonZeroBins) {
  constexpr std::array<std::uint32_t, 4> dense{0, 3, 0, 1};
  EXPECT_EQ(compact(dense, -1), (Counts{{0, 3}, {2, 1}}));
}

TEST(InputHistograms, AreAddedOnlyToTheirLikes) {
  InputHistograms a{2, 1, {"pt"}, {{{4, 1}}}};
  add(a, {2, 3, {"pt"}, {{{4, 2}, {5, 1}}}});
  EXPECT_EQ(a, (InputHistograms{2, 4, {"pt"}, {{{4, 3}, {5, 1}}}}));
  EXPECT_THROW(add(a, {4, 3, {"pt"}, {{}}}), core::Error);
  EXPECT_THROW(add(a, {2, 3, {"eta"}, {{}}}), core::Error);
}

}  // namespace
}  // namespace trigloop::scout
