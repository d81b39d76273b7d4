// A deployment is proven by its files: products that are equal are told so, those that are not here are never called
// proven, and a fault is found, with the node where it begins.
#include "deploy/proof/proof.hpp"

#include "core/error.hpp"
#include "deploy/network/test_events.hpp"
#include "deploy/proof/deployment.hpp"
#include "model/load.hpp"
#include "test/deploy/networks.hpp"
#include "test/deploy/support.hpp"

namespace trigloop::deploy {
namespace {

class ADeployment : public testing::Test {
 protected:
  void write(const model::Graph& graph) {
    core::OutputFolder out(folder_ / "deployed");
    DeploymentOptions options;
    options.name = "net";
    options.verilog.budget = 0.2;
    options.verilog.latency = 0;
    options.test_bench_events = 20;
    write_products(graph, options, folder_ / "work", out);
    out.commit();
  }

  Equality prove(std::vector<std::string> names) {
    const Deployment deployment = read_deployment(folder_ / "deployed");
    Tools tools;
    tools.ap_types = test::ap_types();
    tools.python = test::peer_python();
    tools.work = folder_ / "work";
    const Network& network = deployment.network;
    const Products& products = deployment.products;
    Candidates candidates;
    for (const std::string& name : names)
      candidates.emplace_back(name, [&, name] {
        return name == "simd"       ? simd_contender(network)
               : name == "cpp"      ? cpp_contender(network, products, tools)
               : name == "emulator" ? emulator_contender(network, products, tools)
               : name == "hls"      ? hls_contender(network, products, tools)
               : name == "onnx"     ? onnx_contender(network, products, tools)
                                    : verilog_contender(network, products, tools);
      });
    const auto reference = reference_contender(network, 2);
    std::vector<Standing> standings;
    auto contenders = gather(candidates, standings);
    Comparison comparison(network, *reference, contenders, std::move(standings));
    for (const Pattern pattern : patterns)
      comparison.add({std::string(name_of(pattern)), make_events(network, pattern, 200, 1)});
    text_.clear();
    const Equality result = comparison.result();
    for (const Standing& s : result.standings)
      if (s.first) text_ += as_text(network, s.name, *s.first);
    json_ = to_json(network, {"net.onnx", "", "", product_files(folder_ / "deployed"), result, {}, {}});
    return result;
  }

