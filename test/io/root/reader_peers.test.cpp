// Every numeric flat or jagged branch comes out as uproot has it.
#include <gtest/gtest.h>

#include <algorithm>

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

/// Dumps all files and compares them in one run of Python, whose start takes longer than its work.
void expect_equal(const std::vector<fs::path>& files, const io::ReadOptions& options) {
  const test::TempDir folder;
  std::vector<std::string> command = {test::peer_python().native(), "-W", "ignore",
                                      (test::project_root() / "test/peers/compare_root.py").native()};
  for (const fs::path& file : files) {
    const fs::path dump = folder / file.stem().native();
    fs::create_directory(dump);
    test::dump_source(*io::root::open(file), dump, options);
    command.push_back(file.native());
    command.push_back(dump.native());
  }
  const auto result = test::run_command(command);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
}

TEST(RootReaderPeers, ReadsOurOwnSamplesAsUprootDoes) {
  TRIGLOOP_NEEDS_PEERS();
  expect_equal(root_files(test::project_root() / "test/io/root/data"), {});
}

TEST(RootReaderPeers, ReadsTheSharedFilesAsUprootDoes) {
  TRIGLOOP_NEEDS_PEERS();
  TRIGLOOP_NEEDS_SHARED("data/root");
  expect_equal(root_files(test::shared_root() / "data/root"), {7, true});
}

TEST(RootReaderPeers, ReadsBeyondTwoGigabytes) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir folder;
  const auto made = test::run_command({test::peer_python().native(), "-W", "ignore",
                                       (test::project_root() / "test/peers/make_root_samples.py").native(),
                                       folder.path().native(), "--big"});
  ASSERT_EQ(made.status, 0) << made.err;
  ASSERT_GT(fs::file_size(folder / "big.root"), 2'200'000'000u) << "a sparse file, though";
  expect_equal({folder / "big.root"}, {});
}

TEST(RootReaderPeers, ReadsScoutingEventsAsUprootDoes) {
  TRIGLOOP_NEEDS_PEERS();
  TRIGLOOP_NEEDS_SHARED("data/scouting_pythia.root");
  expect_equal({test::shared_root() / "data/scouting_pythia.root"}, {1000, false});
}

}  // namespace
}  // namespace trigloop
