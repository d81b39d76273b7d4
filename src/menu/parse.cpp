// YAML to menu: GeV, eta and radians become the integers of menu.hpp here, and nowhere else.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/prescale.hpp"
#include "core/text.hpp"
#include "core/yaml.hpp"
#include "menu/distance.hpp"
#include "menu/menu.hpp"

namespace trigloop::menu {
namespace {

using core::Section;

constexpr std::int32_t no_limit = std::numeric_limits<std::int32_t>::max();
constexpr double largest_gev = 1e5, largest_eta = 10;

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (std::size_t k = 0; k < kinds; ++k) names.emplace_back(name_of(static_cast<Kind>(k)));
  return names;
}

std::int32_t up(double codes) { return static_cast<std::int32_t>(std::ceil(codes)); }
std::int32_t down(double codes) { return static_cast<std::int32_t>(std::floor(codes)); }

/// `pt` means at least, `pt_above` more than, `pt_below` less than so many GeV (towers: counts).
Window<std::int32_t> parse_pt(const Section& in, Kind kind, std::int32_t muon_offset) {
  const double per_gev = kind == Kind::towers ? 1 : 2;
  const std::int32_t offset = kind == Kind::mu ? muon_offset : 0;
  Window<std::int32_t> pt{1, no_limit};
  if (in.has("pt") && in.has("pt_above")) throw in.error("pt_above", "stands beside 'pt'; give one of them");
  if (in.has("pt")) pt.low = up(in.number("pt", 0, largest_gev) * per_gev) + offset;
  if (in.has("pt_above")) pt.low = down(in.number("pt_above", 0, largest_gev) * per_gev) + offset + 1;
  if (in.has("pt_below")) pt.high = up(in.number("pt_below", 0, largest_gev) * per_gev) + offset - 1;
  pt.low = std::max(pt.low, 1);
  if (pt.low > pt.high) throw in.error("pt_below", "leaves no pt");
  return pt;
}

/// Codes of the bins that |eta| <= `eta` touches. Calorimeter code n is the bin from n to n + 1, muon code n is
/// centred.
Window<std::int32_t> codes_within(Kind kind, double eta) {
  if (kind != Kind::mu) return {down(-eta / calo_eta_unit), down(eta / calo_eta_unit)};
  const std::int32_t edge = down(eta / muon_eta_unit + 0.5);
  return {-edge, edge};
}

std::int64_t integer_of(const Section& in, const std::string& key, const std::string& text, std::int64_t low,
                        std::int64_t high) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < low || value > high) {
    throw in.error(key, "holds '" + text + "' where an integer from " + std::to_string(low) + " to " +
                            std::to_string(high) + " is needed");
  }
  return value;
}

Window<std::int32_t> parse_eta_codes(const Section& in) {
  const std::vector<std::string> bounds = in.texts("eta_codes");
  if (bounds.size() != 2) throw in.error("eta_codes", "must be [lowest, highest]");
  const auto code = [&](std::size_t i) {
    return static_cast<std::int32_t>(integer_of(in, "eta_codes", bounds[i], INT16_MIN, INT16_MAX));
  };
  return {code(0), code(1)};
}

void parse_eta(const Section& in, Leg& leg) {
  if (in.has("eta") && in.has("eta_codes")) throw in.error("eta_codes", "stands beside 'eta'; give one of them");
  if (in.has("eta")) leg.eta = codes_within(leg.kind, in.number("eta", 0, largest_eta));
  if (in.has("eta_codes")) leg.eta = parse_eta_codes(in);
  if (in.has("eta_beyond")) leg.not_eta = codes_within(leg.kind, in.number("eta_beyond", 0, largest_eta));
  if (is_sum(leg.kind) && (!leg.eta.open() || leg.not_eta.low <= leg.not_eta.high)) {
    throw in.error(in.has("eta") ? "eta" : in.has("eta_codes") ? "eta_codes" : "eta_beyond", "a sum has no eta");
  }
}

