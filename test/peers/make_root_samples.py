"""Makes the small ROOT files of test/io/root/data with PyROOT: make_root_samples.py FOLDER.

small_CODEC.root: 40 entries in several baskets, in a folder, with an earlier cycle of the tree.
small_generated.root: the same without entry offsets (ROOT's kGenerateOffsetMap).
small_embedded.root: a tree that was written without flushing its baskets, with a TClonesArray.

make_root_samples.py FOLDER --big makes big.root alone: sparse, its tree beyond 2 GiB, with 64-bit positions.
"""

import os
import sys

import ROOT

ROOT.gInterpreter.Declare("""
#include "TClonesArray.h"
#include "TFile.h"
#include "TKey.h"
#include "TRandom3.h"
#include "TTree.h"
#include "TVector2.h"
#include <vector>
struct Hit { Int_t a; Float_t b; Short_t c; };

void flushed(const char* name, int compression, bool flush, bool generate) {
  TFile f(name, "RECREATE", "", compression);
  f.mkdir("sub")->cd();
  TTree t("t", "");
  if (generate) { ROOT::TIOFeatures features; features.Set("kGenerateOffsetMap"); t.SetIOFeatures(features); }
  Int_t n; Short_t pt[50]; Bool_t ok; Double32_t d; Double_t m[2][2]; std::vector<float> v; Hit hit; ULong64_t big;
  t.Branch("n", &n, "n/I"); t.Branch("pt", pt, "pt[n]/S"); t.Branch("ok", &ok, "ok/O"); t.Branch("d", &d, "d/d[0,0,10]");
  t.Branch("m", m, "m[2][2]/D"); t.Branch("v", &v); t.Branch("hit", &hit, "a/I:b/F:c/S"); t.Branch("big", &big, "big/l");
  t.SetBasketSize("*", 700);
  t.SetAutoFlush(flush ? 15 : 0);
  TRandom3 r(5);
  for (int e = 0; e < 40; ++e) {
    n = r.Integer(4);
    for (int i = 0; i < n; ++i) pt[i] = r.Integer(100);
    ok = e % 3 == 0; d = r.Integer(64) / 8.;
    for (int i = 0; i < 4; ++i) (&m[0][0])[i] = e + i;
    v.assign(r.Integer(3), 1.5f * e); hit = {e, 0.5f * e, (Short_t)-e}; big = 1ull << (e % 64);
    t.Fill();
    if (e == 9) t.Write();
  }
  t.Write();
}

void embedded(const char* name) {
  TFile f(name, "RECREATE", "", 505);
  TTree t("t", "");
  Int_t n; Float_t x[9]; std::vector<int> v; Short_t s; Char_t str[9];
  TClonesArray* c = new TClonesArray("TVector2");
  t.Branch("n", &n, "n/I"); t.Branch("x", x, "x[n]/F"); t.Branch("v", &v); t.Branch("s", &s, "s/S");
  t.Branch("str", str, "str/C"); t.Branch("c", &c, 2000, 99);
  t.SetBasketSize("*", 600);
  t.SetAutoFlush(0);
  for (int e = 0; e < 50; ++e) {
    n = e % 4; s = -e;
    for (int i = 0; i < n; ++i) x[i] = e + i / 4.f;
    v.assign(e % 3, e);
    snprintf(str, 9, "e%d", e);
    c->Clear();
    for (int i = 0; i < e % 3; ++i) new ((*c)[i]) TVector2(e, i);
    t.Fill();
  }
  f.WriteTObject(&t);  // unlike TTree::Write it flushes nothing
}

void big(const char* name) {
  TFile f(name, "RECREATE", "", 505);
  for (const char* hole : {"first", "second"}) {  // reserves bytes that are never written
    TKey* key = new TKey(hole, "", TObject::Class(), 1100000000, &f);
    key->DeleteBuffer();
  }
  f.mkdir("d")->cd();
  TTree t("t", "");
  Int_t n; Float_t x[9]; std::vector<int> v;
  t.Branch("n", &n, "n/I"); t.Branch("x", x, "x[n]/F"); t.Branch("v", &v);
  for (int e = 0; e < 3000; ++e) {
    n = e % 9;
    for (int i = 0; i < n; ++i) x[i] = e + i;
    v.assign(e % 3, e);
    t.Fill();
  }
  t.Write();
}
""")

os.chdir(sys.argv[1])
if "--big" in sys.argv:
    ROOT.big("big.root")
    sys.exit()
for name, compression in [("zlib", 109), ("lzma", 209), ("lz4", 404), ("zstd", 505), ("none", 0)]:
    ROOT.flushed(f"small_{name}.root", compression, compression != 0, False)
ROOT.flushed("small_generated.root", 505, True, True)
ROOT.embedded("small_embedded.root")
