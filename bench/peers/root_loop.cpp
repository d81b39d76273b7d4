// ROOT's own way: a TTree::GetEntry loop over the branches that tiles need. A C++17 program of its own, compiled
// against the headers and libraries of ROOT's Python wheel (bench/read/run does it).
//
// usage: root_loop FILE        then one command a line on standard input: `pass`, or `dump PATH`
//
// `pass` times the loop alone: nothing is made of the values. `dump` also fills the 57 features, for comparison.
#include <TBranch.h>
#include <TFile.h>
#include <TROOT.h>
#include <TTree.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int most = 512;  // items of an event; checked against the branch's maximum below

struct Event {
  std::uint32_t keys[4] = {};
  std::int32_t counts[4] = {};
  std::int16_t eg[3][most], mu[3][most], jet[3][most];
  std::int32_t sum[3][most];
};

void take(TTree& tree, const char* name, void* address) {
  tree.SetBranchStatus(name, true);
  if (tree.SetBranchAddress(name, address) < 0) throw std::runtime_error(std::string("no branch ") + name);
}

void take_all(TTree& tree, Event& event) {
  tree.SetBranchStatus("*", false);
  const char* keys[] = {"run", "luminosityBlock", "orbitNumber", "bunchCrossing"};
  for (int i = 0; i < 4; ++i) take(tree, keys[i], &event.keys[i]);
  const char* counters[] = {"nL1EG", "nL1Mu", "nL1Jet", "nL1EtSum"};
  for (int i = 0; i < 4; ++i) {
    take(tree, counters[i], &event.counts[i]);
    if (tree.GetMaximum(counters[i]) > most) throw std::runtime_error(std::string("too many items in ") + counters[i]);
  }
  const char* eg[] = {"L1EG_hwPt", "L1EG_hwEta", "L1EG_hwPhi"};
  const char* mu[] = {"L1Mu_hwPt", "L1Mu_hwEtaAtVtx", "L1Mu_hwPhiAtVtx"};
  const char* jet[] = {"L1Jet_hwPt", "L1Jet_hwEta", "L1Jet_hwPhi"};
  const char* sum[] = {"L1EtSum_hwPt", "L1EtSum_hwPhi", "L1EtSum_etSumType"};
  for (int f = 0; f < 3; ++f) {
    take(tree, eg[f], event.eg[f]);
    take(tree, mu[f], event.mu[f]);
    take(tree, jet[f], event.jet[f]);
    take(tree, sum[f], event.sum[f]);
  }
}

std::int16_t to_int16(std::int32_t value) {
  return static_cast<std::int16_t>(std::min(std::max(value, -32768), 32767));
}

void fill(const Event& event, std::int16_t* x) {
  std::fill(x, x + 57, 0);
  for (int i = 0; i < event.counts[3]; ++i) {
    if (event.sum[2][i] != 2) continue;
    x[0] = to_int16(event.sum[0][i]);
    x[2] = to_int16(event.sum[1][i]);
    break;
  }
  int at = 3;
  const auto objects = [&](const std::int16_t(&fields)[3][most], int count, int wanted) {
    for (int i = 0; i < wanted; ++i) {
      for (int f = 0; f < 3; ++f) x[at++] = i < count ? fields[f][i] : std::int16_t(0);
    }
  };
  objects(event.eg, event.counts[0], 4);
  objects(event.mu, event.counts[1], 4);
  objects(event.jet, event.counts[2], 10);
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void answer(const std::string& path, const std::string& dump) {
  static Event event;
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  const std::unique_ptr<TFile> file(TFile::Open(path.c_str()));
  auto* tree = file->Get<TTree>("Events");
  tree->SetBranchStatus("*", false);
  take_all(*tree, event);
  const Long64_t entries = tree->GetEntries();
  // The maximum of the counters was a pass over them; the loop itself is what is timed.
  const auto loop = std::chrono::steady_clock::now();
  const double loop_cpu = cpu_seconds();
  std::vector<std::int16_t> features(dump.empty() ? 0 : static_cast<std::size_t>(entries) * 57);
  std::vector<std::uint32_t> keys;
  for (Long64_t i = 0; i < entries; ++i) {
    if (tree->GetEntry(i) <= 0) throw std::runtime_error("read error");
    if (dump.empty()) continue;
    fill(event, &features[static_cast<std::size_t>(i) * 57]);
    keys.insert(keys.end(), event.keys, event.keys + 4);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - loop;
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
  const double loop_end_cpu = cpu_seconds();
  if (!dump.empty()) {
    std::ofstream out(dump, std::ios::binary);
    out.write(reinterpret_cast<const char*>(features.data()), static_cast<std::streamsize>(features.size() * 2));
    out.write(reinterpret_cast<const char*>(keys.data()), static_cast<std::streamsize>(keys.size() * 4));
  }
  std::printf(
      "{\"seconds\": %.9f, \"cpu\": %.6f, \"with_opening\": %.9f, \"cpu_with_opening\": %.6f, \"events\": %lld}\n",
      seconds.count(), loop_end_cpu - loop_cpu, whole.count(), loop_end_cpu - cpu, static_cast<long long>(entries));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::printf("{\"name\": \"ROOT %s\"}\n", gROOT->GetVersion());
  std::fflush(stdout);
  std::string line;
  while (std::getline(std::cin, line)) answer(argv[1], line.rfind("dump ", 0) == 0 ? line.substr(5) : "");
}
