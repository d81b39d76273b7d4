#pragma once
// What tests of `trigloop deploy` share: a small network on disk, and the command.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/qonnx_export.hpp"
#include "test/deploy/networks.hpp"
#include "test/support/support.hpp"

namespace trigloop {

class DeployCommand : public testing::Test {
 protected:
  void SetUp() override { test::write_file(folder_ / "net.onnx", model::export_qonnx(test::scaled_input())); }

  /// `trigloop deploy WORDS...`, with `before` in front of the program: {"env", "PATH=..."}.
  test::CommandResult run(std::vector<std::string> words, std::vector<std::string> before = {}) const {
    before.insert(before.end(), {test::program().string(), "deploy"});
    before.insert(before.end(), words.begin(), words.end());
    return test::run_command(before);
  }
  /// A quick deployment of net.onnx into `out`, with more words; 500 events, unless they say otherwise.
  test::CommandResult deploy(std::vector<std::string> more, std::vector<std::string> before = {}) const {
    std::vector<std::string> words{"--model", path("net.onnx"), "--output", path("out"), "--budget", "0", "--quiet"};
    if (std::ranges::find(more, "--events") == more.end()) words.insert(words.end(), {"--events", "500"});
    words.insert(words.end(), more.begin(), more.end());
    return run(words, std::move(before));
  }
  nlohmann::json json(const char* name) const { return nlohmann::json::parse(test::read_file(folder_ / name)); }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  /// A program of this text, alone on $PATH beside the shell's tools.
  std::string path_with(const char* program, const std::string& text) const {
    std::filesystem::create_directories(folder_ / "bin");
    test::write_file(folder_ / "bin" / program, text);
    std::filesystem::permissions(folder_ / "bin" / program, std::filesystem::perms::owner_all);
    return "PATH=" + path("bin") + ":/usr/bin:/bin";
  }

  test::TempDir folder_;
};

}  // namespace trigloop
