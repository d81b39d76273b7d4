#pragma once
// Learning rates, one an epoch.
#include <cstdint>

namespace trigloop::train {

struct Schedule {
  enum class Kind : std::uint8_t {
    constant,
    cosine,   ///< linear warm-up, then half a cosine down to 0 at the last epoch ["CDW"]
    restarts  ///< the same in cycles, each longer and lower than the one before
  };
  Kind kind = Kind::constant;
  double highest = 1e-3;
  std::int64_t epochs = 0;        ///< cosine: of the whole stage
  std::int64_t warmup = 0;        ///< epochs (of each cycle)
  std::int64_t first_cycle = 32;  ///< restarts: epochs
  double cycle_multiplier = 2;    ///< restarts: length of a cycle over that of the one before
  double gamma = 0.5;             ///< restarts: height of a cycle over that of the one before

  /// The rate of an epoch, counted from 0.
  double rate(std::int64_t epoch) const;
};

}  // namespace trigloop::train
