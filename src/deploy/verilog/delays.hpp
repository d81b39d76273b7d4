#pragma once
// How fast devices are, as far as a circuit that is not placed can tell. The defaults are a Virtex-7 of speed grade 2.
#include <string_view>

namespace trigloop::deploy {

/// What bits wait for, in ns.
struct DelayModel {
  double table = 0.500;      ///< a look-up table and the way to it
  double chain = 0.325;      ///< from the table onto a carry chain, and off it
  double carry = 0.050;      ///< along a carry chain, for each four bits
  double registers = 0.350;  ///< clock to output, set-up, the clock's own uncertainty
};

/// Of a part as Vivado names it ("xc7vx690tffg1927-2", "xcvu13p-flga2577-2-e"): of its family and speed grade, the
/// slowest grade if it has none; of another vendor's, that of the slowest family.
DelayModel delays_of(std::string_view part);

/// Cells instead of time: a table is one, a carry cell of four bits another.
inline constexpr DelayModel cells_in_line{1, 1, 1, 0};

}  // namespace trigloop::deploy
