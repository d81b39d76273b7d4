// What a board and Vivado say of a deployment, from the command line.
#include <gmock/gmock.h>

#include "test/app/deploy/deploy.hpp"
#include "test/deploy/verilog/vivado_reports.hpp"

namespace trigloop {
namespace {

using testing::HasSubstr;

class DeployReports : public DeployCommand {
 protected:
  void SetUp() override {
    DeployCommand::SetUp();
    test::write_file(folder_ / "u.rpt", test::utilization_report);
    test::write_file(folder_ / "t.rpt", test::timing_report);
    test::write_file(folder_ / "layers.rpt", test::hierarchy_report);
    std::string missed = test::timing_report;
    missed.replace(missed.find("1.234"), 5, "-0.51");
    missed.replace(missed.find("All user specified timing constraints are met."), 46,
                   "Timing constraints are not met.");
    test::write_file(folder_ / "missed.rpt", missed);
  }
};

TEST_F(DeployReports, BecomeNumbers) {
  const auto text = run({"reports", path("u.rpt"), path("t.rpt")});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("LUT 18234 of 433200, FF 519"));
  EXPECT_THAT(text.out, HasSubstr("setup slack 1.234 ns, hold slack 0.067 ns, period 25 ns: met"));
  const auto made = run({"reports", path("u.rpt"), path("t.rpt"), "--layers", path("layers.rpt"), "--json"});
  const auto told = nlohmann::json::parse(made.out);
  EXPECT_EQ(told.at("layers").at(1).at("name"), "hidden");
  EXPECT_EQ(told.at("layers").at(1).at("luts"), 16222);
  EXPECT_EQ(told.at("utilization").at("luts"), 18234);
  EXPECT_EQ(told.at("timing").at("met"), true);
}

TEST_F(DeployReports, AMissedPeriodIsAFailure) {
  const auto missed = run({"reports", path("u.rpt"), path("missed.rpt")});
  EXPECT_EQ(missed.status, 6);
  EXPECT_THAT(missed.out, HasSubstr("NOT MET"));
  EXPECT_THAT(missed.err, HasSubstr("missed.rpt: timing is not met after routing: setup slack -0.51 ns"));
}

TEST_F(DeployReports, BadInputIsRefused) {
  EXPECT_EQ(run({"reports", path("u.rpt")}).status, 2);
  EXPECT_EQ(run({"reports", path("u.rpt"), path("none.rpt")}).status, 3);
  const auto swapped = run({"reports", path("t.rpt"), path("u.rpt")});
  EXPECT_EQ(swapped.status, 4);
  EXPECT_THAT(swapped.err, HasSubstr("t.rpt: is no utilization report"));
  const auto whole = run({"reports", path("u.rpt"), path("t.rpt"), "--layers", path("u.rpt")});
  EXPECT_EQ(whole.status, 4);
  EXPECT_THAT(whole.err, HasSubstr("u.rpt: is no utilization by hierarchy"));
  EXPECT_EQ(run({"reports", path("u.rpt"), path("t.rpt"), "--deployment", path("none")}).status, 3);
}

TEST_F(DeployReports, GoIntoTheProofAndThePage) {
  ASSERT_EQ(test::run_command({test::program().string(), "key", "new", path("key.pem")}).status, 0);
  const std::vector<std::string> without{"--without", "cpp,emulator,hls,onnx,verilog"};
  ASSERT_EQ(deploy({without[0], without[1], "--key", path("key.pem"), "--most-luts", "18000", "--latency", "2"}).status,
            0);
  const std::vector<std::string> words{"reports",   path("u.rpt"), path("missed.rpt"), "--deployment",
                                       path("out"), "--layers",    path("layers.rpt")};
  const auto unsigned_ = run(words);
  EXPECT_EQ(unsigned_.status, 2);
  EXPECT_THAT(unsigned_.err, HasSubstr("--key"));
  auto with_key = words;
  with_key.insert(with_key.end(), {"--key", path("key.pem")});
  const auto missed = run(with_key);
  EXPECT_EQ(missed.status, 6) << "the timing is not met";
  EXPECT_THAT(missed.err, HasSubstr("warning: LUT: 18234 (routed on xc7vx690tffg1927-2) exceeds 18000"));
  EXPECT_THAT(missed.err, HasSubstr("warning: period (ns): 25.51 (routed on xc7vx690tffg1927-2) exceeds 25"));
  EXPECT_EQ(json("out/proof.json").at("routed").at("timing").at("met"), false);
  const std::string page = test::read_file(folder_ / "out/report.html");
  EXPECT_THAT(page, HasSubstr("After routing"));
  EXPECT_THAT(page, HasSubstr("By layer after routing"));
  EXPECT_EQ(json("out/proof.json").at("routed").at("layers").size(), 3);
  EXPECT_THAT(page, HasSubstr("timing is not met after routing"));
  const auto again = run({"verify", path("out"), without[0], without[1], "--events", "100", "--quiet"});
  EXPECT_EQ(again.status, 0) << again.err << "signed again, and no product was changed";
  with_key[2] = path("t.rpt");
  EXPECT_EQ(run(with_key).status, 0) << "routed again, and met";
  EXPECT_EQ(json("out/proof.json").at("routed").at("timing").at("met"), true);
}

TEST_F(DeployReports, WhatABoardRecordedIsToldToPrograms) {
  test::write_file(folder_ / "board.csv", "# x\r\n0,0,0,0,0,0,0\r\n0,0,0,0,0,0,3\r\n");
  const auto wrong = run({"check", "--recorded", path("board.csv"), "--model", path("net.onnx"), "--json"});
  EXPECT_EQ(wrong.status, 6);
  const auto told = nlohmann::json::parse(wrong.out);
  EXPECT_EQ(told.at("events"), 2);
  EXPECT_EQ(told.at("different"), 1);
  test::write_file(folder_ / "narrow.csv", "0,0,0\n");
  const auto narrow = run({"check", "--recorded", path("narrow.csv"), "--model", path("net.onnx")});
  EXPECT_EQ(narrow.status, 6);
  EXPECT_THAT(narrow.err, HasSubstr("rows of 3 numbers"));
  test::write_file(folder_ / "empty.csv", "a,b\n");
  EXPECT_EQ(run({"check", "--recorded", path("empty.csv"), "--model", path("net.onnx")}).status, 6);
  EXPECT_EQ(run({"check", "--recorded", path("none.csv"), "--model", path("net.onnx")}).status, 3);
  EXPECT_EQ(run({"check", "--model", path("net.onnx")}).status, 2);
}

}  // namespace
}  // namespace trigloop
