// An HLS project compiles with the ap_types of the hls4ml package, and its C simulation gives the reference's integers:
// in its test bench, and layer by layer through its bridge.
#include "deploy/hls/project.hpp"

#include <algorithm>
#include <cmath>

#include "deploy/network/test_events.hpp"
#include "score/reference.hpp"
#include "test/deploy/networks.hpp"
#include "test/deploy/support.hpp"

namespace trigloop::deploy {
namespace {

struct TraceData {
  const char* name;
  void* data;
};

void expect_equal(const Network& network, std::size_t count) {
  const test::TempDir folder;
  const std::vector<std::int16_t> events = test_events(network, count, 9);
  test::write_files(hls_project(network, {}, events), folder.path());
  const auto built = test::run_command(
      {"env", "AP_TYPES=" + test::ap_types().string(), "OPT=-O0", "sh", (folder / "build_lib.sh").string()});
  ASSERT_EQ(built.status, 0) << built.out << built.err;
  const test::Library library(folder / ("firmware/" + network.name + ".so"));
  const auto run = library.get<void(double*, double*)>(network.name + "_double");
  library.get<void(std::size_t)>("allocate_trace_storage")(sizeof(double));
  std::vector<TraceData> layers(network.graph.nodes().size());
  library.get<void(TraceData*)>("collect_trace_output")(layers.data());

  const score::Reference reference(network.graph);
  auto state = reference.make_state();
  std::vector<double> input(network.features()), result(network.outputs());
  for (std::size_t e = 0; e < count; ++e) {
    reference.run(events.data() + e * network.features(), 1, state);
    for (std::size_t k = 0; k < input.size(); ++k)
      input[k] = std::ldexp(events[e * input.size() + k], -network.input_fraction);
    run(input.data(), result.data());
    for (std::size_t o = 0; o < result.size(); ++o)
      ASSERT_EQ(result[o], reference.value(state, network.graph.nodes().size() - 1, o)) << "event " << e;
    for (std::size_t n = 0; n < network.nodes.size(); ++n) {
      const auto layer = std::ranges::find_if(
          layers, [&](const TraceData& one) { return one.name != nullptr && one.name == network.nodes[n]; });
      if (layer == layers.end()) continue;  // codes of scaled inputs are none of the project's layers
      for (std::size_t k = 0; k < network.graph[n].output.features(); ++k)
        ASSERT_EQ(static_cast<double*>(layer->data)[k], reference.value(state, n, k)) << layer->name << ' ' << k;
    }
  }
  library.get<void()>("free_trace_storage")();
}

TEST(HlsProject, SimulatesTheDeployedShape) {
  TRIGLOOP_NEEDS_AP_TYPES();
  expect_equal(prepare(test::Axol1tlLike(5).make(), "axol1tl_like"), 300);
}

TEST(HlsProject, SimulatesEveryOperationAndScaledInputs) {
  TRIGLOOP_NEEDS_AP_TYPES();
  expect_equal(prepare(test::every_operation(3), "everything"), 300);
  expect_equal(prepare(test::scaled_input(), "scaled"), 300);
}

TEST(HlsProject, ItsTestBenchTellsScoresThatDiffer) {
  TRIGLOOP_NEEDS_AP_TYPES();
  const test::TempDir folder;
  const Network network = prepare(test::scaled_input(), "scaled");
  test::write_files(hls_project(network, {}, test_events(network, 50, 9)), folder.path());
  const auto path = [&](const char* name) { return (folder / name).string(); };
  const auto built = test::run_command({"c++", "-std=c++14", "-I" + test::ap_types().string(), "-o", path("bench"),
                                        path("scaled_test.cpp"), path("firmware/scaled.cpp")});
  ASSERT_EQ(built.status, 0) << built.err;
  const auto bench = [&] { return test::run_command({"sh", "-c", "cd " + folder.path().string() + " && ./bench"}); };
  EXPECT_EQ(bench().status, 0);
  std::string scores = test::read_file(folder / "tb_data/tb_output_predictions.dat");
  scores.replace(0, scores.find('\n'), "0.0625");
  test::write_file(folder / "tb_data/tb_output_predictions.dat", scores);
  const auto faulty = bench();
  EXPECT_EQ(faulty.status, 1);
  EXPECT_NE(faulty.out.find("50 events, 1 differ"), std::string::npos) << faulty.out;
}

}  // namespace
}  // namespace trigloop::deploy
