#include "report/quantity.hpp"

#include <numbers>

namespace trigloop::report {
namespace {

// Steps of the Level-1 trigger's integers (CMS uGT interface): energies 0.5 GeV; calorimeter objects 0.0435 in eta and
// 144 bins in phi; muons a quarter of both.
constexpr double energy_step = 0.5, eta_step = 0.0435, phi_step = 2 * std::numbers::pi / 144;

}  // namespace

Quantity quantity_of(const event::Layout& layout, const event::Collection& collection, const std::string& field) {
  if (layout.name != event::cms_l1_scouting) {
    return {collection.name + " " + field, layout.hardware ? "hardware steps" : "", 1};
  }
  const double fine = collection.name == "Mu" ? 0.25 : 1;
  if (field == "pt" && collection.name == "EtSum") return {"transverse energy", "GeV", energy_step};
  if (field == "pt") return {"transverse momentum", "GeV", energy_step};
  if (field == "eta") return {"pseudorapidity \u03b7", "", eta_step * fine};
  if (field == "phi") return {"azimuth \u03c6", "rad", phi_step * fine};
  return {collection.name + " " + field, "", 1};
}

}  // namespace trigloop::report
