#pragma once
// Engines run a quantised network over tiles of events. All engines give the same integers; they differ in speed.
//
// An Engine is immutable and shared by all threads; a Stream is the private state of one of them (scratch memory, or
// later a queue of an accelerator). The virtual call is one a tile, never one an event.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.hpp"

namespace trigloop::score {

/// Events as an engine reads them: feature f of event e is data[f * stride + e]. No alignment is needed.
struct TileView {
  const std::int16_t* data = nullptr;
  std::size_t stride = 0;  ///< values between two features; at least `lanes`
  std::size_t lanes = 0;   ///< events
  /// Where the tile that will be scored next begins (same stride), or null: it is fetched into the cache meanwhile.
  const std::int16_t* next = nullptr;
};

/// The private state of one thread that scores.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Codes of the network's output: output o of event e goes to codes[o * tile.lanes + e]. Any number of events, also
  /// 0.
  virtual void run(const TileView& tile, std::int32_t* codes) = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string_view name() const noexcept = 0;  ///< "reference", "simd"
  virtual std::string_view isa() const noexcept = 0;   ///< "avx512vnni", ...: what really runs
  virtual std::size_t features() const noexcept = 0;   ///< of the input
  virtual std::size_t outputs() const noexcept = 0;    ///< codes an event; 1 for a score
  virtual int fraction() const noexcept = 0;           ///< output value = code x 2^-fraction
  virtual std::unique_ptr<Stream> stream() const = 0;
};

/// The names that make_engine knows, the best first.
std::vector<std::string> engine_names();

/// Error: unsupported, if the output is a float or needs more than 32 bits; mismatch, if there are no nodes.
void require_integer_scores(const model::Graph& graph);

/// Compiles `graph` for the engine `name` ("": $TRIGLOOP_ENGINE if set, else the best). Errors: usage (unknown name, or
/// an instruction set in $TRIGLOOP_FORCE_ISA that this machine lacks); those of require_integer_scores.
std::shared_ptr<const Engine> make_engine(const model::Graph& graph, std::string_view name = "");

}  // namespace trigloop::score
