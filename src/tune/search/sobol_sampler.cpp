#include "tune/search/sobol_sampler.hpp"

#include <boost/random/sobol.hpp>

#include "core/error.hpp"
#include "core/random.hpp"
#include "tune/search/draw.hpp"
#include "tune/search/random_sampler.hpp"

namespace trigloop::tune {
namespace {

std::uint32_t reversed(std::uint32_t x) {
  x = (x >> 16) | (x << 16);
  x = ((x & 0xFF00FF00u) >> 8) | ((x & 0x00FF00FFu) << 8);
  x = ((x & 0xF0F0F0F0u) >> 4) | ((x & 0x0F0F0F0Fu) << 4);
  x = ((x & 0xCCCCCCCCu) >> 2) | ((x & 0x33333333u) << 2);
  return ((x & 0xAAAAAAAAu) >> 1) | ((x & 0x55555555u) << 1);
}

/// Every bit changes by a hash of those above it: a random tree of exchanged halves.
std::uint32_t scrambled(std::uint32_t x, std::uint32_t seed) {
  x = reversed(x) + seed;
  x ^= x * 0x6C50B47Cu;
  x ^= x * 0xB82F1E52u;
  x ^= x * 0xC7AFE638u;
  x ^= x * 0x8D22F6E6u;
  return reversed(x);
}

}  // namespace

std::vector<double> sobol_point(std::uint64_t seed, std::uint64_t number, std::size_t dimensions) {
  constexpr std::size_t most = 3667;
  if (dimensions > most) throw core::Error(core::ErrorCode::limit, "Sobol's sequence has 3,667 dimensions at most");
  boost::random::sobol sequence(dimensions);
  if (number > 0) sequence.seed(number - 1);  // Boost leaves the first point out, which is 0 before it is scrambled
  std::vector<double> point;
  for (std::size_t d = 0; d < dimensions; ++d) {
    core::Philox random(seed, d);
    const auto high = number > 0 ? static_cast<std::uint32_t>(sequence() >> 32) : 0;
    point.push_back((static_cast<double>(scrambled(high, random())) + 0.5) * 0x1p-32);
  }
  return point;
}

Suggestion SobolSampler::suggest(const History&, const Space& space, std::int64_t number, const Fixed& fixed) {
  const auto point = sobol_point(seed_, static_cast<std::uint64_t>(number), space.dimensions().size());
  return {fill(space, fixed, [&](std::size_t d, const Interval& line) { return from_unit(line, point[d]); }), {}};
}

}  // namespace trigloop::tune