std::uint32_t parse_isolation(const Section& in) {
  std::uint32_t mask = 0;
  for (const std::string& one : in.texts("isolation")) mask |= 1u << integer_of(in, "isolation", one, 0, 31);
  if (mask == 0) throw in.error("isolation", "is empty");
  return mask;
}

void parse_properties(const Section& in, Leg& leg) {
  if (in.has("isolation")) leg.isolation = parse_isolation(in);
  if (in.has("quality")) leg.quality = ~0u << in.integer("quality", 0, 15);
  if (in.has("charge")) leg.charge = in.choice("charge", {"positive", "negative"}) == "positive" ? 1 : -1;
  const auto only_for = [&](const char* key, bool allowed, const char* whom) {
    if (in.has(key) && !allowed) throw in.error(key, std::string("only ") + whom + " have it");
  };
  only_for("isolation", leg.kind == Kind::eg || leg.kind == Kind::tau, "EG and TAU");
  only_for("quality", leg.kind == Kind::mu || leg.kind == Kind::jet, "MU and JET");
  only_for("charge", leg.kind == Kind::mu, "MU");
}

Leg parse_leg(const Section& in, std::int32_t muon_offset) {
  const std::vector<std::string> names = kind_names();
  Leg leg;
  leg.kind = static_cast<Kind>(std::ranges::find(names, in.choice("object", names)) - names.begin());
  leg.pt = parse_pt(in, leg.kind, muon_offset);
  parse_eta(in, leg);
  parse_properties(in, leg);
  return leg;
}

std::vector<Leg> parse_legs(const Section& in, std::int32_t muon_offset) {
  std::vector<Leg> legs;
  for (const Section& one : in.sections("legs")) {
    const Leg leg = parse_leg(one, muon_offset);
    const auto count = one.integer("count", 1, max_legs, 1);
    if (is_sum(leg.kind) && count > 1) throw one.error("count", "an event has each sum once");
    legs.insert(legs.end(), static_cast<std::size_t>(count), leg);
    if (legs.size() > max_legs) throw one.error("", "is beyond leg " + std::to_string(max_legs));
    one.refuse_unknown();
  }
  if (legs.empty()) throw in.error("legs", "is empty");
  return legs;
}

std::vector<std::uint8_t> parse_leg_numbers(const Section& in, std::size_t legs) {
  std::vector<std::uint8_t> numbers;
  if (!in.has("legs")) {
    for (std::size_t i = 0; i < legs; ++i) numbers.push_back(static_cast<std::uint8_t>(i));
  } else {
    for (const std::string& one : in.texts("legs")) {
      const auto number = integer_of(in, "legs", one, 1, static_cast<std::int64_t>(legs));
      numbers.push_back(static_cast<std::uint8_t>(number - 1));
    }
  }
  std::ranges::sort(numbers);
  if (std::ranges::adjacent_find(numbers) != numbers.end()) throw in.error("legs", "names a leg twice");
  if (numbers.size() < 2) throw in.error(in.has("legs") ? "legs" : "", "a correlation needs two legs");
  return numbers;
}

/// Bounds KEY_min and KEY_max in units of 1 / scale; squared where `power` is 2. Both bounds are allowed values.
Window<std::int64_t> parse_bounds(const Section& in, const std::string& key, double scale, int power, double largest) {
  Window<std::int64_t> window;
  // Half of a part in 10^9 is forgiven: a limit like 1.4 squared is no exact double.
  const auto value = [&](const std::string& name) { return std::pow(in.number(name, 0, largest), power) * scale; };
  if (in.has(key + "_min")) window.low = static_cast<std::int64_t>(std::ceil(value(key + "_min") * (1 - 5e-10)));
  if (in.has(key + "_max")) window.high = static_cast<std::int64_t>(std::floor(value(key + "_max") * (1 + 5e-10)));
  if (window.low > window.high) throw in.error(key + "_max", "is below '" + key + "_min'");
  return window;
}

