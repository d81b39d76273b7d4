// trigloop registry as a user meets it: what commands record, and what can be done with it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "test/support/support.hpp"

namespace trigloop::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr const char* small = R"(
data_config:
  Read_configs:
    BACKGROUND: {file_path: BG, train_sector: [0, 2000], test_sector: [2000, 3000]}
    SIGNAL: {file_path: SIG}
train:
  Contrastive_VAE: {batch_size: 300, epochs_contrastive: 1, epochs_vae: 2}
lr_schedule:
  Contrastive_VAE:
    Contrastive_stage: {config: {warmup_epochs: 1}}
    VAE_stage: {config: {warmup_epochs: 1}}
)";

class RegistryCommands : public testing::Test {
 protected:
  CommandResult trigloop(std::vector<std::string> words) const {
    words.insert(words.begin(), {"env", "TRIGLOOP_REGISTRY=" + (dir_ / "registry").native(), program().native()});
    return run_command(words);
  }
  std::string good(const std::vector<std::string>& words) const {
    const CommandResult result = trigloop(words);
    EXPECT_EQ(result.status, 0) << words[0] << " " << words[1] << ": " << result.err;
    return result.out;
  }
  json asked(std::vector<std::string> words) const {
    words.emplace_back("--json");
    return json::parse(good(words));
  }
  /// curate, train, fine-tune, evaluate.
  void work() const {
    good({"simulate", "zerobias", "-q", "-n", "3000", "-o", dir_ / "bg.h5"});
    good({"simulate", "signals", "-q", "-n", "100", "-o", dir_ / "sig.h5"});
    std::string config = small;
    config.replace(config.find("BG"), 2, dir_ / "bg.h5");
    config.replace(config.find("SIG}"), 3, dir_ / "sig.h5");
    write_file(dir_ / "c.yml", config);
    good({"curate", "-q", "--config", dir_ / "c.yml", "--output", dir_ / "Data.h5"});
    good({"train", "-q", "--no-store", "--config", dir_ / "c.yml", "--data", dir_ / "Data.h5", "--output",
          dir_ / "one"});
    good({"train", "-q", "--no-store", "--config", dir_ / "c.yml", "--data", dir_ / "Data.h5", "--output", dir_ / "two",
          "--init", dir_ / "one", "--set", "train.Contrastive_VAE.epochs_vae=3"});
    good({"evaluate", "-q", "--model", dir_ / "two/model.onnx", "--config", dir_ / "c.yml", "--rate", "10"});
  }
  TempDir dir_;
};

TEST_F(RegistryCommands, RememberALoopAndMakeItsModelAgain) {
  work();
  const json models = asked({"registry", "list", "--kind", "model"});
  ASSERT_EQ(models.size(), 2u);
  const json lineage = asked({"registry", "lineage", "Contrastive_VAE:2"});
  std::vector<std::string> commands;
  for (const json& run : lineage["runs"]) commands.push_back(run["command"]);
  EXPECT_THAT(commands, testing::UnorderedElementsAre("train", "train", "curate"));
  EXPECT_THAT(good({"registry", "lineage", "Contrastive_VAE:2"}), HasSubstr("parent: model Contrastive_VAE:1"));
  EXPECT_THAT(good({"registry", "lineage", "Contrastive_VAE:2", "--down"}), HasSubstr("report evaluation:1"));
  EXPECT_THAT(good({"registry", "diff", "Contrastive_VAE:1", "Contrastive_VAE:2"}),
              HasSubstr("train.Contrastive_VAE.epochs_vae: 2 -> 3"));
  const json again = asked({"registry", "reproduce", "Contrastive_VAE:2"});
  EXPECT_EQ(again["equal"], true) << again;
  EXPECT_EQ(again["same_code"], true);

  fs::remove(dir_ / "Data.h5");
  EXPECT_THAT(good({"registry", "reproduce", "Contrastive_VAE:1"}), HasSubstr("bit-equal")) << "curated again";
  std::string background = read_file(dir_ / "bg.h5");
  background[background.size() / 2] ^= 1;
  write_file(dir_ / "bg.h5", background);
  const CommandResult changed = trigloop({"registry", "reproduce", "Contrastive_VAE:1"});
  EXPECT_EQ(changed.status, 6);
  EXPECT_THAT(changed.out, HasSubstr("changed input: " + (dir_ / "bg.h5").native()));
  EXPECT_EQ(trigloop({"registry", "verify"}).status, 4) << "the references have changed";
  EXPECT_EQ(trigloop({"registry", "verify", "--references", "0"}).status, 0);
}

