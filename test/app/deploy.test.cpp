// trigloop deploy from the command line: a proof that others can repeat, and what it says when something is wrong.
#include <nlohmann/json.hpp>

#include "model/qonnx_export.hpp"
#include "registry/signature.hpp"
#include "test/deploy/networks.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

using nlohmann::json;

class Deploy : public testing::Test {
 protected:
  void SetUp() override { test::write_file(folder_ / "net.onnx", model::export_qonnx(test::scaled_input())); }

  test::CommandResult run(std::vector<std::string> words) {
    words.insert(words.begin(), {test::program().string(), "deploy"});
    return test::run_command(words);
  }
  std::string path(const char* name) const { return (folder_ / name).string(); }

  test::TempDir folder_;
};

TEST_F(Deploy, ProvesWhatItMakesAndRepeatsTheProofFromTheFiles) {
  const std::vector<std::string> quick{"--events", "2000", "--quiet", "--without", "hls,verilog,emulator"};
  ASSERT_EQ(test::run_command({test::program().string(), "key", "new", path("key.pem")}).status, 0);
  std::vector<std::string> words{"--model", path("net.onnx"), "--output", path("out"), "--budget",
                                 "0.1",     "--latency",      "0",        "--key",     path("key.pem")};
  words.insert(words.end(), quick.begin(), quick.end());
  const auto made = run(words);
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.out.find("proven"), std::string::npos) << made.out;
  const json proof = json::parse(test::read_file(folder_ / "out/proof.json"));
  EXPECT_TRUE(proof.at("proven"));
  EXPECT_FALSE(proof.at("complete")) << "what was left out is not proven";
  EXPECT_GE(proof.at("events"), 2000);
  for (const char* product :
       {"out/cpp/net.cpp", "out/emulator/net_emulator.cpp", "out/hls/firmware/net.cpp", "out/plain.onnx"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / product)) << product;

  EXPECT_NE(test::read_file(folder_ / "out/proof.json.sig").find("SSH SIGNATURE"), std::string::npos);
  words = {"verify", path("out"), "--json"};
  words.insert(words.end(), quick.begin(), quick.end());
  const auto again = run(words);
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_TRUE(json::parse(again.out).at("equal"));

  words.insert(words.end(), {"--require", "verilog"});
  EXPECT_EQ(run(words).status, 3) << "required, but left out";

  test::write_file(folder_ / "out/cpp/net.hpp", "#error changed\n");
  const auto changed = run(words);
  EXPECT_EQ(changed.status, 6);
  EXPECT_NE(changed.err.find("cpp/net.hpp was changed"), std::string::npos) << changed.err;
  test::write_file(folder_ / "out/proof.json", test::read_file(folder_ / "out/proof.json") + "\n");
  const auto forged = run(words);
  EXPECT_EQ(forged.status, 6) << "signed was another proof";
}

TEST_F(Deploy, ComparesWhatABoardRecorded) {
  test::write_file(folder_ / "board.csv", "a,b,c,d,e,f,score\n0,0,0,0,0,0,0\n");
  const auto right = run({"check", "--recorded", path("board.csv"), "--model", path("net.onnx")});
  EXPECT_EQ(right.status, 0) << right.out << right.err;
  EXPECT_EQ(right.out, "1 events, 0 differ\n");
  test::write_file(folder_ / "board.csv", "0,0,0,0,0,0,0\n0,0,0,0,0,0,3\n");
  const auto wrong = run({"check", "--recorded", path("board.csv"), "--model", path("net.onnx")});
  EXPECT_EQ(wrong.status, 6);
  EXPECT_NE(wrong.out.find("2 events, 1 differ"), std::string::npos);
  EXPECT_NE(wrong.out.find("dense[0]"), std::string::npos) << "every value of every layer";
  test::write_file(folder_ / "board.csv", "0,0,zero\n");
  EXPECT_EQ(run({"check", "--recorded", path("board.csv"), "--model", path("net.onnx")}).status, 4);
}

TEST_F(Deploy, MakesEachProductAlone) {
  EXPECT_EQ(run({"cpp", "--model", path("net.onnx"), "--output", path("cpp"), "--name", "my net"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "cpp/my_net.hpp"));
  EXPECT_EQ(
      run({"emulator", "--model", path("net.onnx"), "--output", path("em"), "--input-type", "ap_fixed<9,"}).status, 2);
  EXPECT_EQ(run({"hls", "--model", path("net.onnx"), "--output", path("hls"), "--events", "5"}).status, 0);
  EXPECT_EQ(run({"onnx", "--model", path("net.onnx"), "--output", path("plain.onnx")}).status, 0);
  EXPECT_EQ(run({}).status, 2);
}

}  // namespace
}  // namespace trigloop
