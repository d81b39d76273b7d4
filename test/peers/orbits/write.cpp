// Writes orbit files from a flat ntuple, with ROOT. Compiled by ROOT itself (make_orbits.py).
#include <TClass.h>
#include <TFile.h>
#include <TTree.h>
#include <TVirtualStreamerInfo.h>

#include <memory>
#include <string>
#include <vector>

#include "classes.h"
using namespace l1ScoutingRun3;

namespace {
constexpr int most = 256;
struct Flat {
  unsigned run, ls, bx, orbit;
  int nMu, nEG, nTau, nJet, nSum;
  short muPt[most], muEta[most], muPhi[most], muQual[most], muCharge[most];
  short egPt[most], egEta[most], egPhi[most], egIso[most], tauPt[most], tauEta[most], tauPhi[most], tauIso[most];
  short jetPt[most], jetEta[most], jetPhi[most], jetQual[most];
  int sumPt[most], sumPhi[most], sumType[most];

  explicit Flat(TTree& t) {
    const auto a = [&](const char* name, auto* where) { t.SetBranchAddress(name, where); };
    a("run", &run), a("luminosityBlock", &ls), a("bunchCrossing", &bx), a("orbitNumber", &orbit);
    a("nL1Mu", &nMu), a("nL1EG", &nEG), a("nL1Tau", &nTau), a("nL1Jet", &nJet), a("nL1EtSum", &nSum);
    a("L1Mu_hwPt", muPt), a("L1Mu_hwEtaAtVtx", muEta), a("L1Mu_hwPhiAtVtx", muPhi), a("L1Mu_hwQual", muQual),
        a("L1Mu_hwCharge", muCharge);
    a("L1EG_hwPt", egPt), a("L1EG_hwEta", egEta), a("L1EG_hwPhi", egPhi), a("L1EG_hwIso", egIso);
    a("L1Tau_hwPt", tauPt), a("L1Tau_hwEta", tauEta), a("L1Tau_hwPhi", tauPhi), a("L1Tau_hwIso", tauIso);
    a("L1Jet_hwPt", jetPt), a("L1Jet_hwEta", jetEta), a("L1Jet_hwPhi", jetPhi), a("L1Jet_hwQual", jetQual);
    a("L1EtSum_hwPt", sumPt), a("L1EtSum_hwPhi", sumPhi), a("L1EtSum_etSumType", sumType);
  }
};

template <class T>
struct Product {
  edm::Wrapper<OrbitCollection<T>> wrapper, *pointer = &wrapper;
  void clear() { wrapper.obj = {}; }
  void add(const T& object) { wrapper.obj.data_.push_back(object); }
  void end_of(unsigned bx) { wrapper.obj.bxOffsets_[bx + 1] = wrapper.obj.data_.size(); }
  void fill_offsets() {
    auto& o = wrapper.obj.bxOffsets_;
    for (std::size_t i = 1; i < o.size(); ++i)
      if (o[i] < o[i - 1]) o[i] = o[i - 1];
  }
};

BxSums sums_of(const Flat& f) {
  BxSums s;
  int* pt[] = {&s.hwTotalEt_, &s.hwTotalEtEm_, &s.hwMissEt_,   &s.hwTotalHt_,
               &s.hwMissHt_,  &s.hwMissEtHF_,  &s.hwMissHtHF_, &s.towerCount_};
  int none = 0;
  int* phi[] = {&none, &none, &s.hwMissEtPhi_, &none, &s.hwMissHtPhi_, &s.hwMissEtHFPhi_, &s.hwMissHtHFPhi_, &none};
  for (int i = 0; i < f.nSum; ++i) *pt[f.sumType[i]] = f.sumPt[i], *phi[f.sumType[i]] = f.sumPhi[i];
  return s;
}

template <class T>
T calo(int et, int eta, int phi, int iso) {
  T o;
  o.hwEt_ = et, o.hwEta_ = eta, o.hwPhi_ = phi, o.hwIso_ = iso;
  return o;
}
}  // namespace

