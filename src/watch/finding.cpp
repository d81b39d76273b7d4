#include "watch/finding.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

namespace trigloop::watch {
namespace {

/// What the trigger calls EG is an e/gamma to people.
std::string object_words(const std::string& object) {
  if (object == "EG") return "e/gamma";
  if (object == "Mu") return "muon";
  if (object == "Jet") return "jet";
  if (object == "MET" || object == "EtSum") return "missing energy";
  return object;
}

std::string objects_words(const std::string& object) {
  return object == "Mu" || object == "Jet" ? object_words(object) + "s" : object_words(object);
}

std::string lumi_words(event::LumiKey key) { return fmt::format("run {} LS {}", key.run, key.lumisection); }

std::string subject(const Finding& finding) {
  if (finding.object == "rate") return finding.quantity + " rate";
  if (finding.object == "score") return "scores";
  if (finding.quantity == "count") return fmt::format("number of {} an event", objects_words(finding.object));
  if (!finding.place.empty() && finding.quantity != "pt")
    return fmt::format("{} at {}", objects_words(finding.object), finding.place);
  return object_words(finding.object) + " " + finding.quantity;
}

double eta_unit(const std::string& object) { return object == "Mu" ? 0.010875 : 0.0435; }

}  // namespace

std::string place_text(const std::string& quantity, double low, double high) {
  return quantity == "phi" ? fmt::format("phi {:.0f}..{:.0f} deg", low, high)
                           : fmt::format("{} {:.2g}..{:.2g}", quantity, low, high);
}

Place place_of(const std::string& object, const std::string& quantity, double low, double high) {
  // Hardware units of the Level-1 trigger: uGT manual, as ../docs/simulation.md uses them.
  const bool muon = object == "Mu",
             known = muon || object == "EG" || object == "Jet" || object == "MET" || object == "EtSum";
  const double unit = quantity == "phi" ? (muon ? 360.0 / 576 : 360.0 / 144) : eta_unit(object);
  if (!known) return {fmt::format("{} {:g}..{:g}", quantity, low, high), low, high};
  return {place_text(quantity, low * unit, high * unit), low * unit, high * unit};
}

std::string words_of(const Finding& finding) {
  const bool at_eta = finding.quantity == "pt" && !finding.place.empty();
  return fmt::format("{} {:+.1f} +- {:.1f} %{} since {}", subject(finding), 100 * finding.size, 100 * finding.error,
                     at_eta ? " at " + finding.place : "", lumi_words(finding.since));
}

RegionalQuantity regional(const std::string& quantity) {
  const std::size_t at = quantity.find('@');
  if (at == std::string::npos) return {quantity, false, 0, 0};
  RegionalQuantity of{quantity.substr(0, at), true, 0, 0};
  std::istringstream in(quantity.substr(at + 1));
  char dash = 0;
  in >> of.low >> dash >> of.high;
  return of;
}

Place eta_place(const std::string& object, const RegionalQuantity& of) {
  const double unit = eta_unit(object);
  const double low = of.low == 0 ? 0 : (of.low - 0.5) * unit, high = of.high == 0 ? 0 : (of.high + 0.5) * unit;
  if (low == 0) return {fmt::format("|eta| < {:.2g}", high), low, high};
  if (high == 0) return {fmt::format("|eta| > {:.2g}", low), low, high};
  return {fmt::format("|eta| {:.2g}..{:.2g}", low, high), low, high};
}

}  // namespace trigloop::watch
