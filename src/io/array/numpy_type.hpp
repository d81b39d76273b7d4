#pragma once
// NumPy's array-protocol type strings ("<i2", "|b1", ">f8"), which .npy and Zarr share.
#include <string>
#include <string_view>

#include "io/array/array.hpp"

namespace trigloop::io::array {

/// What a type string means. Error: unsupported, saying what it is and why it is not read (objects are pickled Python,
/// structured types, strings, complex numbers, dates, long doubles).
Encoding parse_numpy_type(std::string_view text);

/// "<i2" for int16: little-endian, or "|" where there is no byte order.
std::string numpy_type(event::Type type);

}  // namespace trigloop::io::array