  test::TempDir folder_;
  std::string text_, json_;
};

TEST_F(ADeployment, IsEqualInAllProductsThatAreHere) {
  write(test::scaled_input());
  const Equality equality = prove({"simd", "cpp", "emulator", "hls", "onnx"});
  EXPECT_EQ(equality.events(), 1200u);
  EXPECT_TRUE(equality.equal());
  for (const Standing& s : equality.standings) {
    const bool needs_peers = s.name == "emulator" || s.name == "hls" || s.name == "onnx";
    if (needs_peers && test::ap_types().empty()) continue;
    EXPECT_EQ(s.verdict, Verdict::equal) << s.name << ": " << s.reason;
    EXPECT_EQ(s.events, 1200u) << s.name;
  }
  EXPECT_TRUE(changed_files(folder_ / "deployed", json_).empty());
  test::write_file(folder_ / "deployed/cpp/net.hpp", "changed");
  EXPECT_EQ(changed_files(folder_ / "deployed", json_), std::vector<std::string>{"cpp/net.hpp was changed"});
}

TEST_F(ADeployment, DoesNotCallProvenWhatWasNotRun) {
  write(test::scaled_input());
  std::filesystem::remove_all(folder_ / "deployed/cpp");
  const Equality equality = prove({"cpp", "simd"});
  EXPECT_EQ(equality.standings[0].verdict, Verdict::not_run);
  EXPECT_NE(equality.standings[0].reason.find("no 'cpp'"), std::string::npos);
  EXPECT_TRUE(equality.equal());
  EXPECT_FALSE(equality.complete());
  EXPECT_FALSE(prove({"cpp"}).equal()) << "nothing was compared";
}

TEST_F(ADeployment, ShowsWhereAFaultBegins) {
  write(test::scaled_input());
  const auto source = folder_ / "deployed/cpp/net.cpp";
  std::string text = test::read_file(source);
  const std::size_t body = text.find("const std::int32_t dense_2 = ");
  ASSERT_NE(body, std::string::npos);
  for (std::size_t at = body; (at = text.find("dense_2 = ", at)) != std::string::npos; at += 10)
    text.insert(at + 10, "1 + ");  // in the score and in the trace
  test::write_file(source, "#define NO_VECTOR_KERNELS\n" + text);
  const Equality equality = prove({"simd", "cpp"});
  EXPECT_FALSE(equality.equal());
  const Standing& cpp = equality.standings[1];
  EXPECT_EQ(cpp.verdict, Verdict::different);
  ASSERT_TRUE(cpp.first);
  EXPECT_EQ(equality.standings[0].verdict, Verdict::equal);
  EXPECT_NE(text_.find("cpp differs from the reference in event"), std::string::npos);
  EXPECT_NE(text_.find("the first that differs is 'dense'"), std::string::npos) << text_;
  EXPECT_NE(text_.find("reference"), std::string::npos);
  EXPECT_NE(json_.find("\"node\":\"dense\""), std::string::npos);
}

/// Lines of the table of a difference that begin with `name[k]`.
std::size_t rows_of(const std::string& text, const std::string& name) {
  std::size_t rows = 0;
  for (std::size_t at = 0; (at = text.find("\n" + name + "[", at)) != std::string::npos; ++at) ++rows;
  return rows;
}

TEST_F(ADeployment, ShowsEveryValueOfEveryLayerAfterOneWeight) {
  TRIGLOOP_NEEDS_AP_TYPES();
  write(test::scaled_input());
  const auto products = folder_ / "deployed";
  // The HLS project and the emulator get the same network with another first weight; the C++ library stays.
  const Network network = read_deployment(products).network;
  const model::Graph original = model::load(products / "model.onnx");
  model::Graph changed;
  for (const model::Node& node : original.nodes()) {
    model::Operation operation = node.operation;
    if (auto* dense = std::get_if<model::Dense>(&operation)) dense->weights.codes[0] += 1;
    changed.add(node.name, operation, node.inputs);
  }
  const Network other = prepare(changed, "net");
  test::write_files(emulator_library(other, {}), products / "emulator");
  test::write_files(hls_project(other, {}, {}), products / "hls");
  const Equality equality = prove({"cpp", "emulator", "hls"});
  EXPECT_EQ(equality.standings[0].verdict, Verdict::equal);
  for (const std::size_t k : {1u, 2u}) {
    const Standing& standing = equality.standings[k];
    ASSERT_EQ(standing.verdict, Verdict::different) << standing.name << ": " << standing.reason;
    ASSERT_TRUE(standing.first);
    EXPECT_EQ(first_node(network, standing.name, *standing.first), "dense");
    const std::string text = as_text(network, standing.name, *standing.first);
    for (const model::Node& node : network.graph.nodes())
      EXPECT_EQ(rows_of(text, node.name), node.output.features()) << text;
    ASSERT_EQ(standing.first->columns.size(), 4u) << "reference, cpp, emulator, hls";
    std::size_t values = 0;
    for (const model::Node& node : network.graph.nodes()) values += node.output.features();
    for (const auto& column : standing.first->columns) {
      ASSERT_EQ(column.codes.size(), values) << column.contender;
      for (const auto& code : column.codes) EXPECT_TRUE(code.has_value()) << column.contender;
    }
    EXPECT_NE(text.find('<'), std::string::npos) << "what differs is marked";
  }
}

TEST_F(ADeployment, ThatDoesNotCompileHasFailed) {
  write(test::scaled_input());
  test::write_file(folder_ / "deployed/cpp/net.cpp", "this is no source\n");
  const Equality equality = prove({"simd", "cpp"});
  EXPECT_EQ(equality.standings[1].verdict, Verdict::failed);
  EXPECT_FALSE(equality.equal());
}

}  // namespace
}  // namespace trigloop::deploy
