#pragma once
// The header of a .npy file: magic, version, and a Python dictionary of three keys.
//
// Format: NumPy's "A Simple File Format for NumPy Arrays" (numpy.lib.format), versions 1.0, 2.0 and 3.0. The dictionary
// is read by a small grammar of our own (strings, booleans, tuples of integers): nothing is ever evaluated.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/array/array.hpp"

namespace trigloop::io::npy {

struct Header {
  std::string descr;  ///< NumPy's type string, "<f4"; a structured type as it stands ("[('x', '<f4')]")
  array::Order order = array::Order::c;
  std::vector<std::uint64_t> shape;  ///< empty for a scalar
  std::uint64_t bytes = 0;           ///< where the values begin
};

/// The first bytes of every .npy file.
inline constexpr std::string_view magic = "\x93NUMPY";
/// A header never needs more than this for numeric arrays of 32 dimensions; longer ones are refused.
inline constexpr std::size_t max_header_bytes = 64u << 10;

/// Parses a header from the first bytes of a file (max_header_bytes, or all there are). Errors: damaged, with the byte;
/// unsupported, for versions above 3.
Header parse_header(std::span<const std::byte> bytes);

/// A version 1.0 header whose length is a multiple of 64.
std::string make_header(event::Type type, std::span<const std::uint64_t> shape);

}  // namespace trigloop::io::npy
