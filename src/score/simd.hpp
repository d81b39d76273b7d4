#pragma once
// The SIMD engine: runs a Plan with the widest instructions that the machine has.
#include <span>
#include <string_view>

#include "core/buffer.hpp"
#include "score/engine.hpp"
#include "score/plan.hpp"

namespace trigloop::score {

/// Memory of one thread.
struct Scratch {
  explicit Scratch(const Plan& plan);
  core::AlignedBuffer<std::int32_t> rows;   ///< plan.rows() of tile_lanes
  core::AlignedBuffer<std::int16_t> input;  ///< a copy of a part of a tile that is no full vector
  core::AlignedBuffer<std::int32_t> codes;  ///< the score of such a part
  Exact::Arena planes;
};

/// Runs at most tile_lanes events. `codes` is strided: output o of event e goes to codes[o * stride + e].
using RunTile = void (*)(const Plan& plan, Scratch& scratch, const TileView& tile, std::int32_t* codes,
                         std::size_t stride);

/// The kernels for one kind of machine.
struct Isa {
  std::string_view name;  ///< "scalar", "ssse3", "sse4", "avx2", "avx512", "avx512vnni", "neon"
  std::size_t lanes;      ///< int32 values in a vector
  RunTile run;
};

/// Plain loops, written for reading: runs anywhere, and is what the kernels are compared with.
Isa scalar_isa();

/// What this machine can run, the best first; "scalar" is the last.
std::span<const Isa> available_isas();

/// The best, or $TRIGLOOP_FORCE_ISA. Error: usage, if that is not available here.
const Isa& chosen_isa();

class SimdEngine final : public Engine {
 public:
  explicit SimdEngine(Plan plan, const Isa& isa = chosen_isa());

  std::string_view name() const noexcept override { return "simd"; }
  std::string_view isa() const noexcept override { return isa_.name; }
  std::size_t features() const noexcept override { return plan_.features(); }
  std::size_t outputs() const noexcept override { return plan_.outputs(); }
  int fraction() const noexcept override { return plan_.fraction(); }
  std::unique_ptr<Stream> stream() const override;
  const Plan& plan() const noexcept { return plan_; }

 private:
  Plan plan_;
  const Isa& isa_;
};

}  // namespace trigloop::score
