// The tables that a training left must come out of the deployed product; otherwise the deployment stops.
#include <gmock/gmock.h>

#include <utility>

#include "model/load.hpp"
#include "score/reference.hpp"
#include "test/app/deploy/deploy.hpp"

namespace trigloop {
namespace {

using testing::HasSubstr;

/// The same network, but for weight `which` of its first layer.
model::Graph with_another_weight(const model::Graph& graph, std::size_t which) {
  model::Graph changed;
  bool is_first = true;
  for (const model::Node& node : graph.nodes()) {
    model::Operation operation = node.operation;
    if (auto* dense = std::get_if<model::Dense>(&operation); dense != nullptr && std::exchange(is_first, false))
      dense->weights.codes.at(which) = 1 - dense->weights.codes[which];
    changed.add(node.name, operation, node.inputs);
  }
  return changed;
}

/// Scores of small events, of which a trigger's are many.
std::vector<core::Int128> scores_of(const model::Graph& graph) {
  const score::Reference reference(graph);
  auto state = reference.make_state();
  core::Philox random(1, 9);
  std::vector<core::Int128> scores;
  for (int e = 0; e < 200; ++e) {
    std::vector<std::int64_t> event;
    for (std::size_t k = 0; k < reference.features(); ++k) event.push_back(static_cast<std::int64_t>(random() % 200));
    reference.run(event, state);
    scores.push_back(reference.code(state, graph.nodes().size() - 1, 0));
  }
  return scores;
}

/// One weight is another, and it matters: some inputs reach no score.
model::Graph changed(const model::Graph& graph) {
  const auto scores = scores_of(graph);
  for (std::size_t which = 0;; ++which) {
    model::Graph other = with_another_weight(graph, which);
    if (scores_of(other) != scores) return other;
  }
}

/// A short training on simulated events, made once.
class DeployEfficiency : public DeployCommand {
 protected:
  static std::string at(const char* name) { return (*trained_ / name).string(); }
  static void trigloop(std::vector<std::string> words) {
    words.insert(words.begin(), test::program().string());
    const auto ran = test::run_command(words);
    ASSERT_EQ(ran.status, 0) << ran.err;
  }
  static void SetUpTestSuite() {
    trained_ = new test::TempDir;
    trigloop({"simulate", "zerobias", "-q", "-n", "12000", "-o", at("bg.h5")});
    trigloop({"simulate", "signals", "-q", "-n", "300", "-o", at("sig.h5")});
    test::write_file(*trained_ / "c.yml",
                     "data_config:\n  Read_configs:\n    BACKGROUND: {file_path: " + at("bg.h5") +
                         ", train_sector: [0, 8000], test_sector: [8000, 12000]}\n    SIGNAL: {file_path: " +
                         at("sig.h5") + "}\n  Processed_data_path: " + at("Data.h5") +
                         "\ntrain:\n  Contrastive_VAE: {batch_size: 1024, epochs_contrastive: 1, epochs_vae: 1}\n"
                         "report: {generate: false}\n");
    trigloop({"train", "--config", at("c.yml"), "--output", at("model"), "-q", "--no-store"});
  }
  static void TearDownTestSuite() { delete trained_; }

  test::CommandResult deploy_trained(const std::string& model) const {
    return run({"--model", model, "--output", path("out"), "--bundle", at("model"), "--data", at("Data.h5"), "--config",
                at("c.yml"), "--events", "2000", "--budget", "0", "--without", "hls,verilog,emulator,onnx", "--quiet"});
  }
  static test::TempDir* trained_;
};
test::TempDir* DeployEfficiency::trained_ = nullptr;

TEST_F(DeployEfficiency, IsThatOfTheTraining) {
  const auto same = deploy_trained(at("model/model.onnx"));
  ASSERT_EQ(same.status, 0) << same.err;
  const auto match = json("out/proof.json").at("efficiencies");
  EXPECT_EQ(match.at("equal"), true) << match.at("first_difference");
  EXPECT_EQ(match.at("bundle"), "model");
  EXPECT_EQ(match.at("through"), "cpp");
  EXPECT_GT(match.at("signals"), 0);
  EXPECT_GT(match.at("tables"), 0) << "numbers of the training that were compared";
  EXPECT_THAT(same.out, testing::ContainsRegex("training +equal"));
}

TEST_F(DeployEfficiency, StopsTheDeploymentAfterOneWeight) {
  test::write_file(folder_ / "changed.onnx", model::export_qonnx(changed(model::load(at("model/model.onnx")))));
  const auto stopped = deploy_trained(path("changed.onnx"));
  EXPECT_EQ(stopped.status, 6);
  EXPECT_THAT(stopped.err, HasSubstr("do not give the same integers"));
  EXPECT_THAT(stopped.out, HasSubstr("NOT PROVEN"));
  const auto proof = json("out/proof.json");
  EXPECT_EQ(proof.at("proven"), false);
  for (const auto& contender : proof.at("contenders")) {
    if (contender.at("verdict") == "not run") continue;
    EXPECT_EQ(contender.at("verdict"), contender.at("name") == "training" ? "different" : "equal") << contender;
  }
  const std::string differences = test::read_file(folder_ / "out/differences.txt");
  EXPECT_THAT(differences, HasSubstr("training differs from the reference"));
}

TEST_F(DeployCommand, SaysThatThePackagesTablesAreOfFloats) {
  TRIGLOOP_NEEDS_SHARED("models/package/lite.h5");
  const auto package = [](const char* name) { return (test::shared_root() / "models/package" / name).string(); };
  const auto stopped = run({"--model", package("build.h5"), "--normalisation", package("Data.h5"), "--output",
                            path("out"), "--bundle", package("lite.h5"), "--data", package("Data.h5"), "--events",
                            "2000", "--budget", "0", "--without", "hls,verilog,emulator,onnx", "--quiet"});
  EXPECT_EQ(stopped.status, 6);
  EXPECT_THAT(stopped.err, HasSubstr("the tables of lite.h5 are of floating-point scores"));
  EXPECT_THAT(stopped.err, HasSubstr("trigloop evaluate --model"));
  EXPECT_EQ(json("out/proof.json").at("equal"), true) << "the products themselves are equal";
}

}  // namespace
}  // namespace trigloop
