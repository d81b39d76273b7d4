// The emulator library through a loader that shares nothing with it: two versions in one process, in several threads,
// give each its own integers.
#include "deploy/emulator/emulator.hpp"

#include <algorithm>
#include <sstream>

#include "core/error.hpp"
#include "deploy/network/test_events.hpp"
#include "model/load.hpp"
#include "score/reference.hpp"
#include "test/deploy/networks.hpp"
#include "test/deploy/support.hpp"

namespace trigloop::deploy {
namespace {

std::vector<std::int32_t> scores_of(const Network& network, const std::vector<std::int16_t>& events) {
  const score::Reference reference(network.graph);
  auto state = reference.make_state();
  std::vector<std::int32_t> scores;
  for (std::size_t e = 0; e < events.size() / network.features(); ++e) {
    reference.run(events.data() + e * network.features(), 1, state);
    scores.push_back(static_cast<std::int32_t>(reference.code(state, network.graph.nodes().size() - 1, 0)));
  }
  return scores;
}

std::string bytes(const auto& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0])};
}

/// Events as the trigger has them: hardware integers within the 13 bits that ap_fixed<18,13> holds.
std::vector<std::int16_t> hardware(const Network& network, std::size_t count) {
  std::vector<std::int16_t> events = test_events(network, count, 5);
  for (std::int16_t& x : events) x = static_cast<std::int16_t>(std::clamp<int>(x, -4096, 4095));
  return events;
}

test::CommandResult compile_loader(const std::string& program) {
  return test::run_command({"c++", "-std=c++17", "-O1", "-I" + test::ap_types().string(), "-o", program,
                            (test::project_root() / "test/deploy/emulator/loader.cpp").string(), "-ldl", "-pthread"});
}

TEST(Emulator, TwoVersionsInOneProcessDoNotMix) {
  TRIGLOOP_NEEDS_AP_TYPES();
  const test::TempDir folder;
  const std::string types = "AP_TYPES=" + test::ap_types().string();
  const Network v5 = prepare(test::Axol1tlLike(1).make(), "GTADModel_v5");
  const Network v6 = prepare(test::Axol1tlLike(2).make(), "GTADModel_v6");
  for (const Network* network : {&v5, &v6}) {
    test::write_files(emulator_library(*network, {}), folder / network->name);
    ASSERT_EQ(test::make(folder / network->name, {types, "CXXFLAGS=-O1"}), "");
  }
  const auto loader = (folder / "loader").string();
  const auto compiled = compile_loader(loader);
  ASSERT_EQ(compiled.status, 0) << compiled.err;
  const std::vector<std::int16_t> events = hardware(v5, 3000);
  test::write_file(folder / "events", bytes(events));
  const auto run = test::run_command({loader, (folder / "events").string(), (folder / "scores").string(), "3",
                                      (folder / "GTADModel_v5/GTADModel_v5.so").string(),
                                      (folder / "GTADModel_v6/GTADModel_v6.so").string()});
  ASSERT_EQ(run.status, 0) << run.err;
  std::vector<std::int32_t> want = scores_of(v5, events);
  const std::vector<std::int32_t> second = scores_of(v6, events);
  ASSERT_NE(want, second);
  want.insert(want.end(), second.begin(), second.end());
  EXPECT_EQ(test::read_file(folder / "scores"), bytes(want));

  // Nothing but the entry points is seen, and nothing is unique in the process.
  const auto symbols =
      test::run_command({"nm", "-D", "--defined-only", (folder / "GTADModel_v5/GTADModel_v5.so").string()});
  ASSERT_EQ(symbols.status, 0);
  std::istringstream lines(symbols.out);
  for (std::string line; std::getline(lines, line);) {
    const bool entry = line.ends_with(" create_model") || line.ends_with(" destroy_model") ||
                       line.find(" trace_") != std::string::npos;
    const bool interface = line.find("hls4mlEmulator5Model") != std::string::npos;
    const bool standard = line.find(" _ZNSt") != std::string::npos || line.find(" _ZT") != std::string::npos;
    EXPECT_TRUE(entry || interface || standard) << line;
    EXPECT_EQ(line.find(" u "), std::string::npos) << line;
  }
}

TEST(Emulator, GivesTheScoresThatTheCollaborationsEmulatorRecorded) {
  TRIGLOOP_NEEDS_AP_TYPES();
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5_vectors.npz");
  const test::TempDir folder;
  const Network network = prepare(model::load(test::shared_root() / "models/axol1tl_v5.onnx"), "GTADModel_v5");
  test::write_files(emulator_library(network, {}), folder / "v5");
  ASSERT_EQ(test::make(folder / "v5", {"AP_TYPES=" + test::ap_types().string(), "CXXFLAGS=-O1"}), "");
  const auto loader = (folder / "loader").string();
  ASSERT_EQ(compile_loader(loader).status, 0);
  const auto split = test::run_command(
      {test::peer_python().string(), "-c",
       "import numpy, sys\nd = numpy.load(sys.argv[1])\nd['inputs'].astype('int16').tofile(sys.argv[2])\n"
       "d['score16'].astype('int32').tofile(sys.argv[3])",
       (test::shared_root() / "models/axol1tl_v5_vectors.npz").string(), (folder / "events").string(),
       (folder / "recorded").string()});
  ASSERT_EQ(split.status, 0) << split.err;
  const auto run = test::run_command({loader, (folder / "events").string(), (folder / "scores").string(), "2",
                                      (folder / "v5/GTADModel_v5.so").string()});
  ASSERT_EQ(run.status, 0) << run.err;
  const std::string recorded = test::read_file(folder / "recorded");
  EXPECT_EQ(recorded.size(), 5000 * sizeof(std::int32_t));
  EXPECT_TRUE(test::read_file(folder / "scores") == recorded) << "of 5,000 events";
}

TEST(Emulator, TypesOfTheInterfaceFollowTheModel) {
  const Network hardware = prepare(test::Axol1tlLike(1).make(), "a"), scaled = prepare(test::scaled_input(), "b");
  EXPECT_EQ(core::to_string(emulator_input(hardware, {})), "<18,13> trn wrap");
  EXPECT_EQ(core::to_string(emulator_input(scaled, {})), "<14,6> rnd_conv sat");
  EXPECT_EQ(core::to_string(emulator_result(hardware)), "<18,14> rnd_conv sat");
  EXPECT_THROW(emulator_library(prepare(test::every_operation(1), "c"), {}), core::Error);  // three scores are no pair
}

}  // namespace
}  // namespace trigloop::deploy
