#include "score/simd.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/error.hpp"

namespace trigloop::score {
namespace {

class SimdStream final : public Stream {
 public:
  SimdStream(const Plan& plan, const Isa& isa) : plan_(plan), isa_(isa), scratch_(plan) {}

  void run(const TileView& tile, std::int32_t* codes) override {
    for (std::size_t begin = 0; begin < tile.lanes; begin += tile_lanes) {
      const std::size_t lanes = std::min(tile_lanes, tile.lanes - begin);
      const std::int16_t* next = begin + tile_lanes < tile.lanes ? tile.data + begin + tile_lanes : tile.next;
      isa_.run(plan_, scratch_, {tile.data + begin, tile.stride, lanes, next}, codes + begin, tile.lanes);
    }
  }

 private:
  const Plan& plan_;
  const Isa& isa_;
  Scratch scratch_;
};

}  // namespace

Scratch::Scratch(const Plan& plan)
    : rows(plan.rows() * tile_lanes),
      input(plan.features() * tile_lanes),
      codes(tile_lanes),
      planes(plan.exact().arena()) {
  std::ranges::fill(rows.span(), 0);
  std::ranges::fill(input.span(), std::int16_t{0});
}

const Isa& chosen_isa() {
  const std::span<const Isa> available = available_isas();
  const char* forced = std::getenv("TRIGLOOP_FORCE_ISA");
  if (forced == nullptr || *forced == '\0') return available.front();
  const auto found = std::ranges::find(available, std::string_view(forced), &Isa::name);
  if (found != available.end()) return *found;
  std::string names;
  for (const Isa& isa : available) names += (names.empty() ? "" : ", ") + std::string(isa.name);
  throw core::Error(core::ErrorCode::usage,
                    "TRIGLOOP_FORCE_ISA asks for '" + core::escaped(forced) + "', which this machine cannot run")
      .remedy("Choose one of: " + names);
}

SimdEngine::SimdEngine(Plan plan, const Isa& isa) : plan_(std::move(plan)), isa_(isa) {}

std::unique_ptr<Stream> SimdEngine::stream() const { return std::make_unique<SimdStream>(plan_, isa_); }

}  // namespace trigloop::score
