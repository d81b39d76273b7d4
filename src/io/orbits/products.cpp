#include "io/orbits/products.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace trigloop::io::orbits {
namespace {

constexpr std::array<Name, 12> muon = {{{"hwPt", "hwPt_"},
                                        {"hwEta", "hwEta_"},
                                        {"hwPhi", "hwPhi_"},
                                        {"hwEtaAtVtx", "hwEtaAtVtx_"},
                                        {"hwPhiAtVtx", "hwPhiAtVtx_"},
                                        {"hwPtUnconstrained", "hwPtUnconstrained_"},
                                        {"hwQual", "hwQual_"},
                                        {"hwCharge", "hwChrg_"},
                                        {"hwChargeValid", "hwChrgv_"},
                                        {"hwIso", "hwIso_"},
                                        {"tfMuonIndex", "tfIndex_"},
                                        {"hwDXY", "hwDXY_"}}};
constexpr std::array<Name, 4> calo = {
    {{"hwPt", "hwEt_"}, {"hwEta", "hwEta_"}, {"hwPhi", "hwPhi_"}, {"hwIso", "hwIso_"}}};
/// Jets keep their quality where the others keep their isolation.
constexpr std::array<Name, 4> jet = {
    {{"hwPt", "hwEt_"}, {"hwEta", "hwEta_"}, {"hwPhi", "hwPhi_"}, {"hwQual", "hwIso_"}}};

constexpr std::array<Name, 9> stub = {{{"hwPhi", "hwPhi_"},
                                       {"hwPhiB", "hwPhiB_"},
                                       {"hwQual", "hwQual_"},
                                       {"hwEta", "hwEta_"},
                                       {"hwQEta", "hwQEta_"},
                                       {"station", "station_"},
                                       {"wheel", "wheel_"},
                                       {"sector", "sector_"},
                                       {"tag", "tag_"}}};

constexpr std::array<Kind, 5> kinds = {{{"L1Mu", "Muon", "GmtUnpacker", muon},
                                        {"L1EG", "EGamma", "CaloUnpacker", calo},
                                        {"L1Tau", "Tau", "CaloUnpacker", calo},
                                        {"L1Jet", "Jet", "CaloUnpacker", jet},
                                        {"L1BMTFStub", "BMTFStub", "Unpacker", stub}}};

constexpr std::array<SumName, 8> sums = {{{"hwTotalEt_", ""},
                                          {"hwTotalEtEm_", ""},
                                          {"hwMissEt_", "hwMissEtPhi_"},
                                          {"hwTotalHt_", ""},
                                          {"hwMissHt_", "hwMissHtPhi_"},
                                          {"hwMissEtHF_", "hwMissEtHFPhi_"},
                                          {"hwMissHtHF_", "hwMissHtHFPhi_"},
                                          {"towerCount_", ""}}};
constexpr Kind sums_kind{"L1EtSum", "BxSums", "CaloUnpacker", {}};

std::string_view last_part(std::string_view column) { return column.substr(column.rfind('/') + 1); }

constexpr std::string_view offsets_suffix = "obj.bxOffsets_", dropped_prefix = "Dropped.";

/// The branch that a column of offsets belongs to; empty, if it is another column.
std::string_view branch_of(std::string_view column) {
  const std::string_view name = last_part(column);
  return name.ends_with(offsets_suffix) ? name.substr(0, name.size() - offsets_suffix.size()) : std::string_view();
}

/// CLASS_MODULE_...: whether it is of this kind.
bool is_of(const Kind& kind, std::string_view branch) {
  const std::size_t end = branch.find('_');
  if (end == branch.npos) return false;
  const std::string_view module = branch.substr(end + 1, branch.find('_', end + 1) - end - 1);
  return branch.substr(0, end).ends_with(std::string(kind.object) + "OrbitCollection") &&
         module.find(kind.module) != module.npos;
}

class Finder {
 public:
  Finder(const SourceInfo& info, const TableInfo& tree) : info_(info), tree_(tree) {}

  Products find() {
    Products found;
    found.key = {column("EventAuxiliary.id_.run_"), column("EventAuxiliary.id_.luminosityBlock_"),
                 column("EventAuxiliary.id_.event_")};
    for (const Kind& kind : kinds) add(kind, found);
    add(sums_kind, found);
    for (const ColumnInfo& one : tree_.columns)
      if (one.name.starts_with(dropped_prefix))
        found.dropped.push_back({one.name.substr(dropped_prefix.size()), one.name});
    return found;
  }

 private:
  /// The column whose name ends so. Error: mismatch.
  std::string column(const std::string& name) const {
    const auto at = std::ranges::find_if(tree_.columns, [&](const ColumnInfo& c) { return last_part(c.name) == name; });
    if (at != tree_.columns.end()) return at->name;
    throw core::Error(core::ErrorCode::mismatch, "has no '" + core::escaped(name) + "'")
        .in("tree '" + tree_.name + "'")
        .file(info_.path.native())
        .remedy("Orbit files are those of CMSSW's L1 scouting: `trigloop inspect` shows what this one holds");
  }

  void add(const Kind& kind, Products& found) const {
    bool first = true;
    for (const ColumnInfo& one : tree_.columns) {
      const std::string branch(branch_of(one.name));
      if (branch.empty() || !is_of(kind, branch)) continue;
      if (first) {
        found.products.push_back(product(kind, branch, one.name));
      } else {
        found.unread.push_back({branch, std::string(kind.flat), "a second product of this kind; the first is read"});
      }
      first = false;
    }
  }

  Product product(const Kind& kind, const std::string& branch, const std::string& offsets) const {
    const auto member = [&](std::string_view name) { return column(branch + "obj.data_." + std::string(name)); };
    Product product{std::string(kind.flat), branch, offsets, {}, kind.members.empty(), {}};
    for (const Name& name : kind.members)
      product.members.push_back({product.flat + "_" + std::string(name.flat), member(name.stored)});
    if (!product.is_sums) return product;
    for (const SumName& name : sums) {
      product.members.push_back({std::string(name.amount), member(name.amount)});
      product.azimuths.push_back(name.azimuth.empty() ? "" : member(name.azimuth));
    }
    return product;
  }

  const SourceInfo& info_;
  const TableInfo& tree_;
};

}  // namespace

std::span<const Kind> object_kinds() noexcept { return kinds; }
std::span<const SumName> sum_names() noexcept { return sums; }

bool is_orbit_tree(const TableInfo& tree) {
  return tree.name == "Events" && std::ranges::any_of(tree.columns, [](const ColumnInfo& one) {
           const std::string_view branch = branch_of(one.name);
           return is_of(sums_kind, branch) ||
                  std::ranges::any_of(kinds, [&](const Kind& kind) { return is_of(kind, branch); });
         });
}

Products find_products(const SourceInfo& info, const TableInfo& tree) { return Finder(info, tree).find(); }

}  // namespace trigloop::io::orbits
