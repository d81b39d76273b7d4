#pragma once
// A trigger menu: a list of seeds, each a question to the objects of one bunch crossing ("two muons above 15 and 7
// GeV?"). It is a YAML file (docs/formats.md, "Menus") in GeV and eta; parsing turns every cut into integers of the
// hardware, so that evaluation compares integers only, and gives the same answer on every machine.
//
// Units of the integers, those of CMS's global trigger (uGT):
//     pt, sums   0.5 GeV; a muon's code is 2 pt + muon_pt_offset
//     eta        codes as in the columns: 0.0435 (calorimeter), 0.010875 (muon)
//     distances  eta and phi in quarters of a calorimeter bin = muon bins; a calorimeter object sits at its bin's
//     centre.
//                Limits on them are in thousandths (dEta, dPhi), millionths (dR squared) and half-GeV^2 x 10^4 (mass
//                squared); src/menu/distance.hpp says how.
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace trigloop::menu {

/// What a leg asks for. The first four are objects, of which an event has several; the others are sums, one each.
enum class Kind : std::uint8_t { mu, eg, tau, jet, et, etem, met, ht, mht, methf, mhthf, towers };
inline constexpr std::size_t object_kinds = 4, kinds = 12;
constexpr bool is_sum(Kind kind) noexcept { return static_cast<std::size_t>(kind) >= object_kinds; }
/// "MU", "EG", ..., as in the YAML.
std::string_view name_of(Kind kind) noexcept;

/// Inclusive bounds.
template <class T>
struct Window {
  T low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
  constexpr bool holds(T value) const noexcept { return low <= value && value <= high; }
  constexpr bool open() const noexcept { return *this == Window{}; }
  bool operator==(const Window&) const = default;
};

/// One object that a combination needs, in hardware integers. An item whose pt code is 0 or less is no object.
struct Leg {
  Kind kind = Kind::mu;
  Window<std::int32_t> pt{1, std::numeric_limits<std::int32_t>::max()};
  Window<std::int32_t> eta;                      ///< must lie in this
  Window<std::int32_t> not_eta{1, 0};            ///< and not in this (empty: low > high)
  std::uint32_t isolation = ~0u, quality = ~0u;  ///< bit v: value v passes; all ones: anything does
  std::int8_t charge = 0;                        ///< +1 or -1; 0: any
  bool operator==(const Leg&) const = default;
};

enum class Charges : std::uint8_t { any, opposite, same };

/// What two or more legs of a combination must have in common. Distances are for two legs.
struct Correlation {
  std::vector<std::uint8_t> legs;           ///< numbers of legs, ascending
  Window<std::int64_t> d_eta, d_phi, d_r2;  ///< 1e-3, 1e-3, 1e-6
  Window<std::int64_t> mass2;               ///< sum over pairs of p_i p_j (cosh dEta - cos dPhi) x 1e4, p in 0.5 GeV
  Charges charges = Charges::any;           ///< of more than two legs, `opposite` means: not all the same
  bool operator==(const Correlation&) const = default;
};

/// Different objects, one a leg, that pass all correlations.
struct Combination {
  std::vector<Leg> legs;
  std::vector<Correlation> correlations;
  bool operator==(const Combination&) const = default;
};

/// Fires if all combinations of any one alternative are there. Combinations are independent: two of them may be met by
/// the same object, as in the uGT, where a seed is an expression of conditions.
struct Seed {
  std::string name;
  std::uint32_t index = 0;  ///< bit number in the trigger's menu, for people
  /// Prescale x 100, the uGT's 24-bit factor with two decimals: 100 counts every event, 0 switches the seed off.
  std::uint32_t prescale = 100;
  std::vector<std::vector<std::uint32_t>> alternatives;  ///< numbers of combinations of the menu
  std::string column;                                    ///< a stored bit in place of alternatives: the column's name
};

/// Stored decisions: each column that some pattern (with `*`) matches becomes a seed, unless some `except` matches it.
struct StoredBits {
  std::vector<std::string> columns, except;
};

struct Menu {
  std::string name, about;
  std::int32_t muon_pt_offset = 1;              ///< pt code of a muon of 0 GeV (uGT: 1)
  std::array<std::int32_t, kinds> sum_types{};  ///< of sums: the value in the type column, or the place without one
  std::vector<Combination> combinations;        ///< each once, however many seeds need it
  std::vector<Seed> seeds;
  StoredBits bits;

  /// What the menu does, as one text: names, indices, prescales, integers of all cuts; not its name or comments.
  std::string canonical() const;
  /// 32 hexadecimal digits: XXH3-128 of the canonical text. Spectra of events that no seed took carry it.
  std::string id() const;
};

/// Limits on menus: seeds, legs of a combination, alternatives of a seed and of all.
inline constexpr std::size_t max_seeds = 1024, max_legs = 4, max_alternatives = 256, max_all_alternatives = 16384;

/// Parses a menu; `name` stands in messages as the file. Errors: usage, limit, with file and line.
Menu parse_menu(std::string_view text, const std::string& name);
Menu load_menu(const std::filesystem::path& path);

/// The built-in menus, as YAML text. Error: usage, with the nearest name.
std::string_view builtin_menu_text(const std::string& name);
const std::vector<std::string>& builtin_menu_names();
/// A built-in menu by its name, or else a file.
Menu find_menu(const std::string& name_or_path);
inline constexpr const char* cms_run3 = "cms-run3";              ///< the default: unprescaled seeds of Run 3
inline constexpr const char* pythia_samples = "pythia-samples";  ///< twelve seeds in GeV, pt = code / 2
inline constexpr const char* stored_bits = "stored-bits";        ///< the input's own L1 bits, AXOL1TL's left out

}  // namespace trigloop::menu
