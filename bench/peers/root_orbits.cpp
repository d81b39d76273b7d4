// ROOT's own way through an orbit file: a TTree::GetEntry loop over the branches that tiles need, into the classes
// themselves. Compiled by ROOT with the dictionaries of test/peers/orbits/classes.h (root_orbits.py does it).
#include <TBranch.h>
#include <TFile.h>
#include <TTree.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "classes.h"
using namespace l1ScoutingRun3;

namespace {

double cpu_seconds() { return double(std::clock()) / CLOCKS_PER_SEC; }

template <class T>
struct Collection {
  edm::Wrapper<OrbitCollection<T>> wrapper, *pointer = &wrapper;
  const T* begin(unsigned bx) const { return wrapper.obj.data_.data() + wrapper.obj.bxOffsets_[bx]; }
  unsigned n(unsigned bx) const { return wrapper.obj.bxOffsets_[bx + 1] - wrapper.obj.bxOffsets_[bx]; }

  /// Of a split branch the members alone that are wanted; else all of it.
  void take(TTree& tree, const char* what, const std::vector<const char*>& members) {
    const std::string name = std::string("l1ScoutingRun3") + what;
    TBranch* branch = tree.GetBranch(name.c_str());
    if (branch == nullptr) throw std::runtime_error("no branch " + name);
    tree.SetBranchStatus(name.c_str(), true);
    if (branch->GetListOfBranches()->GetEntries() > 0) {
      tree.SetBranchStatus((name + "obj").c_str(), true);
      tree.SetBranchStatus((name + "obj.bxOffsets_").c_str(), true);
      if (!members.empty()) tree.SetBranchStatus((name + "obj.data_").c_str(), true);
      for (const char* member : members) {
        unsigned found = 0;
        tree.SetBranchStatus((name + "obj.data_." + member).c_str(), true, &found);
        if (found == 0) throw std::runtime_error(name + " has no " + member);
      }
    }
    // Only now: the address goes to the branches that are read.
    if (tree.SetBranchAddress(name.c_str(), &pointer) < 0) throw std::runtime_error("no address for " + name);
  }
};

}  // namespace

/// CPU seconds of the loop. With a `dump`, features (events, 57) int16 and keys (events, 4) uint32 are written, too.
double root_orbits(const char* path, const char* dump) {
  const std::unique_ptr<TFile> file(TFile::Open(path));
  TTree& tree = *file->Get<TTree>("Events");
  tree.SetBranchStatus("*", false);
  edm::EventAuxiliary aux, *aux_pointer = &aux;
  tree.SetBranchStatus("EventAuxiliary*", true);
  tree.SetBranchAddress("EventAuxiliary", &aux_pointer);
  Collection<Muon> mu;
  Collection<EGamma> eg;
  Collection<Tau> tau;
  Collection<Jet> jet;
  Collection<BxSums> sum;
  const std::vector<const char*> calo = {"hwEt_", "hwEta_", "hwPhi_"};
  mu.take(tree, "MuonOrbitCollection_l1ScGmtUnpacker_Muon_SCPU.", {"hwPt_", "hwEtaAtVtx_", "hwPhiAtVtx_"});
  eg.take(tree, "EGammaOrbitCollection_l1ScCaloUnpacker_EGamma_SCPU.", calo);
  tau.take(tree, "TauOrbitCollection_l1ScCaloUnpacker_Tau_SCPU.", {});
  jet.take(tree, "JetOrbitCollection_l1ScCaloUnpacker_Jet_SCPU.", calo);
  sum.take(tree, "BxSumsOrbitCollection_l1ScCaloUnpacker_EtSum_SCPU.",
           {"hwTotalEt_", "hwTotalEtEm_", "hwMissEt_", "hwMissEtPhi_", "hwTotalHt_", "hwMissHt_", "hwMissHtPhi_",
            "hwMissEtHF_", "hwMissEtHFPhi_", "hwMissHtHF_", "hwMissHtHFPhi_", "towerCount_"});
  const bool writes = dump[0] != '\0';
  std::vector<std::int16_t> features;
  std::vector<std::uint32_t> keys;
  const auto fill = [&](unsigned bx) {
    const std::size_t at = features.size();
    features.resize(at + 57);
    std::int16_t* x = &features[at];
    if (sum.n(bx) > 0) x[0] = sum.begin(bx)->hwMissEt_, x[2] = sum.begin(bx)->hwMissEtPhi_;
    x += 3;
    const auto calo_objects = [&](const CaloObject* o, unsigned n, unsigned wanted) {
      for (unsigned i = 0; i < wanted; ++i, x += 3)
        if (i < n) x[0] = o[i].hwEt_, x[1] = o[i].hwEta_, x[2] = o[i].hwPhi_;
    };
    calo_objects(eg.begin(bx), eg.n(bx), 4);
    for (unsigned i = 0; i < 4; ++i, x += 3) {
      const Muon* m = mu.begin(bx);
      if (i < mu.n(bx)) x[0] = m[i].hwPt_, x[1] = m[i].hwEtaAtVtx_, x[2] = m[i].hwPhiAtVtx_;
    }
    calo_objects(jet.begin(bx), jet.n(bx), 10);
    for (const std::uint32_t key : {aux.id_.run_, aux.id_.luminosityBlock_, std::uint32_t(aux.id_.event_), bx})
      keys.push_back(key);
  };
  const Long64_t entries = tree.GetEntries();
  const double start = cpu_seconds();
  for (Long64_t i = 0; i < entries; ++i) {
    if (tree.GetEntry(i) <= 0) throw std::runtime_error("read error");
    if (!writes) continue;
    for (unsigned bx = 1; bx <= 3564; ++bx)
      if (mu.n(bx) + eg.n(bx) + tau.n(bx) + jet.n(bx) + sum.n(bx) > 0) fill(bx);
  }
  const double seconds = cpu_seconds() - start;
  if (writes) {
    std::ofstream out(dump, std::ios::binary);
    out.write(reinterpret_cast<const char*>(features.data()), std::streamsize(features.size() * 2));
    out.write(reinterpret_cast<const char*>(keys.data()), std::streamsize(keys.size() * 4));
  }
  tree.ResetBranchAddresses();
  return seconds;
}
