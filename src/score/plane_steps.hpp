#pragma once
// The steps that are no fast ones, for all instruction sets alike: codes between rows and planes, event by event.
#include "score/simd.hpp"

namespace trigloop::score {

/// The half of a row's lane.
inline std::int16_t& half_of(Scratch& scratch, const RowPlace& place, std::size_t lane) {
  return reinterpret_cast<std::int16_t*>(scratch.rows.data() + place.row + lane)[place.high ? 1 : 0];
}

/// A code on its way into a row and back.
inline void put(Scratch& scratch, const RowPlace& place, std::size_t lane, std::int32_t code) {
  if (place.split == 0) {
    half_of(scratch, place, lane) = static_cast<std::int16_t>(code);
  } else {
    const std::int32_t low = code & ((std::int32_t{1} << place.split) - 1);
    scratch.rows[place.row + lane] = static_cast<std::int32_t>(static_cast<std::uint32_t>(code >> place.split) << 16 |
                                                               static_cast<std::uint32_t>(low));
  }
}
inline std::int32_t get(Scratch& scratch, const RowPlace& place, std::size_t lane) {
  if (place.split == 0) return half_of(scratch, place, lane);
  const std::int32_t pair = scratch.rows[place.row + lane];
  return (pair >> 16) * (std::int32_t{1} << place.split) + (pair & 0xFFFF);
}

/// `event_of` tells which event stands in a lane of a row; lanes beyond the tile's events hold anything.
template <class EventOf>
void run_plane_step(const ExactStep& step, const Plan& plan, Scratch& scratch, const TileView& tile, std::int32_t*,
                    std::size_t, const EventOf&) {
  if (step.node == 0) {
    plan.exact().load(tile, scratch.planes);
  } else {
    plan.exact().run(step.node, scratch.planes, tile.lanes);
  }
}

template <class EventOf>
void run_plane_step(const PackStep& step, const Plan& plan, Scratch& scratch, const TileView& tile, std::int32_t*,
                    std::size_t, const EventOf& event_of) {
  for (const RowPlace& place : step.places)
    for (std::size_t lane = 0; lane < tile_lanes; ++lane)
      if (const std::size_t event = event_of(lane); event < tile.lanes)
        put(scratch, place, lane,
            static_cast<std::int32_t>(plan.exact().code(scratch.planes, step.node, place.feature, event)));
}

template <class EventOf>
void run_plane_step(const UnpackStep& step, const Plan& plan, Scratch& scratch, const TileView& tile, std::int32_t*,
                    std::size_t, const EventOf& event_of) {
  for (const RowPlace& place : step.places)
    for (std::size_t lane = 0; lane < tile_lanes; ++lane)
      if (const std::size_t event = event_of(lane); event < tile.lanes)
        plan.exact().set_code(scratch.planes, step.node, place.feature, event, get(scratch, place, lane));
}

template <class EventOf>
void run_plane_step(const OutputStep& step, const Plan& plan, Scratch& scratch, const TileView& tile,
                    std::int32_t* codes, std::size_t stride, const EventOf&) {
  for (std::size_t o = 0; o < plan.outputs(); ++o)
    for (std::size_t e = 0; e < tile.lanes; ++e)
      codes[o * stride + e] = static_cast<std::int32_t>(plan.exact().code(scratch.planes, step.node, o, e));
}

}  // namespace trigloop::score
