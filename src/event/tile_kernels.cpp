#include "event/tile_kernels.hpp"

#include <algorithm>

// Compiled once per instruction set; see Highway's documentation of foreach_target.h.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "event/tile_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace trigloop::event::HWY_NAMESPACE {
#if HWY_TARGET == HWY_SCALAR  // a processor without vectors that Highway knows

template <class T>
void gather(const T* data, const std::uint32_t* position, const std::uint32_t* kept, std::size_t n, T* const rows[4]) {
  for (unsigned r = 0; r < 4; ++r) {
    if (rows[r] == nullptr) continue;
    for (std::size_t i = 0; i < n; ++i) rows[r][i] = r < kept[i] ? data[position[i] + r] : T{0};
  }
}
void gather16(const std::int16_t* data, const std::uint32_t* position, const std::uint32_t* kept, std::size_t n,
              std::int16_t* const rows[4]) {
  gather(data, position, kept, n, rows);
}
void gather32(const float* data, const std::uint32_t* position, const std::uint32_t* kept, std::size_t n,
              float* const rows[4]) {
  gather(data, position, kept, n, rows);
}

void place(const std::uint32_t* start, const std::uint32_t* count, std::size_t n, std::uint32_t j,
           std::uint32_t* position, std::uint32_t* kept) {
  for (std::size_t i = 0; i < n; ++i) {
    position[i] = count[i] > j ? start[i] + j : 0;
    kept[i] = count[i] > j ? std::min(count[i] - j, 4u) : 0;
  }
}

#else
namespace hn = hwy::HWY_NAMESPACE;

// keep[k]: k lanes of ones, then zeros.
alignas(64) constexpr std::int16_t keep16[5][4] = {
    {0, 0, 0, 0}, {-1, 0, 0, 0}, {-1, -1, 0, 0}, {-1, -1, -1, 0}, {-1, -1, -1, -1}};
alignas(64) constexpr std::int32_t keep32[5][4] = {
    {0, 0, 0, 0}, {-1, 0, 0, 0}, {-1, -1, 0, 0}, {-1, -1, -1, 0}, {-1, -1, -1, -1}};

// Vectors of 128 bits at every target: an event brings 64 bits, so wider registers would be filled by as many loads.
using Words = hn::FixedTag<std::int16_t, 8>;
using HalfWords = hn::FixedTag<std::int16_t, 4>;
using Pairs = hn::FixedTag<std::int32_t, 4>;
using Quads = hn::FixedTag<std::int64_t, 2>;

HWY_ATTR void place(const std::uint32_t* start, const std::uint32_t* count, std::size_t n, std::uint32_t j,
                    std::uint32_t* position, std::uint32_t* kept) {
  const hn::CappedTag<std::uint32_t, lane_padding> words;
  const auto first = hn::Set(words, j), most = hn::Set(words, 4u);
  for (std::size_t i = 0; i < n; i += hn::Lanes(words)) {
    const auto items = hn::LoadU(words, count + i);
    const auto some = hn::Gt(items, first);
    hn::StoreU(hn::IfThenElseZero(some, hn::Add(hn::LoadU(words, start + i), first)), words, position + i);
    hn::StoreU(hn::IfThenElseZero(some, hn::Min(hn::Sub(items, first), most)), words, kept + i);
  }
}

HWY_ATTR hn::Vec<Words> load_event(const std::int16_t* at, unsigned kept) {
  const HalfWords half;
  return hn::ZeroExtendVector(Words(), hn::And(hn::LoadU(half, at), hn::Load(half, keep16[kept])));
}

// 8 events x 4 items become 4 rows x 8 events by three rounds of interleaving.
HWY_ATTR void gather16(const std::int16_t* data, const std::uint32_t* position, const std::uint32_t* kept,
                       std::size_t n, std::int16_t* const rows[4]) {
  const Words words;
  const Pairs pairs;
  const Quads quads;
  for (std::size_t i = 0; i < n; i += 8) {
    const auto event = [&](std::size_t k) HWY_ATTR { return load_event(data + position[i + k], kept[i + k]); };
    const auto e01 = hn::BitCast(pairs, hn::InterleaveLower(words, event(0), event(1)));
    const auto e23 = hn::BitCast(pairs, hn::InterleaveLower(words, event(2), event(3)));
    const auto e45 = hn::BitCast(pairs, hn::InterleaveLower(words, event(4), event(5)));
    const auto e67 = hn::BitCast(pairs, hn::InterleaveLower(words, event(6), event(7)));
    const auto low0 = hn::BitCast(quads, hn::InterleaveLower(pairs, e01, e23));
    const auto high0 = hn::BitCast(quads, hn::InterleaveLower(pairs, e45, e67));
    hn::StoreU(hn::BitCast(words, hn::InterleaveLower(quads, low0, high0)), words, rows[0] + i);
    if (rows[1] == nullptr) continue;
    hn::StoreU(hn::BitCast(words, hn::InterleaveUpper(quads, low0, high0)), words, rows[1] + i);
    if (rows[2] == nullptr) continue;
    const auto low2 = hn::BitCast(quads, hn::InterleaveUpper(pairs, e01, e23));
    const auto high2 = hn::BitCast(quads, hn::InterleaveUpper(pairs, e45, e67));
    hn::StoreU(hn::BitCast(words, hn::InterleaveLower(quads, low2, high2)), words, rows[2] + i);
    if (rows[3] == nullptr) continue;
    hn::StoreU(hn::BitCast(words, hn::InterleaveUpper(quads, low2, high2)), words, rows[3] + i);
  }
}

