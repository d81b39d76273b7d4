// trigloop deploy from the command line: a proof that others can repeat, and what it says when something is wrong.
#include <gmock/gmock.h>

#include "core/program.hpp"
#include "registry/signature.hpp"
#include "test/app/deploy/deploy.hpp"
#include "test/deploy/support.hpp"

namespace trigloop {
namespace {

using testing::HasSubstr;

using DeployProof = DeployCommand;

TEST_F(DeployProof, ProvesWhatItMakesAndRepeatsTheProofFromTheFiles) {
  const std::vector<std::string> quick{"--events", "2000", "--quiet", "--without", "hls,verilog,emulator"};
  ASSERT_EQ(test::run_command({test::program().string(), "key", "new", path("key.pem")}).status, 0);
  std::vector<std::string> words{"--model", path("net.onnx"), "--output", path("out"), "--budget",
                                 "0.1",     "--latency",      "0",        "--key",     path("key.pem")};
  words.insert(words.end(), quick.begin(), quick.end());
  const auto made = run(words);
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_NE(made.out.find("proven"), std::string::npos) << made.out;
  const nlohmann::json proof = json("out/proof.json");
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
  EXPECT_TRUE(nlohmann::json::parse(again.out).at("equal"));

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

TEST_F(DeployProof, ComparesWhatABoardRecorded) {
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

TEST_F(DeployProof, RefusesWhereWhatIsRequiredCannotRun) {
  const std::string nothing = "PATH=" + path("nothing");
  const auto no_verilator =
      deploy({"--without", "cpp,emulator,hls,onnx", "--require", "verilog"}, {"/usr/bin/env", nothing});
  EXPECT_EQ(no_verilator.status, 3);
  EXPECT_THAT(no_verilator.err, HasSubstr("'verilog' is required but cannot be run"));
  const auto no_onnx = deploy({"--without", "cpp,emulator,hls,verilog", "--require", "onnx", "--python", "/bin/false"});
  EXPECT_EQ(no_onnx.status, 3);
  EXPECT_THAT(no_onnx.err, HasSubstr("has no onnxruntime"));
  const auto no_types = deploy({"--without", "cpp,onnx,verilog", "--require", "hls,emulator", "--python", "/bin/false"},
                               {"/usr/bin/env", "-u", "AP_TYPES"});
  EXPECT_EQ(no_types.status, 3);
  EXPECT_THAT(no_types.err, HasSubstr("ap_fixed.h is not here"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/proof.json")) << "nothing was proven";
  EXPECT_EQ(deploy({"--require", "vhdl"}).status, 2) << "no such contender";
}

TEST_F(DeployProof, RunsWhatIsRequired) {
  if (!core::find_program("verilator")) GTEST_SKIP() << "verilator is not installed (dev/apt-packages.txt, group test)";
  TRIGLOOP_NEEDS_AP_TYPES();
  const auto made = deploy({"--require", "verilog,cpp,simd,hls,emulator,onnx", "--ap-types", test::ap_types().string(),
                            "--python", test::peer_python().string(), "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto proof = nlohmann::json::parse(made.out);
  EXPECT_TRUE(proof.at("complete"));
  for (const auto& contender : proof.at("contenders")) EXPECT_EQ(contender.at("verdict"), "equal") << contender;
}

TEST_F(DeployProof, ComparesTheEmulatorOnAsManyEventsAsWereAskedFor) {
  TRIGLOOP_NEEDS_AP_TYPES();
  test::write_file(folder_ / "net.onnx", model::export_qonnx(test::Axol1tlLike(1).make()));
  const auto made =
      deploy({"--without", "cpp,hls,onnx,verilog", "--events", "3000", "--ap-types", test::ap_types().string()});
  ASSERT_EQ(made.status, 0) << made.err;
  for (const auto& contender : json("out/proof.json").at("contenders")) {
    if (contender.at("name") != "emulator") continue;
    EXPECT_GE(contender.at("events"), 3000);
    EXPECT_GT(contender.at("outside"), 0) << "of all 16 bits, which ap_fixed<18,13> does not hold";
  }
}

/// What Yosys would print, and a trace of its calls.
constexpr const char* fake_yosys = R"(#!/bin/sh
[ "$1" = -V ] && { echo 'Yosys 0.23 (fake)'; exit; }
echo "$2" >> "$YOSYS_CALLS"
echo '   Number of cells:    7'
echo '     CARRY4    1'
echo '     FDRE    2'
echo '     LUT6    4'
echo
echo 'Longest topological path in top (length=3):'
)";

TEST_F(DeployProof, CountsCellsByLayerAgainstTheBudget) {
  const std::string way = path_with("yosys", fake_yosys);
  test::write_file(folder_ / "c.yml", "deploy: {budget: {luts: 3, flip_flops: 2}}\n");
  const auto made = deploy({"--cells", "xc7,xcup", "--without", "cpp,emulator,hls,onnx,verilog", "--config",
                            path("c.yml"), "--most-carries", "0"},
                           {"/usr/bin/env", way, "YOSYS_CALLS=" + path("calls")});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("Yosys 0.23, xc7: 4 LUT, 2 flip-flops, 1 carry cells, 3 cells deep"));
  EXPECT_THAT(made.err, HasSubstr("warning: LUT: 4 (Yosys, xc7) exceeds 3"));
  EXPECT_THAT(made.err, HasSubstr("warning: carry cells: 1 (Yosys, xc7) exceeds 0"));
  EXPECT_THAT(made.err, Not(HasSubstr("flip-flops"))) << "as many as are allowed";
  const auto proof = json("out/proof.json");
  ASSERT_EQ(proof.at("synthesis").size(), 2u);
  const auto& layers = proof.at("synthesis")[1].at("layers");
  ASSERT_FALSE(layers.empty());
  EXPECT_EQ(layers[0].at("name"), "dense");
  EXPECT_EQ(layers[0].at("flip_flops"), 2);
  const std::string calls = test::read_file(folder_ / "calls");
  EXPECT_THAT(calls, HasSubstr("hierarchy -top net_dense; synth_xilinx -family xcup"));
  EXPECT_THAT(calls, HasSubstr("hierarchy -top net; proc; flatten"));
  const std::string page = test::read_file(folder_ / "out/report.html");
  EXPECT_THAT(page, HasSubstr("By layer on xcup"));
  EXPECT_THAT(page, HasSubstr("LUT: 4 (Yosys, xc7) exceeds 3"));
}

TEST_F(DeployProof, CellsThatWereNotCountedAreNotRun) {
  const std::vector<std::string> cells{"--cells", "xc7", "--without", "cpp,emulator,hls,onnx,verilog"};
  const auto missing = deploy(cells, {"/usr/bin/env", "PATH=" + path("nothing")});
  ASSERT_EQ(missing.status, 0) << missing.err;
  EXPECT_THAT(missing.out, HasSubstr("Yosys, xc7: not run: yosys is not installed"));
  std::vector<std::string> words = cells;
  words.insert(words.end(), {"--cells-seconds", "1", "--most-flip-flops", "5"});
  const auto slow = deploy(words, {"/usr/bin/env", path_with("yosys", "#!/bin/sh\n[ \"$1\" = -V ] || sleep 60\n")});
  ASSERT_EQ(slow.status, 0) << slow.err;
  EXPECT_THAT(slow.out, HasSubstr("Yosys, xc7: not run: yosys: was ended at the time limit"));
  EXPECT_THAT(slow.err, HasSubstr("warning: flip-flops: is not known (not synthesised); at most 5"));
  EXPECT_THAT(test::read_file(folder_ / "out/report.html"), HasSubstr("not run: yosys: was ended at the time limit"));
}

}  // namespace
}  // namespace trigloop
