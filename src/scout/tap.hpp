#pragma once
// Where others look on while a pass examines its input: the stores of single stages are written this way.
#include <cstdint>
#include <span>

#include "event/tile.hpp"

namespace trigloop::scout {

/// Sees every tile of a pass with its scores. `worker` is below Pass::workers() and never the same for two calls at a
/// time; tiles come in any order, each entry once. Duplicates are not taken out: taps see what the input holds.
class Tap {
 public:
  virtual ~Tap() = default;
  /// `codes` has tile.size score codes.
  virtual void take(unsigned worker, const event::Tile& tile, std::span<const std::int32_t> codes) = 0;
};

}  // namespace trigloop::scout