void check_correlation(const Section& in, const Combination& combination, const Correlation& correlation) {
  const bool distance = !correlation.d_eta.open() || !correlation.d_phi.open() || !correlation.d_r2.open();
  if (distance && correlation.legs.size() != 2) throw in.error("", "a distance is between two legs");
  const bool needs_eta = !correlation.d_eta.open() || !correlation.d_r2.open() || !correlation.mass2.open();
  for (const std::uint8_t number : correlation.legs) {
    const Kind kind = combination.legs[number].kind;
    const std::string leg = "leg " + std::to_string(number + 1) + " (" + std::string(name_of(kind)) + ")";
    if (needs_eta && is_sum(kind)) throw in.error("", leg + " has no eta");
    if (!correlation.d_phi.open() &&
        (kind == Kind::et || kind == Kind::etem || kind == Kind::ht || kind == Kind::towers))
      throw in.error("", leg + " has no direction");
    if (correlation.charges != Charges::any && kind != Kind::mu) throw in.error("charges", leg + " has no charge");
  }
}

Correlation parse_correlation(const Section& in, const Combination& combination) {
  Correlation correlation;
  correlation.legs = parse_leg_numbers(in, combination.legs.size());
  correlation.d_eta = parse_bounds(in, "deta", 1e3, 1, 20);
  correlation.d_phi = parse_bounds(in, "dphi", 1e3, 1, 4);
  correlation.d_r2 = parse_bounds(in, "dr", 1e6, 2, 20);
  correlation.mass2 = parse_bounds(in, "mass", 2e4, 2, 1e6);
  const std::string charges = in.choice("charges", {"any", "opposite", "same"}, "any");
  correlation.charges = charges == "opposite" ? Charges::opposite : charges == "same" ? Charges::same : Charges::any;
  check_correlation(in, combination, correlation);
  in.refuse_unknown();
  return correlation;
}

/// Reads the expression of a seed, which becomes an OR of ANDs of combinations.
class ExpressionParser {
 public:
  using Alternatives = std::vector<std::vector<std::uint32_t>>;
  explicit ExpressionParser(Menu& menu) : menu_(menu) {}

  Alternatives operator()(const Section& in) {
    const int forms = int{in.has("legs")} + int{in.has("all_of")} + int{in.has("any_of")};
    if (forms != 1)
      throw in.error("", forms == 0 ? "asks for nothing" : "asks in more than one way")
          .remedy("Give one of legs, all_of, any_of");
    if (in.has("legs")) return {{combination(in)}};
    const bool all = in.has("all_of");
    const std::string key = all ? "all_of" : "any_of";
    std::optional<Alternatives> result;
    for (const Section& one : in.sections(key)) {
      Alternatives next = (*this)(one);
      one.refuse_unknown();
      result = !result ? std::move(next) : all ? product(*result, next) : sum(std::move(*result), next);
      if (result->size() > max_alternatives)
        throw in.error(key, "has more than " + std::to_string(max_alternatives) + " alternatives");
    }
    if (!result) throw in.error(key, "is empty");
    return std::move(*result);
  }

 private:
  static Alternatives product(const Alternatives& left, const Alternatives& right) {
    Alternatives both;
    for (const auto& a : left) {
      for (const auto& b : right) {
        auto& one = both.emplace_back(a);
        for (const std::uint32_t number : b) {
          if (std::ranges::find(one, number) == one.end()) one.push_back(number);
        }
      }
    }
    return both;
  }
  static Alternatives sum(Alternatives left, const Alternatives& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
  }

  std::uint32_t combination(const Section& in) {
    Combination one;
    one.legs = parse_legs(in, menu_.muon_pt_offset);
    if (in.has("correlations")) {
      for (const Section& correlation : in.sections("correlations"))
        one.correlations.push_back(parse_correlation(correlation, one));
    }
    const auto found = std::ranges::find(menu_.combinations, one);
    const auto number = static_cast<std::uint32_t>(found - menu_.combinations.begin());
    if (found == menu_.combinations.end()) menu_.combinations.push_back(std::move(one));
    return number;
  }

