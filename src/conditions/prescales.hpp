#pragma once
// Prescales as the trigger runs them: a table with a row a seed and a column for each range of luminosity, as the
// prescale sets of CMS are. An interval of conditions names the column that was in use.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::conditions {

/// Prescale x 100 by seed, the unit of menu::Seed; 0: off.
using Prescales = std::map<std::string, std::uint32_t, std::less<>>;

/// Columns by name.
using PrescaleTable = std::map<std::string, Prescales, std::less<>>;

/// CSV: a header `seed,NAME,...`, then a line a seed. Errors, with the line: damaged (no such line, a prescale between
/// 0 and 1, with more than two decimals or beyond 24 bits); mismatch (a seed or a column twice).
PrescaleTable parse_prescales(std::string_view csv, const std::string& name);
PrescaleTable load_prescales(const std::filesystem::path& path);

}  // namespace trigloop::conditions
