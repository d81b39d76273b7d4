// The text form of drifts.
#include <array>
#include <charconv>
#include <string_view>

#include "core/error.hpp"
#include "core/text.hpp"
#include "simulate/drift.hpp"

namespace trigloop::simulate {
namespace {

const std::array<std::string, 5> kind_names = {"jet-scale", "dead-region", "noisy-tower", "pile-up", "bunch-fill"};
const std::array<std::string, 6> key_names = {"start", "size", "ramp", "rate", "eta", "phi"};

[[noreturn]] void fail(const std::string& text, const std::string& reason, const std::string& remedy) {
  throw core::Error(core::ErrorCode::usage, reason).in("drift '" + text + "'").remedy(remedy);
}

template <std::size_t N>
std::size_t find(const std::string& text, const std::string& kind, std::string_view word,
                 const std::array<std::string, N>& names) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == word) return i;
  }
  const std::string near = core::nearest(word, names);
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  fail(text, "there is no " + kind + " '" + std::string(word) + "'",
       near.empty() ? "Known: " + list : "Did you mean '" + near + "'?");
}

/// A number that takes the whole of `word`, with an optional sign and one of the units that it may carry.
double number(const std::string& text, std::string_view word, std::string_view unit, double factor = 1) {
  const std::string_view whole = word;
  if (!unit.empty() && word.ends_with(unit))
    word.remove_suffix(unit.size());
  else
    factor = 1;
  if (word.starts_with('+')) word.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  if (read.ec != std::errc() || read.ptr != word.data() + word.size() || !(value > -1e15 && value < 1e15))
    fail(text, "'" + std::string(whole) + "' is not a number", "Write such as +3%, 20GeV, LS412, -1..0.5");
  return value * factor;
}

std::uint64_t position(const std::string& text, std::string_view word) {
  if (word.starts_with("LS")) word.remove_prefix(2);
  const double value = number(text, word, "");
  if (value < 0 || value != static_cast<double>(static_cast<std::uint64_t>(value)))
    fail(text, "a start or ramp is a whole number", "Write start=LS412, or start=100000 for an event");
  return static_cast<std::uint64_t>(value);
}

void read_range(const std::string& text, std::string_view word, double (&range)[2]) {
  const auto dots = word.find("..");
  range[0] = number(text, word.substr(0, dots), "");
  range[1] = dots == word.npos ? range[0] : number(text, word.substr(dots + 2), "");
}

void read_key(const std::string& text, Drift& d, std::string_view key, std::string_view value) {
  switch (find(text, "setting", key, key_names)) {
    case 0:
      d.by_lumisection = value.starts_with("LS");
      d.start = position(text, value);
      break;
    case 1:
      if (d.kind == DriftKind::noisy_tower)
        d.size = number(text, value, "GeV");
      else
        d.size = d.kind == DriftKind::bunch_fill ? number(text, value, "") : number(text, value, "%", 0.01);
      break;
    case 2:
      d.ramp = position(text, value);
      break;
    case 3:
      d.rate = number(text, value, "%", 0.01);
      break;
    case 4:
      read_range(text, value, d.eta);
      break;
    default:
      read_range(text, value, d.phi);
  }
}

void check(const std::string& text, const Drift& d, bool sized) {
  const bool share = d.kind == DriftKind::dead_region;
  if (!sized && !share) fail(text, "the size is missing", "Add size=..., such as size=+3%");
  if (d.kind == DriftKind::jet_scale && !(d.size > -0.9 && d.size < 9))
    fail(text, "the jet scale can move by -90 % to +900 %", "A usual size is +3%");
  if (d.kind == DriftKind::pile_up && !(d.size >= -1 && d.size < 9))
    fail(text, "the pile-up can change by -100 % to +900 %", "A usual size is +20%");
  if (share && !(d.size > 0 && d.size <= 1)) fail(text, "a region loses 0 to 100 % of its energy", "Write size=100%");
  if (d.kind == DriftKind::noisy_tower && !(d.size > 0 && d.size <= 1000))
    fail(text, "a noisy tower adds up to 1000 GeV", "Write such as size=20GeV");
  if (!(d.rate >= 0 && d.rate <= 1)) fail(text, "a rate is 0 to 100 %", "Write such as rate=10%");
  const bool in_eta = d.eta[0] >= -5 && d.eta[0] <= d.eta[1] && d.eta[1] <= 5;
  if (!in_eta || !(d.phi[0] >= 0 && d.phi[0] <= 360 && d.phi[1] >= 0 && d.phi[1] <= 360))
    fail(text, "the place is outside the detector", "eta is -5..5 (rising), phi 0..360 degrees");
  if (d.kind == DriftKind::bunch_fill && !(d.size >= 1 && d.size <= 3564))
    fail(text, "1 to 3564 bunches collide", "Write such as size=2448");
}

}  // namespace

Drift parse_drift(const std::string& text) {
  const auto colon = text.find(':');
  Drift d;
  d.kind = static_cast<DriftKind>(find(text, "drift", std::string_view(text).substr(0, colon), kind_names));
  if (d.kind == DriftKind::dead_region) d.size = 1;
  if (d.kind == DriftKind::noisy_tower) d.eta[0] = d.eta[1] = d.phi[0] = d.phi[1] = 0;
  bool sized = false;
  std::string_view rest = colon == text.npos ? std::string_view() : std::string_view(text).substr(colon + 1);
  while (!rest.empty()) {
    const auto part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const auto equals = part.find('=');
    if (equals == part.npos) fail(text, "'" + std::string(part) + "' has no value", "Write key=value");
    read_key(text, d, part.substr(0, equals), part.substr(equals + 1));
    sized |= part.starts_with("size=");
  }
  check(text, d, sized);
  return d;
}

}  // namespace trigloop::simulate
