// The classes of CMSSW's orbit files with the members that are stored, and nothing else: names, order and versions are what
// a file is made of.
#pragma once
#include <string>
#include <vector>
#include "Rtypes.h"

template <class T>
class OrbitCollection {
 public:
  OrbitCollection() : bxOffsets_(3566, 0) {}
  std::vector<unsigned> bxOffsets_;
  std::vector<T> data_;
  ClassDefNV(OrbitCollection, 3)
};

namespace l1ScoutingRun3 {
struct Muon {
  int hwPt_ = 0, hwEta_ = 0, hwPhi_ = 0, hwQual_ = 0, hwChrg_ = 0, hwChrgv_ = 0, hwIso_ = 0, tfIndex_ = 0, hwEtaAtVtx_ = 0,
      hwPhiAtVtx_ = 0, hwPtUnconstrained_ = 0, hwDXY_ = 0;
};
struct CaloObject { int hwEt_ = 0, hwEta_ = 0, hwPhi_ = 0, hwIso_ = 0; };
struct Jet : CaloObject {};
struct EGamma : CaloObject {};
struct Tau : CaloObject {};
struct BxSums {
  int hwTotalEt_ = 0, hwTotalEtEm_ = 0, hwTotalHt_ = 0, hwMissEt_ = 0, hwMissEtPhi_ = 0, hwMissHt_ = 0, hwMissHtPhi_ = 0,
      hwMissEtHF_ = 0, hwMissEtHFPhi_ = 0, hwMissHtHF_ = 0, hwMissHtHFPhi_ = 0, hwAsymEt_ = 0, hwAsymHt_ = 0, hwAsymEtHF_ = 0,
      hwAsymHtHF_ = 0, minBiasHFP0_ = 0, minBiasHFM0_ = 0, minBiasHFP1_ = 0, minBiasHFM1_ = 0, towerCount_ = 0, centrality_ = 0;
};
}  // namespace l1ScoutingRun3

namespace edm {
struct Hash { std::string hash_; };
struct EventID { unsigned run_ = 0, luminosityBlock_ = 0; unsigned long long event_ = 0; ClassDefNV(EventID, 11) };
struct Timestamp { unsigned timeLow_ = 0, timeHigh_ = 0; };
struct EventAuxiliary {
  Hash processHistoryID_;
  EventID id_;
  std::string processGUID_;
  Timestamp time_;
  unsigned luminosityBlock_ = 0;
  bool isRealData_ = true;
  int experimentType_ = 1, bunchCrossing_ = 0, orbitNumber_ = 0, storeNumber_ = 0;
  ClassDefNV(EventAuxiliary, 14)
};
struct WrapperBase { virtual ~WrapperBase() {} };
template <class T>
struct Wrapper : WrapperBase {
  bool present = true;
  T obj;
  ClassDef(Wrapper, 4)
};
}  // namespace edm
#ifdef __CLING__
#pragma link C++ class l1ScoutingRun3::Muon+;
#pragma link C++ class l1ScoutingRun3::CaloObject+;
#pragma link C++ class l1ScoutingRun3::Jet+;
#pragma link C++ class l1ScoutingRun3::EGamma+;
#pragma link C++ class l1ScoutingRun3::Tau+;
#pragma link C++ class l1ScoutingRun3::BxSums+;
#pragma link C++ class std::vector<l1ScoutingRun3::Muon>+;
#pragma link C++ class std::vector<l1ScoutingRun3::Jet>+;
#pragma link C++ class std::vector<l1ScoutingRun3::EGamma>+;
#pragma link C++ class std::vector<l1ScoutingRun3::Tau>+;
#pragma link C++ class std::vector<l1ScoutingRun3::BxSums>+;
#pragma link C++ class OrbitCollection<l1ScoutingRun3::Muon>+;
#pragma link C++ class OrbitCollection<l1ScoutingRun3::Jet>+;
#pragma link C++ class OrbitCollection<l1ScoutingRun3::EGamma>+;
#pragma link C++ class OrbitCollection<l1ScoutingRun3::Tau>+;
#pragma link C++ class OrbitCollection<l1ScoutingRun3::BxSums>+;
#pragma link C++ class edm::Hash+;
#pragma link C++ class edm::EventID+;
#pragma link C++ class edm::Timestamp+;
#pragma link C++ class edm::EventAuxiliary+;
#pragma link C++ class edm::WrapperBase+;
#pragma link C++ class edm::Wrapper<OrbitCollection<l1ScoutingRun3::Muon>>+;
#pragma link C++ class edm::Wrapper<OrbitCollection<l1ScoutingRun3::Jet>>+;
#pragma link C++ class edm::Wrapper<OrbitCollection<l1ScoutingRun3::EGamma>>+;
#pragma link C++ class edm::Wrapper<OrbitCollection<l1ScoutingRun3::Tau>>+;
#pragma link C++ class edm::Wrapper<OrbitCollection<l1ScoutingRun3::BxSums>>+;
#endif
