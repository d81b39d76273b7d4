#include "tune/search/random_sampler.hpp"

#include "tune/search/draw.hpp"

namespace trigloop::tune {

std::vector<Parameter> fill(const Space& space, const Fixed& fixed,
                            const std::function<double(std::size_t, const Interval&)>& choose) {
  std::vector<Parameter> all;
  all.reserve(space.dimensions().size());
  for (std::size_t d = 0; d < space.dimensions().size(); ++d) {
    const Dimension& dimension = space.dimensions()[d];
    if (!Space::is_active(dimension, all)) continue;
    const Interval line = interval(*dimension.distribution);
    const auto set = fixed.find(dimension.name);
    const double value = set != fixed.end() ? set->second : line.low == line.high ? line.low : choose(d, line);
    all.push_back({dimension.name, line.snapped(value), dimension.distribution});
  }
  return all;
}

Suggestion RandomSampler::suggest(const History&, const Space& space, std::int64_t number, const Fixed& fixed) {
  core::Philox random(seed_, static_cast<std::uint64_t>(number));
  return {fill(space, fixed, [&](std::size_t, const Interval& line) { return from_unit(line, uniform(random)); }), {}};
}

}  // namespace trigloop::tune
