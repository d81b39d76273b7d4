#include "tune/search/parzen_kernels.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tune/search/parzen_kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// after foreach_target.h, which includes this file again
#include "hwy/contrib/math/math-inl.h"

#ifndef TRIGLOOP_TUNE_PARZEN_KERNELS
#define TRIGLOOP_TUNE_PARZEN_KERNELS
namespace trigloop::tune {

constexpr std::size_t sum_lanes = 8, tile_size = 128;

struct RunningSum {
  double greatest = -std::numeric_limits<double>::infinity();
  std::array<double, sum_lanes> parts{};
};

}  // namespace trigloop::tune
#endif

HWY_BEFORE_NAMESPACE();
namespace trigloop::tune::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
constexpr hn::CappedTag<double, sum_lanes> d;
constexpr hn::Rebind<std::int64_t, decltype(d)> di;
constexpr hn::Rebind<std::int32_t, decltype(d)> d32;
using V = hn::Vec<decltype(d)>;

/// The logarithms of kernels begin + i ... at a point.
HWY_INLINE V exponent(const KernelTerms& k, std::size_t i, std::size_t point) {
  V e = hn::LoadU(d, k.base + i);
  for (const KernelTerms::Normal& n : k.normals) {
    const V t = hn::Mul(hn::Sub(hn::Set(d, n.at[point]), hn::LoadU(d, n.mean + i)), hn::LoadU(d, n.inverse + i));
    e = hn::NegMulAdd(t, t, e);
  }
  for (const KernelTerms::Table& t : k.tables) {
    const auto shape = hn::LoadU(d32, reinterpret_cast<const std::int32_t*>(t.shape) + i);
    e = hn::Add(e, hn::GatherIndex(d, t.rows[point], hn::PromoteTo(di, shape)));
  }
  return e;
}

/// Adds kernels [begin, end), a multiple of sum_lanes of them.
void AddTile(const KernelTerms& k, std::size_t begin, std::size_t end, std::size_t point, RunningSum& sum) {
  HWY_ALIGN double e[tile_size];
  V top = hn::Set(d, sum.greatest);
  for (std::size_t i = begin; i < end; i += hn::Lanes(d)) {
    const V one = exponent(k, i, point);
    hn::Store(one, d, e + (i - begin));
    top = hn::Max(top, one);
  }
  const double greatest = hn::GetLane(hn::MaxOfLanes(d, top));
  const double shrink = std::exp(sum.greatest - greatest);
  sum.greatest = greatest;
  for (double& part : sum.parts) part *= shrink;
  const V high = hn::Set(d, greatest);
  for (std::size_t i = begin; i < end; i += sum_lanes) {
    for (std::size_t lane = 0; lane < sum_lanes; lane += hn::Lanes(d)) {
      const V value = hn::Exp(d, hn::Sub(hn::Load(d, e + (i - begin) + lane), high));
      double* part = sum.parts.data() + lane;
      hn::StoreU(hn::MulAdd(value, hn::LoadU(d, k.weight + i + lane), hn::LoadU(d, part)), d, part);
    }
  }
}

}  // namespace
}  // namespace trigloop::tune::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trigloop::tune {
namespace {

HWY_EXPORT(AddTile);

/// What is left behind the last whole group of lanes, filled up with kernels of weight 0.
struct Rest {
  Rest(const KernelTerms& all, std::size_t begin) : terms(all) {
    const auto copy = [&](const double* from, std::size_t column, double fill) {
      double* to = numbers.data() + column * sum_lanes;
      std::fill(std::copy(from + begin, from + all.kernels, to), to + sum_lanes, fill);
      return to;
    };
    numbers.resize((2 + 2 * all.normals.size()) * sum_lanes);
    shapes.resize(all.tables.size() * sum_lanes);
    terms.base = copy(all.base, 0, all.base[begin]);
    terms.weight = copy(all.weight, 1, 0);
    std::size_t column = 2;
    for (KernelTerms::Normal& n : terms.normals) {
      n.mean = copy(n.mean, column++, 0);
      n.inverse = copy(n.inverse, column++, 1);
    }
    std::uint32_t* to = shapes.data();
    for (KernelTerms::Table& t : terms.tables) {
      std::copy(t.shape + begin, t.shape + all.kernels, to);
      t.shape = to;
      to += sum_lanes;
    }
  }
  KernelTerms terms;
  std::vector<double> numbers;
  std::vector<std::uint32_t> shapes;
};

}  // namespace

std::vector<double> log_sum(const KernelTerms& terms, std::size_t points) {
  std::vector<RunningSum> sums(points);
  const std::size_t whole = terms.kernels / sum_lanes * sum_lanes;
  for (std::size_t begin = 0; begin < whole; begin += tile_size) {
    const std::size_t end = std::min(begin + tile_size, whole);
    for (std::size_t p = 0; p < points; ++p) HWY_DYNAMIC_DISPATCH(AddTile)(terms, begin, end, p, sums[p]);
  }
  if (whole < terms.kernels) {
    const Rest rest(terms, whole);
    for (std::size_t p = 0; p < points; ++p) HWY_DYNAMIC_DISPATCH(AddTile)(rest.terms, 0, sum_lanes, p, sums[p]);
  }
  std::vector<double> logarithms;
  for (const RunningSum& s : sums) {
    double total = 0;
    for (const double part : s.parts) total += part;
    logarithms.push_back(std::log(total) + s.greatest);
  }
  return logarithms;
}

}  // namespace trigloop::tune
#endif
