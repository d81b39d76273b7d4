#pragma once
// A whole column as doubles: for small tables, where what is read is few numbers.
#include <cstdint>
#include <string>
#include <vector>

#include "io/source.hpp"

namespace trigloop::io {

/// All numbers of a column, row-major. Errors: those of Source::read; limit, if there are more than `most`.
std::vector<double> read_numbers(const Source& source, const std::string& table, const std::string& column,
                                 std::uint64_t most = std::uint64_t{1} << 28);

}  // namespace trigloop::io
