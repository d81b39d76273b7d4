#pragma once
// Where others look on while a pass examines its input: the stores of single stages are written this way.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "event/tile.hpp"
#include "io/source.hpp"
#include "scout/record/contribution.hpp"

namespace trigloop::scout {

/// Sees every tile of a pass with its scores. `worker` is below Pass::workers() and never the same for two calls at a
/// time; tiles come in any order, each entry once. Duplicates are not taken out: taps see what the input holds.
class Tap {
 public:
  virtual ~Tap() = default;
  /// `codes` has tile.size score codes.
  virtual void take(unsigned worker, const event::Tile& tile, std::span<const std::int32_t> codes) = 0;
};

/// The taps of one input.
class TapSet {
 public:
  virtual ~TapSet() = default;
  virtual std::vector<Tap*> taps() const = 0;
  /// Makes what they wrote visible. The input has been read once, whole; it is not finished in the books yet, so a
  /// crash in between makes all of it be written again.
  virtual void commit() = 0;
};
using TapMaker = std::function<std::unique_ptr<TapSet>(const io::Source& source, const InputId& input)>;

}  // namespace trigloop::scout