/// `split`: ROOT's split level; `by_members`: how vectors of objects are stored that are not split; `dense`: crossings
/// of an orbit, which are numbered from 1 then, as are the orbits of a lumisection; 0: as the ntuple has them. Returns
/// the number of orbits.
int write_orbits(const char* in, const char* out, int split, int compression, bool by_members, int flush, long rows,
                 int dense) {
  TVirtualStreamerInfo::SetStreamMemberWise(by_members);
  std::unique_ptr<TFile> input(TFile::Open(in));
  TTree& flat = *input->Get<TTree>("Events");
  Flat f(flat);
  TFile output(out, "RECREATE", "", compression);
  auto* tree = new TTree("Events", "");
  auto* aux = new edm::EventAuxiliary;
  tree->Branch("EventAuxiliary", &aux, 16384, 0);
  Product<Muon> mu;
  Product<EGamma> eg;
  Product<Tau> tau;
  Product<Jet> jet;
  Product<BxSums> sum;
  const auto branch = [&](const char* what, const char* maker, const char* instance, auto& product) {
    const std::string name =
        std::string("l1ScoutingRun3") + what + "OrbitCollection_" + maker + "_" + instance + "_SCPU.";
    tree->Branch(name.c_str(), &product.pointer, 16384, split);
  };
  branch("Muon", "l1ScGmtUnpacker", "Muon", mu);
  branch("EGamma", "l1ScCaloUnpacker", "EGamma", eg);
  branch("Tau", "l1ScCaloUnpacker", "Tau", tau);
  branch("Jet", "l1ScCaloUnpacker", "Jet", jet);
  branch("BxSums", "l1ScCaloUnpacker", "EtSum", sum);
  tree->SetAutoFlush(flush);
  const auto each = [&](auto action) { action(mu), action(eg), action(tau), action(jet), action(sum); };
  const auto fill = [&] {
    each([](auto& product) { product.fill_offsets(); });
    tree->Fill();
    each([](auto& product) { product.clear(); });
  };
  const long entries = rows > 0 ? std::min<long>(rows, flat.GetEntries()) : flat.GetEntries();
  int orbits = 0;
  unsigned first = 0;
  for (long i = 0; i < entries; ++i) {
    flat.GetEntry(i);
    if (i == 0) first = f.orbit;
    const unsigned bx = dense > 0 ? i % dense + 1 : f.bx, orbit = dense > 0 ? first + i / dense : f.orbit;
    if (orbits == 0 || orbit != unsigned(aux->id_.event_)) {
      if (orbits++) fill();
      aux->processHistoryID_.hash_ = "0123456789abcdef", aux->processGUID_ = "fedcba9876543210";
      aux->id_.run_ = f.run, aux->id_.event_ = aux->orbitNumber_ = orbit;
      if (dense == 0 || orbits == 1) aux->id_.luminosityBlock_ = aux->luminosityBlock_ = f.ls;
    }
    for (int k = 0; k < f.nMu; ++k) {
      Muon m;
      m.hwPt_ = f.muPt[k], m.hwEtaAtVtx_ = f.muEta[k], m.hwPhiAtVtx_ = f.muPhi[k];
      m.hwEta_ = f.muEta[k] + 1, m.hwPhi_ = f.muPhi[k] + 1;  // others than at the vertex
      m.hwQual_ = f.muQual[k], m.hwChrg_ = f.muCharge[k];
      mu.add(m);
    }
    for (int k = 0; k < f.nEG; ++k) eg.add(calo<EGamma>(f.egPt[k], f.egEta[k], f.egPhi[k], f.egIso[k]));
    for (int k = 0; k < f.nTau; ++k) tau.add(calo<Tau>(f.tauPt[k], f.tauEta[k], f.tauPhi[k], f.tauIso[k]));
    for (int k = 0; k < f.nJet; ++k) jet.add(calo<Jet>(f.jetPt[k], f.jetEta[k], f.jetPhi[k], f.jetQual[k]));
    sum.add(sums_of(f));
    each([&](auto& product) { product.end_of(bx); });
  }
  fill();
  tree->Write("", TObject::kOverwrite);
  return orbits;
}