TEST_F(RegistryCommands, AddLabelCleanUpAndTransfer) {
  write_file(dir_ / "a.onnx", "weights a");
  write_file(dir_ / "b.onnx", "weights b");
  std::string list = "# URI,bytes,checksum,entries,lumisections\n";
  for (int i = 0; i < 500; ++i)
    list += "root://eos//" + std::to_string(i) + ".root,1000,adler32:0000abcd,10,396102:1-3,5\n";
  write_file(dir_ / "list.csv", list);
  const std::string data = good({"registry", "add", "--kind", "dataset", "--name", "zb", "--list", dir_ / "list.csv"});
  const std::string a =
      good({"registry", "add", "--kind", "model", "--name", "m", "--file", dir_ / "a.onnx", "--from", "zb"});
  const std::string b = good({"registry", "add", "--kind", "model", "--name", "m", "--file", dir_ / "b.onnx"});
  EXPECT_EQ(asked({"registry", "show", "zb"})["references"].size(), 500u);
  EXPECT_EQ(asked({"registry", "show", "zb"})["references"][0]["lumisections"], "396102:1-3,5");
  good({"registry", "alias", "m:1", "champion"});
  good({"registry", "stage", "m@champion", "candidate"});
  good({"registry", "tag", "m@champion", "site=cern", "who=me"});
  EXPECT_EQ(asked({"registry", "list", "--tag", "site=cern"})[0]["aliases"][0], "champion");
  EXPECT_EQ(asked({"registry", "history", "m:1"}).size(), 4u);
  EXPECT_EQ(asked({"registry", "gc", "--artifacts"})["artifacts"].size(), 1u);
  good({"registry", "gc", "--artifacts", "--yes"});
  EXPECT_EQ(trigloop({"registry", "show", "m:2"}).status, 3);
  EXPECT_EQ(good({"registry", "show", "m@champion", "--file", "a.onnx"}), "weights a");
  good({"registry", "export", "m@champion", "--output", dir_ / "out"});
  const std::string other = "--registry=" + (dir_ / "other").native();
  EXPECT_EQ(asked({"registry", "import", dir_ / "out", other, "--labels"})["artifacts"], 2);
  EXPECT_EQ(asked({"registry", "list", other}).size(), 2u);
  good({"registry", "verify", other});
}

TEST_F(RegistryCommands, SayWhatIsWrong) {
  const CommandResult none = trigloop({"registry", "list"});
  EXPECT_EQ(none.status, 3);
  EXPECT_THAT(none.err, HasSubstr("is no registry"));
  EXPECT_EQ(run_command({program(), "registry", "list"}).status, 2) << "none is named";
  write_file(dir_ / "f", "x");
  EXPECT_THAT(trigloop({"registry", "add", "--kind", "modle", "--name", "m", "--file", dir_ / "f"}).err,
              HasSubstr("Did you mean 'model'?"));
  EXPECT_EQ(trigloop({"registry", "add", "--kind", "model", "--name", "m"}).status, 2);
  EXPECT_EQ(trigloop({"registry", "import", dir_.path()}).status, 3);
  EXPECT_EQ(trigloop({"registry", "pull", "x", "--mlflow", "http://127.0.0.1:9"}).status, 3);
}

TEST_F(RegistryCommands, NothingIsRecordedWhereNobodyAsks) {
  good({"simulate", "zerobias", "-q", "-n", "3000", "-o", dir_ / "bg.h5"});
  write_file(dir_ / "c.yml",
             "data_config:\n  Read_configs:\n    BACKGROUND: {file_path: " + (dir_ / "bg.h5").native() +
                 ", train_sector: [0, 2000], test_sector: [2000, 3000]}\n    SIGNAL: {file_path: ''}\n");
  good({"curate", "-q", "--no-registry", "--config", dir_ / "c.yml", "--output", dir_ / "Data.h5"});
  EXPECT_FALSE(fs::exists(dir_ / "registry"));
}

}  // namespace
}  // namespace trigloop::test
