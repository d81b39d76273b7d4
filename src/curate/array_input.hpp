#pragma once
// Events in dense arrays: HDF5, .npz, Zarr.
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "curate/input.hpp"

namespace trigloop::curate {

/// Which columns hold what.
struct ArrayColumns {
  std::string table, objects;
  std::array<std::string, side_count> sides;  ///< "" where there is none
  /// Of packed files: what stands there is (x - bias) / scale of the objects of `settings`, in their order.
  std::optional<Scaling> scaling = std::nullopt;
};

/// `objects` is (N, rows, 3), or (N, 57): MET, 4 e/gammas, 4 muons, 10 jets in a row. `hashed`: batches carry their
/// content's hash. Errors: mismatch, if the columns do not fit together or an object is wanted that is not there.
std::unique_ptr<EventInput> open_arrays(std::shared_ptr<const io::Source> source, const ArrayColumns& columns,
                                        const Settings& settings, bool hashed);

/// Where an object of each kind begins among the 19 of (N, 57), and how many there are.
inline constexpr std::array<std::uint32_t, object_kinds> packed_first = {0, 1, 5, 9}, packed_count = {1, 4, 4, 10};
/// The row among those 19. Error: mismatch, naming the object.
std::uint32_t packed_row(const Object& object);

}  // namespace trigloop::curate
