#pragma once
// The inner loop of the Tiler: items of jagged columns to rows of features, by small transposes in registers.
//
// For events i = 0..n-1, with n a multiple of 8: rows[r][i] = r < kept[i] ? data[position[i] + r] : 0, for r < 4. At
// position[i] four values are read whatever `kept` says, so positions must stay within a column and its padding; rows
// may be written up to the next multiple of 8. `rows[r]` may be null where fewer than four are wanted.
#include <cstddef>
#include <cstdint>

namespace trigloop::event {

void gather_rows(const std::int16_t* data, const std::uint32_t* position, const std::uint8_t* kept, std::size_t n,
                 std::int16_t* const rows[4]);
void gather_rows(const float* data, const std::uint32_t* position, const std::uint8_t* kept, std::size_t n,
                 float* const rows[4]);

}  // namespace trigloop::event
