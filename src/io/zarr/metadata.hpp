#pragma once
// The JSON of a Zarr v2 store: .zarray, .zgroup, .zattrs. Specification: zarr-specs, docs/v2/v2.0.rst.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/array/array.hpp"
#include "io/zarr/codec.hpp"

namespace trigloop::io::zarr {

/// What a .zarray says.
struct ArrayMeta {
  array::Layout layout;  ///< a scalar (shape []) is an array of one entry
  bool scalar = false;   ///< its only chunk is then called "0"
  Compressor compressor;
  std::vector<std::byte> fill;  ///< one stored value
  char separator = '.';

  /// The name of a chunk's file below the array's folder: "3.0" or "3/0".
  std::string chunk_name(std::span<const std::uint64_t> index) const;
};

/// Parses a .zarray. Errors: damaged (no JSON, a key is missing or of the wrong kind, absurd numbers); unsupported
/// (filters, by name; compressors and types that are not read).
ArrayMeta parse_array(std::string_view json);

/// Checks a .zgroup. Errors: damaged, unsupported.
void check_group(std::string_view json);

/// Checks that `json` is an object, as .zattrs must be; Python's NaN and Infinity are no JSON. Error: usage.
void check_attributes(std::string_view json);

/// A .zarray for rows of chunks with fill value 0.
std::string make_array(const ArrayMeta& meta);

/// The text of every .zgroup.
inline constexpr std::string_view group_json = "{\n    \"zarr_format\": 2\n}";

}  // namespace trigloop::io::zarr
