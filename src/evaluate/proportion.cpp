#include "evaluate/proportion.hpp"

#include <boost/math/special_functions/beta.hpp>
#include <cassert>

namespace trigloop::evaluate {

Proportion proportion(std::uint64_t count, std::uint64_t total, double coverage) {
  assert(count <= total);
  Proportion p{count, total};
  const auto k = static_cast<double>(count), n = static_cast<double>(total);
  const double tail = (1 - coverage) / 2;
  // Quantiles of beta distributions: the shares at which so many events or more (or fewer) are as rare as `tail`.
  if (count > 0) p.low = boost::math::ibeta_inv(k, n - k + 1, tail);
  if (count < total) p.high = boost::math::ibetac_inv(k + 1, n - k, tail);
  return p;
}

}  // namespace trigloop::evaluate