// 4 events x 4 items: two rounds.
HWY_ATTR void gather32(const float* data, const std::uint32_t* position, const std::uint32_t* kept, std::size_t n,
                       float* const rows[4]) {
  const Pairs pairs;
  const Quads quads;
  const auto* bits = reinterpret_cast<const std::int32_t*>(data);
  for (std::size_t i = 0; i < n; i += 4) {
    const auto event = [&](std::size_t k) HWY_ATTR {
      return hn::And(hn::LoadU(pairs, bits + position[i + k]), hn::Load(pairs, keep32[kept[i + k]]));
    };
    const auto e0 = event(0), e1 = event(1), e2 = event(2), e3 = event(3);
    const auto e01 = hn::BitCast(quads, hn::InterleaveLower(pairs, e0, e1));
    const auto e23 = hn::BitCast(quads, hn::InterleaveLower(pairs, e2, e3));
    const auto f01 = hn::BitCast(quads, hn::InterleaveUpper(pairs, e0, e1));
    const auto f23 = hn::BitCast(quads, hn::InterleaveUpper(pairs, e2, e3));
    const auto store = [&](auto value, float* row) HWY_ATTR {
      if (row != nullptr) hn::StoreU(hn::BitCast(pairs, value), pairs, reinterpret_cast<std::int32_t*>(row) + i);
    };
    store(hn::InterleaveLower(quads, e01, e23), rows[0]);
    store(hn::InterleaveUpper(quads, e01, e23), rows[1]);
    store(hn::InterleaveLower(quads, f01, f23), rows[2]);
    store(hn::InterleaveUpper(quads, f01, f23), rows[3]);
  }
}

#endif

HWY_ATTR bool narrow(const std::int32_t* from, std::size_t n, std::int16_t* to) {
  std::size_t i = 0;
  bool fits = true;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<std::int32_t> wide;
  const hn::Rebind<std::int16_t, decltype(wide)> half;
  auto lost = hn::Zero(wide);
  for (; i + hn::Lanes(wide) <= n; i += hn::Lanes(wide)) {
    const auto values = hn::LoadU(wide, from + i);
    const auto narrowed = hn::DemoteTo(half, values);  // saturates
    hn::StoreU(narrowed, half, to + i);
    lost = hn::Or(lost, hn::Xor(values, hn::PromoteTo(wide, narrowed)));
  }
  fits = hn::AllTrue(wide, hn::Eq(lost, hn::Zero(wide)));
#endif
  for (; i < n; ++i) {
    to[i] = static_cast<std::int16_t>(from[i]);
    fits = fits && to[i] == from[i];
  }
  return fits;
}

}  // namespace trigloop::event::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::event {

HWY_EXPORT(place);
HWY_EXPORT(gather16);
HWY_EXPORT(gather32);
HWY_EXPORT(narrow);

void place_items(const std::uint32_t* start, const std::uint32_t* count, std::size_t n, std::uint32_t j,
                 std::uint32_t* position, std::uint32_t* kept) {
  HWY_DYNAMIC_DISPATCH(place)(start, count, n, j, position, kept);
}

void gather_rows(const std::int16_t* data, const std::uint32_t* position, const std::uint32_t* kept, std::size_t n,
                 std::int16_t* const rows[4]) {
  HWY_DYNAMIC_DISPATCH(gather16)(data, position, kept, n, rows);
}

void gather_rows(const float* data, const std::uint32_t* position, const std::uint32_t* kept, std::size_t n,
                 float* const rows[4]) {
  HWY_DYNAMIC_DISPATCH(gather32)(data, position, kept, n, rows);
}

bool narrow_values(const std::int32_t* from, std::size_t n, std::int16_t* to) {
  return HWY_DYNAMIC_DISPATCH(narrow)(from, n, to);
}

}  // namespace trigloop::event
#endif
