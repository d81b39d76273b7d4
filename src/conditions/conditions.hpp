#pragma once
// What was valid when: by interval of lumisections the model in the firmware, thresholds, menu, prescales, the fill,
// and pile-up. One YAML file (docs/formats.md, "Conditions"), which names the files of luminosity and certification;
// its version is the hash of all of them.
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conditions/certification.hpp"
#include "conditions/luminosity.hpp"
#include "conditions/prescales.hpp"
#include "event/lumi.hpp"

namespace trigloop::conditions {

struct Interval {
  std::uint32_t run = 0;
  std::uint32_t first = 1, last = std::numeric_limits<std::uint32_t>::max();  ///< lumisections, both included
  std::string model;                               ///< SHA-256 of the model's file, or the beginning of it
  std::map<std::string, std::int64_t> thresholds;  ///< firmware integers by name
  std::string menu;
  std::string prescales;                    ///< a column of Conditions::prescales; "": those of the menu
  std::uint32_t fill = 0, bunches = 0;      ///< 0: not stated
  std::vector<std::string> filling_scheme;  ///< colliding crossings and ranges of them ("1-36"); empty: not stated
  std::optional<double> pileup;             ///< where no file of luminosity tells it
  int line = 0;                             ///< in the file
};

/// A mean number of collisions with its error.
struct PileUp {
  double value = 0, error = 0;
};

struct Conditions {
  std::string version;              ///< 64 hexadecimal digits
  std::vector<Interval> intervals;  ///< ascending
  Luminosity luminosity;
  PrescaleTable prescales;
  std::optional<Certification> certification;

  /// None, if no interval holds it.
  const Interval* at(event::LumiKey key) const noexcept;
  std::optional<PileUp> pileup(event::LumiKey key) const noexcept;
  /// The column that the interval names; none, if it names none.
  const Prescales* prescales_at(event::LumiKey key) const noexcept;
  /// Without a certification everything counts as certified.
  bool certified(event::LumiKey key) const noexcept;
};

/// Files that the text names are found from `folder`. Errors: usage, with the line, for anything unknown or malformed
/// for intervals that overlap (both are named), and for prescales that the table does not have; those of the files.
Conditions parse_conditions(std::string_view text, const std::string& name, const std::filesystem::path& folder);
Conditions load_conditions(const std::filesystem::path& path);

/// Lumisections between intervals of one run that no interval holds, and certified ones that none holds; in words.
std::vector<std::string> gaps_of(const Conditions& conditions);

}  // namespace trigloop::conditions
