#include "conditions/luminosity.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "conditions/csv.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

namespace trigloop::conditions {
namespace {

using core::Error;
using core::ErrorCode;

/// Where the columns are.
struct Header {
  static constexpr std::size_t absent = ~std::size_t{0};
  std::size_t run = absent, ls = absent, delivered = absent, recorded = absent, pileup = absent;

  explicit Header(std::string_view line) {
    if (line.starts_with('#')) line.remove_prefix(1);
    const auto names = split(line, ',');
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].starts_with("run")) run = i;
      if (names[i] == "ls") ls = i;
      if (names[i].starts_with("delivered")) delivered = i;
      if (names[i].starts_with("recorded")) recorded = i;
      if (names[i] == "avgpu") pileup = i;
    }
  }
  bool whole() const { return run != absent && ls != absent && pileup != absent; }
};

/// Adds one line; false, if it is none.
bool add_line(Luminosity& all, const Header& header, std::string_view line, bool& twice) {
  const auto cells = split(line, ',');
  const auto cell = [&](std::size_t i) { return i < cells.size() ? cells[i] : std::string_view(); };
  const auto run = split(cell(header.run), ':'), ls = split(cell(header.ls), ':');
  const auto run_number = number<std::uint32_t>(run.front()), ls_number = number<std::uint32_t>(ls.front());
  const auto pileup = number<double>(cell(header.pileup));
  if (!run_number || !ls_number || !pileup || !(*pileup >= 0)) return false;
  LumiRow row;
  row.pileup = *pileup;
  if (run.size() > 1) row.fill = number<std::uint32_t>(run[1]).value_or(0);
  if (header.delivered != Header::absent) row.delivered = number<double>(cell(header.delivered)).value_or(0);
  if (header.recorded != Header::absent) row.recorded = number<double>(cell(header.recorded)).value_or(0);
  twice = !all.emplace(event::LumiKey{*run_number, *ls_number}, row).second;
  return true;
}

}  // namespace

Luminosity parse_luminosity(std::string_view text, const std::string& name) {
  Luminosity all;
  std::optional<Header> header;
  std::size_t number_of_line = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number_of_line;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (!header) {
      // Lines of comments may stand before the header, and behind the data.
      if (const Header candidate(line); candidate.whole()) header = candidate;
      continue;
    }
    if (line.starts_with('#')) continue;
    bool twice = false;
    const std::string place = "line " + std::to_string(number_of_line);
    if (!add_line(all, *header, line, twice))
      throw Error(ErrorCode::damaged, "is no row of luminosity").in(place).file(name);
    if (twice) throw Error(ErrorCode::mismatch, "its lumisection came before").in(place).file(name);
  }
  if (!header) {
    throw Error(ErrorCode::mismatch, "has no header with the columns run:fill, ls and avgpu")
        .file(name)
        .remedy("Make it by `brilcalc lumi --byls -o FILE`");
  }
  return all;
}

Luminosity load_luminosity(const std::filesystem::path& path) {
  return parse_luminosity(core::read_text(path, 1u << 30), path.native());
}

}  // namespace trigloop::conditions
