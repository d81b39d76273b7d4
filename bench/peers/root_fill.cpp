// ROOT's own way of writing: a TTree::Fill loop over events in memory. A C++17 program of its own, compiled against the
// headers and libraries of ROOT's Python wheel (bench/write/run does it).
//
// usage: root_fill FILE OUTPUT COMPRESSION ROUNDS      COMPRESSION as in TFile: 505 for ZSTD-5, 0 for none
//
// Prints the best round's CPU seconds from values in memory to the closed file.
#include <TBranch.h>
#include <TFile.h>
#include <TLeaf.h>
#include <TTree.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace {

/// A branch: its leaf list, the bytes of all entries one after the other, and the buffer that ROOT fills from.
struct Column {
  std::string name, leaf_list;
  std::vector<char> bytes, buffer;
  std::vector<std::size_t> ends;
};

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

std::vector<Column> load(const char* path) {
  const std::unique_ptr<TFile> file(TFile::Open(path));
  auto* tree = file->Get<TTree>("Events");
  std::vector<Column> columns;
  std::vector<TLeaf*> leaves;
  for (TObject* object : *tree->GetListOfBranches()) {
    auto* branch = static_cast<TBranch*>(object);
    auto* leaf = static_cast<TLeaf*>(branch->GetListOfLeaves()->At(0));
    const int most = leaf->GetLeafCount() != nullptr ? leaf->GetLeafCount()->GetMaximum() : 1;
    columns.push_back(
        {branch->GetName(), branch->GetTitle(), {}, std::vector<char>((most + 1) * leaf->GetLenStatic() * 8), {}});
    leaves.push_back(leaf);
  }
  for (Column& column : columns) tree->GetBranch(column.name.c_str())->SetAddress(column.buffer.data());
  for (Long64_t entry = 0; entry < tree->GetEntries(); ++entry) {
    tree->GetEntry(entry);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      Column& c = columns[i];
      c.bytes.insert(c.bytes.end(), c.buffer.begin(), c.buffer.begin() + leaves[i]->GetLen() * leaves[i]->GetLenType());
      c.ends.push_back(c.bytes.size());
    }
  }
  return columns;
}

double fill(std::vector<Column>& columns, const char* path, int compression) {
  const double start = cpu_seconds();
  TFile file(path, "RECREATE", "", compression);
  auto* tree = new TTree("Events", "");  // owned by the file
  for (Column& c : columns) tree->Branch(c.name.c_str(), c.buffer.data(), c.leaf_list.c_str());
  for (std::size_t entry = 0; entry < columns[0].ends.size(); ++entry) {
    for (Column& c : columns) {
      const std::size_t begin = entry == 0 ? 0 : c.ends[entry - 1];
      std::memcpy(c.buffer.data(), c.bytes.data() + begin, c.ends[entry] - begin);
    }
    tree->Fill();
  }
  tree->Write();
  file.Close();
  return cpu_seconds() - start;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  std::vector<Column> columns = load(argv[1]);
  double best = 1e9;
  for (int round = 0; round < std::atoi(argv[4]); ++round) {
    best = std::min(best, fill(columns, argv[2], std::atoi(argv[3])));
  }
  std::printf("%zu %.6f\n", columns[0].ends.size(), best);
}
