// The Verilog gives the integers of the reference engine in Verilator, and nothing in it is suspicious to lint.
#include "deploy/verilog/project.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/program.hpp"
#include "deploy/verilog/print.hpp"
#include "deploy/verilog/simulate.hpp"
#include "score/reference.hpp"
#include "test/model/random_graph.hpp"
#include "test/support/support.hpp"

#define TRIGLOOP_NEEDS_PROGRAM(name) \
  if (!core::find_program(name)) GTEST_SKIP() << name << " is not installed (dev/apt-packages.txt, group test)"

namespace trigloop::deploy {
namespace {

namespace fs = std::filesystem;

/// A random graph whose last node is one feature of at most 60 bits.
model::Graph scored_graph(std::uint64_t seed) {
  test::RandomGraph random(seed, 12, 6, 16);
  model::Graph graph = random.make();
  const model::NodeIndex last = graph.nodes().size() - 1;
  graph.add("sum", model::Sum{graph[last].output.features()}, {last});
  graph.add(
      "score",
      model::Quantise{{core::FixedPoint{16, 10, seed % 2 == 0, core::Rounding::half_even, core::Overflow::saturate}}},
      {last + 1});
  return graph;
}

void expect_equal_in_verilator(const model::Graph& graph, const fs::path& project, int events, std::uint64_t seed) {
  const score::Reference reference(graph);
  auto state = reference.make_state();
  core::Philox random(seed, 3);
  std::vector<std::int64_t> rows, expected;
  for (int e = 0; e < events; ++e) {
    const auto event = test::random_event(graph, random);
    reference.run(event, state);
    rows.insert(rows.end(), event.begin(), event.end());
    expected.push_back(static_cast<std::int64_t>(reference.code(state, graph.nodes().size() - 1, 0)));
  }
  EXPECT_EQ(simulate(project, rows, reference.features()), expected) << "seed " << seed;
}

TEST(VerilogProject, GivesTheIntegersOfTheReferenceInVerilator) {
  TRIGLOOP_NEEDS_PROGRAM("verilator");
  const test::TempDir folder;
  for (const auto& [seed, latency] : {std::pair{1, 0}, {2, 3}}) {
    const model::Graph graph = scored_graph(static_cast<std::uint64_t>(seed));
    VerilogOptions options;
    options.latency = latency;
    options.budget = 0;
    if (seed == 2) options.thresholds = {0.5, 3};
    const fs::path project = folder / ("p" + std::to_string(seed));
    write_project(make_verilog(graph, options), project);
    expect_equal_in_verilator(graph, project, 1000, static_cast<std::uint64_t>(seed));
  }
}

TEST(VerilogProject, IsCleanUnderVerilatorsLint) {
  TRIGLOOP_NEEDS_PROGRAM("verilator");
  const test::TempDir folder;
  for (std::uint64_t seed = 10; seed < 18; ++seed) {
    VerilogOptions options;
    options.latency = static_cast<int>(seed % 4);
    options.budget = 0;
    options.thresholds = {1};
    write_project(make_verilog(scored_graph(seed), options), folder / "p");
    const auto lint = core::run_program({"make", "-s", "lint"}, folder / "p/sim");
    ASSERT_EQ(lint.status, 0) << "seed " << seed << '\n' << lint.output;
  }
}

TEST(VerilogProject, IsTheSameEachTime) {
  const model::Graph graph = scored_graph(3);
  const test::TempDir folder;
  for (const char* name : {"a", "b"}) write_project(make_verilog(graph, {}), folder / name);
  EXPECT_EQ(test::read_file(folder / "a/rtl/network.v"), test::read_file(folder / "b/rtl/network.v"));
  EXPECT_EQ(test::read_file(folder / "a/report.json"), test::read_file(folder / "b/report.json"));
}

TEST(VerilogProject, RefusesNamesThatAreNone) {
  VerilogOptions options;
  options.name = "1st network";
  EXPECT_THROW(make_verilog(scored_graph(3), options), core::Error);
}

}  // namespace
}  // namespace trigloop::deploy
