#include "watch/finding.hpp"

#include <fmt/format.h>

#include <cmath>

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
  if (!finding.place.empty()) return fmt::format("{} at {}", objects_words(finding.object), finding.place);
  return object_words(finding.object) + " " + finding.quantity;
}

}  // namespace

std::string place_text(const std::string& quantity, double low, double high) {
  return quantity == "phi" ? fmt::format("phi {:.0f}..{:.0f} deg", low, high)
                           : fmt::format("{} {:.2g}..{:.2g}", quantity, low, high);
}

Place place_of(const std::string& object, const std::string& quantity, double low, double high) {
  // Hardware units of the Level-1 trigger: uGT manual, as ../docs/simulation.md uses them.
  const bool muon = object == "Mu",
             known = muon || object == "EG" || object == "Jet" || object == "MET" || object == "EtSum";
  const double unit = quantity == "phi" ? (muon ? 360.0 / 576 : 360.0 / 144) : (muon ? 0.010875 : 0.0435);
  if (!known) return {fmt::format("{} {:g}..{:g}", quantity, low, high), low, high};
  return {place_text(quantity, low * unit, high * unit), low * unit, high * unit};
}

std::string words_of(const Finding& finding) {
  return fmt::format("{} {:+.1f} +- {:.1f} % since {}", subject(finding), 100 * finding.size, 100 * finding.error,
                     lumi_words(finding.since));
}

}  // namespace trigloop::watch
