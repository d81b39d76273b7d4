#pragma once
// The inner loops of the Tiler: items of jagged columns to rows of features, by small transposes in registers. Arrays
// have room for `lane_padding` elements more than n, which may be read and written.
#include <cstddef>
#include <cstdint>

namespace trigloop::event {

inline constexpr std::size_t lane_padding = 16;

/// Of events with items [start[i], start[i] + count[i]): where items j.. of each are, and how many of four are there.
/// Where none is, the position is 0, which is never far from the memory of a column.
void place_items(const std::uint32_t* start, const std::uint32_t* count, std::size_t n, std::uint32_t j,
                 std::uint32_t* position, std::uint32_t* kept);

/// rows[r][i] = r < kept[i] ? data[position[i] + r] : 0, for r < 4. Four values are read whatever `kept` says; rows
/// that are not wanted are null, behind those that are.
void gather_rows(const std::int16_t* data, const std::uint32_t* position, const std::uint32_t* kept, std::size_t n,
                 std::int16_t* const rows[4]);
void gather_rows(const float* data, const std::uint32_t* position, const std::uint32_t* kept, std::size_t n,
                 float* const rows[4]);

/// to[i] = from[i], for exactly n values. False if some value does not fit; then `to` means nothing.
bool narrow_values(const std::int32_t* from, std::size_t n, std::int16_t* to);

}  // namespace trigloop::event