  Menu& menu_;
};

std::uint32_t parse_prescale(const Section& in) {
  const double factor = in.number("prescale", 0, core::largest_prescale, 1);
  if (const char* fault = core::prescale_fault(factor)) throw in.error("prescale", fault);
  return core::prescale_code(factor);
}

Seed parse_seed(const Section& in, Menu& menu) {
  Seed seed;
  seed.name = in.text("name");
  if (seed.name.empty()) throw in.error("name", "is empty");
  seed.index =
      static_cast<std::uint32_t>(in.integer("index", 0, UINT32_MAX, static_cast<std::int64_t>(menu.seeds.size())));
  seed.prescale = parse_prescale(in);
  if (in.has("column")) {
    seed.column = in.text("column");
    if (seed.column.empty()) throw in.error("column", "is empty");
  } else {
    seed.alternatives = ExpressionParser(menu)(in);
  }
  in.refuse_unknown();
  return seed;
}

void parse_seeds(const Section& in, Menu& menu) {
  std::vector<std::string> names;
  std::size_t alternatives = 0;
  for (const Section& one : in.sections("seeds")) {
    if (menu.seeds.size() == max_seeds) throw one.error("", "is beyond seed " + std::to_string(max_seeds));
    menu.seeds.push_back(parse_seed(one, menu));
    names.push_back(menu.seeds.back().name);
    alternatives += menu.seeds.back().alternatives.size();
    if (alternatives > max_all_alternatives)
      throw one.error("", "brings the menu beyond " + std::to_string(max_all_alternatives) + " alternatives");
  }
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end()) throw in.error("seeds", "has two seeds of the name '" + *twice + "'");
}

void parse_sum_types(const Section& in, Menu& menu) {
  for (std::size_t k = object_kinds; k < kinds; ++k) {
    const std::string name(name_of(static_cast<Kind>(k)));
    menu.sum_types[k] = static_cast<std::int32_t>(in.integer(name, 0, 255, menu.sum_types[k]));
  }
  in.refuse_unknown();
}

/// The order of the scouting stream's list: totalEt, totalEtEm, missEt, totalHt, missHt, missEtHF, missHtHF,
/// towerCount.
void default_sum_types(Menu& menu) {
  for (std::size_t k = object_kinds; k < kinds; ++k) menu.sum_types[k] = static_cast<std::int32_t>(k - object_kinds);
}

}  // namespace

Menu parse_menu(std::string_view text, const std::string& name) {
  const core::YamlNode root = core::parse_yaml(text, name);
  const Section in(root, name);
  const auto version = in.integer("trigloop_menu", 1, INT64_MAX);
  if (version > 1) {
    throw in.error("trigloop_menu", "is " + std::to_string(version) + "; this trigloop knows version 1")
        .remedy("Use a newer trigloop");
  }
  Menu menu;
  menu.name = in.text("name");
  menu.about = in.text("about", "");
  menu.muon_pt_offset = static_cast<std::int32_t>(in.integer("muon_pt_offset", 0, 16, 1));
  default_sum_types(menu);
  if (in.has("sum_types")) parse_sum_types(in.section("sum_types"), menu);
  if (in.has("bits")) {
    const Section bits = in.section("bits");
    menu.bits.columns = bits.texts("columns");
    if (bits.has("except")) menu.bits.except = bits.texts("except");
    bits.refuse_unknown();
  }
  if (in.has("seeds")) parse_seeds(in, menu);
  if (menu.seeds.empty() && menu.bits.columns.empty()) throw in.error("seeds", "the menu has no seed");
  in.refuse_unknown();
  return menu;
}

Menu load_menu(const std::filesystem::path& path) {
  return parse_menu(core::read_text(path, core::YamlLimits{}.bytes), path.native());
}

}  // namespace trigloop::menu
