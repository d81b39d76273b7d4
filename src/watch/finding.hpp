#pragma once
// What moved: a channel's best alternative with its size, its error and its begin, in the words of physics.
#include <cstdint>
#include <string>
#include <vector>

#include "event/lumi.hpp"

namespace trigloop::watch {

struct Finding {
  std::string channel;           ///< "raw 1 kHz", "Jet.pt", "Jet.phi"
  std::string object, quantity;  ///< "Jet", "pt"; rates: "rate" and the point's name
  std::string place;             ///< of a region: "phi 90..120 deg", "|eta| > 2.5"; else empty
  double low = 0, high = 0;      ///< of the place
  double size = 0, error = 0;    ///< relative change, one standard deviation
  double evidence = 0;           ///< log of the likelihood ratio since the change
  std::uint64_t since_step = 0;  ///< the observation with which it began
  event::LumiKey since;
  bool muted = false;  ///< part of an alarm: it raises no other
};

/// "jet pt +3.1 +- 0.4 % since LS 412"
std::string words_of(const Finding& finding);

/// A region of a histogram in physics units: "phi 90..105 deg", "eta 1.2..1.6"; hardware units for unknown objects.
struct Place {
  std::string text;
  double low = 0, high = 0;
};
Place place_of(const std::string& object, const std::string& quantity, double low, double high);
std::string place_text(const std::string& quantity, double low, double high);

/// "pt@58-68": what is counted, and at which |eta| of hardware units; "pt": everywhere.
struct RegionalQuantity {
  std::string quantity;
  bool regional = false;
  double low = 0, high = 0;  ///< 0: no upper end
};
RegionalQuantity regional(const std::string& quantity);
/// "|eta| < 1.5", "|eta| 1.5..2.5", "|eta| > 2.5", between the middles of adjacent hardware values.
Place eta_place(const std::string& object, const RegionalQuantity& of);

/// What most likely happened, from all that moved: an energy scale, a dead or a noisy region, pile-up, or what moved
/// most.
struct Cause {
  std::string kind;  ///< "energy-scale", "dead-region", "noisy-region", "pile-up", "rate", "shape"
  std::string text;
};
/// The strongest first; at least one.
Cause cause_of(const std::vector<Finding>& findings);

}  // namespace trigloop::watch
