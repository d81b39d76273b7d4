// `trigloop inspect --json` against uproot, over real files of many ROOT versions and codecs.
#include <gtest/gtest.h>

#include <algorithm>

#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

TEST(Inspect, AgreesWithUprootOnEveryNumericColumnOfRealFiles) {
  TRIGLOOP_NEEDS_SHARED("data/root");
  TRIGLOOP_NEEDS_PEERS();
  std::vector<std::string> words{peer_python().native(), project_root() / "test/peers/inspect_truth.py",
                                 program().native()};
  for (const auto& file : std::filesystem::directory_iterator(shared_root() / "data/root")) {
    words.push_back(file.path().native());
  }
  words.push_back(shared_root() / "data/scouting_pythia.root");
  std::sort(words.begin() + 3, words.end());
  const CommandResult result = run_command(words);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
}

}  // namespace
}  // namespace trigloop::test
