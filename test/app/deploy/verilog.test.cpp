// trigloop deploy verilog from the command line: a folder that Verilator takes, and what it says of bad input.
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "core/program.hpp"
#include "io/npy/header.hpp"
#include "model/qonnx_export.hpp"
#include "score/reference.hpp"
#include "test/deploy/networks.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

using nlohmann::json;

class DeployVerilog : public testing::Test {
 protected:
  void SetUp() override { test::write_file(folder_ / "net.onnx", model::export_qonnx(graph_)); }

  test::CommandResult run(std::vector<std::string> words) {
    words.insert(words.begin(), {test::program().string(), "deploy", "verilog"});
    return test::run_command(words);
  }
  test::CommandResult make(std::vector<std::string> more) {
    std::vector<std::string> words{"--model", path("net.onnx"), "--output", path("fw"), "--budget", "0"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  std::string path(const char* name) const { return (folder_ / name).string(); }

  const model::Graph graph_ = test::scaled_input();
  test::TempDir folder_;
};

/// Events of a given seed as .npy, and the reference engine's scores of them.
std::vector<std::int64_t> write_events(const model::Graph& graph, const std::filesystem::path& path,
                                       std::size_t count) {
  const score::Reference reference(graph);
  auto state = reference.make_state();
  core::Philox random(1, 17);
  std::vector<std::int64_t> rows, scores;
  for (std::size_t e = 0; e < count; ++e) {
    for (std::size_t k = 0; k < reference.features(); ++k) {
      rows.push_back((static_cast<std::int64_t>(random() % 16384) - 8192) >> e % 12);
    }
    reference.run(std::span<const std::int64_t>(rows).last(reference.features()), state);
    scores.push_back(static_cast<std::int64_t>(reference.code(state, graph.nodes().size() - 1, 0)));
  }
  core::OutputFile file(path);
  const std::uint64_t shape[] = {count, reference.features()};
  file.write(io::npy::make_header(event::Type::int64, shape));
  file.write(std::as_bytes(std::span(rows)));
  file.commit();
  return scores;
}

TEST_F(DeployVerilog, MakesAFolderThatVerilatorLintsAndSimulatesToTheReferencesScores) {
  const auto made = make({"--latency", "2", "--threshold", "3", "--threshold", "1e9", "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  const json report = json::parse(made.out);
  EXPECT_EQ(report.at("latency"), 2);
  EXPECT_EQ(report, json::parse(test::read_file(folder_ / "fw/report.json")));
  for (const char* file : {"rtl/network.v", "rtl/network_dense.v", "vivado/synth.tcl", "patterns/events.hex"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / "fw" / file)) << file;
  if (!core::find_program("verilator")) GTEST_SKIP() << "verilator is not installed (dev/apt-packages.txt, group test)";

  const std::filesystem::path sim = folder_ / "fw/sim";
  const auto lint = core::run_program({"make", "-s", "lint"}, sim);
  EXPECT_EQ(lint.status, 0);
  EXPECT_EQ(lint.output, "");
  const std::size_t count = 3000;
  const std::vector<std::int64_t> expected = write_events(graph_, folder_ / "events.npy", count);
  core::run_tool(
      {"make", "-s", "-j", "2", "sim", "EVENTS=" + path("events.npy"), "SCORES=" + path("s.npy"), "THREADS=2"}, sim);
  const std::string scores = test::read_file(folder_ / "s.npy");
  std::vector<std::int64_t> codes(2 * count);
  ASSERT_GT(scores.size(), codes.size() * 8);
  std::memcpy(codes.data(), scores.data() + scores.size() - codes.size() * 8, codes.size() * 8);
  for (std::size_t e = 0; e < count; ++e) {
    ASSERT_EQ(codes[2 * e], expected[e]) << "event " << e;
    const bool high = std::ldexp(static_cast<double>(expected[e]), -graph_.output().output.fraction) >= 3;
    ASSERT_EQ(codes[2 * e + 1], high ? 1 : 0) << "bit 0 alone: no score reaches 1e9";
  }
  const auto cut = core::run_program({(sim / "build/simulate").string(), path("net.onnx"), path("s.npy")});
  EXPECT_EQ(cut.status, 1);
  EXPECT_NE(cut.output.find("is not a .npy file"), std::string::npos) << cut.output;
}

TEST_F(DeployVerilog, HelpShowsExamplesWhoseOptionsExist) {
  const auto help = run({"--help"});
  ASSERT_EQ(help.status, 0);
  const std::string examples = help.out.substr(help.out.find("Examples:"));
  ASSERT_NE(examples, help.out);
  for (std::size_t at = examples.find("--"); at != std::string::npos; at = examples.find("--", at + 2)) {
    const std::string option = examples.substr(at, examples.find(' ', at) - at);
    EXPECT_LT(help.out.find(option + " "), help.out.find("Examples:")) << option;
  }
}

TEST_F(DeployVerilog, SaysWhatIsWrongWithItsInput) {
  const auto expect = [&](const test::CommandResult& result, int status, const std::string& reason) {
    EXPECT_EQ(result.status, status) << reason << ": " << result.err;
    EXPECT_NE(result.err.find(reason), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "fw")) << reason;
  };
  expect(make({"--latency", "-1"}), 2, "--latency");
  expect(make({"--name", "1st"}), 2, "'1st' is no name of a Verilog module");
  expect(make({"--threshold", "nan"}), 2, "not a number");
  expect(make({"--period", "0"}), 2, "--period");
  expect(make({"--cells", "spartan"}), 2, "--cells");
  expect(make({"--prove", "absent"}), 2, "there is no layer 'absent'");
  expect(run({"--model", path("absent.onnx"), "--output", path("fw")}), 3, "absent.onnx");
  test::write_file(folder_ / "bad.onnx", "not a model");
  expect(run({"--model", path("bad.onnx"), "--output", path("fw")}), 4, "bad.onnx");
}

}  // namespace
}  // namespace trigloop
