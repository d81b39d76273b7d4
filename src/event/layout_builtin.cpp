// The layouts that need no file. Text, not code: what `trigloop layout show` prints is what is used.
#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/text.hpp"
#include "event/layout.hpp"

namespace trigloop::event {
namespace {

// Objects, order and hardware units of AXOL1TL's 57 inputs; branch names of CMSSW's L1ScoutingNano with hardware
// values. Muons are taken at the vertex, as the emulator does since CMSSW's AXOL1TLCondition reads hwEtaAtVtx and
// hwPhiAtVtx.
constexpr std::string_view cms_text = R"(trigloop_layout: 1
name: cms-l1-scouting
about: CMS Level-1 scouting ntuple, hardware integers, the 57 inputs of AXOL1TL
table: Events
values: hardware
element: int16
key: {run: run, lumisection: luminosityBlock, orbit: orbitNumber, bunch_crossing: bunchCrossing}
orbits_seen: {table: LuminosityBlocks, run: run, lumisection: luminosityBlock, orbits: nOrbits}

collections:
  EtSum:
    counter: nL1EtSum
    columns:
      pt: {column: L1EtSum_hwPt, physical: L1EtSum_pt}
      phi: {column: L1EtSum_hwPhi, physical: L1EtSum_phi, exceeds: 4}
      type: {column: L1EtSum_etSumType, optional: true}
  EG:
    counter: nL1EG
    columns:
      pt: {column: L1EG_hwPt, physical: L1EG_pt}
      eta: {column: L1EG_hwEta, physical: L1EG_eta}
      phi: {column: L1EG_hwPhi, physical: L1EG_phi}
      iso: L1EG_hwIso
  Mu:
    counter: nL1Mu
    columns:
      pt: {column: L1Mu_hwPt, physical: L1Mu_pt}
      eta: {column: L1Mu_hwEtaAtVtx, physical: L1Mu_etaAtVtx}
      phi: {column: L1Mu_hwPhiAtVtx, physical: L1Mu_phiAtVtx}
      quality: L1Mu_hwQual
      charge: L1Mu_hwCharge
  Tau:
    counter: nL1Tau
    columns:
      pt: {column: L1Tau_hwPt, physical: L1Tau_pt}
      eta: {column: L1Tau_hwEta, physical: L1Tau_eta}
      phi: {column: L1Tau_hwPhi, physical: L1Tau_phi}
      iso: L1Tau_hwIso
  Jet:
    counter: nL1Jet
    columns:
      pt: {column: L1Jet_hwPt, physical: L1Jet_pt}
      eta: {column: L1Jet_hwEta, physical: L1Jet_eta}
      phi: {column: L1Jet_hwPhi, physical: L1Jet_phi}
      quality: L1Jet_hwQual

features:
  # Missing energy is the sum of type 2 (missEt). Files without the type column keep the order of the types.
  - {item_of: EtSum, where: {type: 2}, else_index: 2, fields: [pt, 0, phi]}
  - {objects_of: EG, first: 4, fields: [pt, eta, phi]}
  - {objects_of: Mu, first: 4, fields: [pt, eta, phi]}
  - {objects_of: Jet, first: 10, fields: [pt, eta, phi]}
)";

// A store of the pipeline that this one replaces: the same 57 features, made already.
constexpr std::string_view stage1_text = R"(trigloop_layout: 1
name: scouting-analyser-stage1
about: a group of the Scouting Analyser's stage 1
table: ""
values: hardware
element: int16
key: {run: RunNumber, lumisection: LuminosityBlock, orbit: OrbitNumber, bunch_crossing: BunchCrossing}
features:
  - {array: Data, length: 57}
)";
constexpr const char* stage1_name = "scouting-analyser-stage1";

}  // namespace

const std::vector<std::string>& builtin_layout_names() {
  static const std::vector<std::string> names{cms_l1_scouting, stage1_name};
  return names;
}

std::string_view builtin_layout_text(const std::string& name) {
  if (name == cms_l1_scouting) return cms_text;
  if (name == stage1_name) return stage1_text;
  core::Error error(core::ErrorCode::usage, "there is no built-in layout '" + name + "'");
  const std::string near = core::nearest(name, builtin_layout_names());
  throw error.remedy(near.empty() ? "`trigloop layout show` lists them" : "Did you mean '" + near + "'?");
}

Layout find_layout(const std::string& name_or_path) {
  const bool builtin = std::ranges::find(builtin_layout_names(), name_or_path) != builtin_layout_names().end();
  if (builtin) return parse_layout(builtin_layout_text(name_or_path), name_or_path);
  const bool path_like = name_or_path.find_first_of("/.") != std::string::npos;
  if (!path_like && !std::filesystem::exists(name_or_path)) builtin_layout_text(name_or_path);
  return load_layout(name_or_path);
}

}  // namespace trigloop::event
