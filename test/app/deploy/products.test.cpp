// Each product by its own command: files, output for programs, and what is refused.
#include <gmock/gmock.h>

#include "test/app/deploy/deploy.hpp"

namespace trigloop {
namespace {

using testing::HasSubstr;

using DeployProducts = DeployCommand;

TEST_F(DeployProducts, AreFoldersOfTheirOwn) {
  const auto cpp = run({"cpp", "--model", path("net.onnx"), "--output", path("cpp"), "--name", "my net"});
  EXPECT_EQ(cpp.status, 0) << cpp.err;
  EXPECT_THAT(cpp.out, HasSubstr(path("cpp/my_net.hpp")));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "cpp/my_net.hpp"));
  EXPECT_EQ(
      run({"emulator", "--model", path("net.onnx"), "--output", path("em"), "--input-type", "ap_fixed<20,12>"}).status,
      0);
  EXPECT_THAT(test::read_file(folder_ / "em/net_emulator.cpp"), HasSubstr("ap_fixed<20, 12>"));
  EXPECT_EQ(
      run({"hls", "--model", path("net.onnx"), "--output", path("hls"), "--events", "5", "--period", "6.25"}).status,
      0);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "hls/firmware/net.cpp"));
  EXPECT_EQ(run({"onnx", "--model", path("net.onnx"), "--output", path("plain.onnx")}).status, 0);
  EXPECT_EQ(run({"onnx", "--model", path("net.onnx"), "--output", path("again.onnx"), "--qonnx"}).status, 0);
}

TEST_F(DeployProducts, TellProgramsWhatWasWritten) {
  for (const char* product : {"cpp", "emulator", "hls", "onnx"}) {
    const auto made = run({product, "--model", path("net.onnx"), "--output", path(product), "--json"});
    ASSERT_EQ(made.status, 0) << product << made.err;
    const auto told = nlohmann::json::parse(made.out);
    ASSERT_FALSE(told.at("files").empty()) << product;
    for (const std::string file : told.at("files")) EXPECT_TRUE(std::filesystem::is_regular_file(file)) << file;
  }
}

TEST_F(DeployProducts, RefuseWhatTheyCannotMake) {
  test::write_file(folder_ / "broken.onnx", "no network");
  for (const char* product : {"cpp", "emulator", "hls", "onnx", "verilog"}) {
    EXPECT_EQ(run({product, "--output", path("x")}).status, 2) << product << ": no model";
    EXPECT_EQ(run({product, "--model", path("net.onnx")}).status, 2) << product << ": no output";
    EXPECT_EQ(run({product, "--model", path("none.onnx"), "--output", path("x")}).status, 3) << product;
    const auto broken = run({product, "--model", path("broken.onnx"), "--output", path("x")});
    EXPECT_THAT(broken.status, testing::AnyOf(4, 5)) << product << broken.err;
    EXPECT_THAT(broken.err, HasSubstr("broken.onnx"));
    EXPECT_EQ(run({product, "--model", path("net.onnx"), "--output", "/dev/null/x"}).status, 7) << product;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "x")) << product << " left something behind";
  }
  EXPECT_EQ(run({"emulator", "--model", path("net.onnx"), "--output", path("x"), "--input-type", "ap_fixed<9,"}).status,
            2);
  EXPECT_EQ(run({"emulator", "--model", path("net.onnx"), "--output", path("x"), "--interface", "list"}).status, 2);
  EXPECT_EQ(run({"hls", "--model", path("net.onnx"), "--output", path("x"), "--period", "-1"}).status, 2);
  EXPECT_EQ(run({}).status, 2) << "neither a product nor a deployment";
}

TEST_F(DeployProducts, AScanWeighsEfficiencyAgainstCost) {
  test::write_file(folder_ / "trigger.onnx", model::export_qonnx(test::Axol1tlLike(1).make()));
  const std::vector<std::string> words{
      "scan", "--model", path("trigger.onnx"), "--events", "2000",   "--weights",
      "0",    "3",       "--activations",      "0",        "--page", path("front.html")};
  auto in_words = words;
  const auto text = run(in_words);
  ASSERT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("efficiency"));
  in_words.emplace_back("--json");
  const auto made = run(in_words);
  ASSERT_EQ(made.status, 0) << made.err;
  const auto points = nlohmann::json::parse(made.out).at("points");
  ASSERT_EQ(points.size(), 2u);
  EXPECT_LT(points[1].at("ebops"), points[0].at("ebops"));
  EXPECT_THAT(test::read_file(folder_ / "front.html"), HasSubstr("Pareto front"));
  EXPECT_EQ(run({"scan"}).status, 2);
  EXPECT_EQ(run({"scan", "--model", path("trigger.onnx"), "--weights", "99"}).status, 2);
  const auto scaled = run({"scan", "--model", path("net.onnx"), "--events", "1000"});
  EXPECT_EQ(scaled.status, 6) << scaled.err;
  EXPECT_THAT(scaled.err, HasSubstr("--normalisation"));
  EXPECT_EQ(run({"scan", "--model", path("trigger.onnx"), "--background", path("none.h5")}).status, 3);
}

}  // namespace
}  // namespace trigloop
