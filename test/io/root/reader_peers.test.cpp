// Every numeric flat or jagged branch comes out as uproot has it.
#include <gtest/gtest.h>

#include "io/root/source.hpp"
#include "test/io/root/dump.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> root_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& item : fs::directory_iterator(folder)) {
    if (item.path().extension() == ".root") files.push_back(item.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void expect_equal(const fs::path& file, const io::ReadOptions& options) {
  const test::TempDir folder;
  test::dump_source(*io::root::open(file), folder.path(), options);
  const auto result =
      test::run_command({test::peer_python().native(), (test::project_root() / "test/peers/compare_root.py").native(),
                         file.native(), folder.path().native()});
  EXPECT_EQ(result.status, 0) << file << "\n" << result.out << result.err;
}

TEST(RootReaderPeers, ReadsOurOwnSamplesAsUprootDoes) {
  TRIGLOOP_NEEDS_PEERS();
  for (const fs::path& file : root_files(test::project_root() / "test/io/root/data")) expect_equal(file, {});
}

TEST(RootReaderPeers, ReadsTheSharedFilesAsUprootDoes) {
  TRIGLOOP_NEEDS_PEERS();
  TRIGLOOP_NEEDS_SHARED("data/root");
  for (const fs::path& file : root_files(test::shared_root() / "data/root")) expect_equal(file, {7, true});
}

TEST(RootReaderPeers, ReadsScoutingEventsAsUprootDoes) {
  TRIGLOOP_NEEDS_PEERS();
  TRIGLOOP_NEEDS_SHARED("data/scouting_pythia.root");
  const fs::path file = test::shared_root() / "data/scouting_pythia.root";
  expect_equal(file, {});
  expect_equal(file, {1000, false});
}

}  // namespace
}  // namespace trigloop
