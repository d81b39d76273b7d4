// trigloop loop, approve, audit, key: as people type them.
#include <gtest/gtest.h>

#include "test/loop/fixtures.hpp"

namespace trigloop {
namespace {

using test::CommandResult;
using test::TestSite;

CommandResult run(std::vector<std::string> words) {
  words.insert(words.begin(), test::program().string());
  return test::run_command(words);
}

struct LoopCommand : testing::Test {
  TestSite t;
  std::string path(const char* name) const { return (t.folder / name).string(); }
  std::string config() const { return path("site.yml"); }
};

TEST_F(LoopCommand, ChecksTheSite) {
  EXPECT_EQ(run({"loop", "check", "--config", config()}).status, 0);
  test::write_file(t.folder / "bad.yml", "version: 1\nsite: x\n");
  const CommandResult bad = run({"loop", "check", "--config", path("bad.yml")});
  EXPECT_EQ(bad.status, 2);
  EXPECT_NE(bad.err.find("bad.yml"), std::string::npos);
}

TEST_F(LoopCommand, SaysWhatItWouldDo) {
  EXPECT_NE(run({"loop", "plan", "--config", config()}).out.find("no model is deployed"), std::string::npos);
  EXPECT_EQ(run({"loop", "start", "--config", config(), "--why", "a test"}).status, 0);
  EXPECT_NE(run({"loop", "plan", "--config", config()}).out.find("see whether"), std::string::npos);
  EXPECT_NE(run({"loop", "status", "--config", config()}).out.find("opened"), std::string::npos);
  EXPECT_NE(run({"loop", "history", "--config", config(), "--json"}).out.find("\"a test\""), std::string::npos);
  EXPECT_EQ(run({"loop", "start", "--config", config()}).status, 2) << "one round at a time";
}

TEST_F(LoopCommand, MakesKeysForTheirOwnerAlone) {
  const CommandResult made = run({"key", "new", path("mine.pem")});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(run({"key", "show", path("mine.pem")}).out, made.out);
  EXPECT_EQ(run({"key", "new", path("mine.pem")}).status, 7) << "a key is never replaced";
}

TEST_F(LoopCommand, ApprovesWithAKeyFile) {
  const loop::Round round = t.asking();
  t.ada.save(t.folder / "ada.pem");
  const auto approve = [&](const char* role) {
    return run({"approve", round.id, "--config", config(), "--role", role, "--key", path("ada.pem")});
  };
  const CommandResult yes = approve("team");
  EXPECT_EQ(yes.status, 0) << yes.err;
  EXPECT_NE(yes.out.find("team: 1 of 2"), std::string::npos) << yes.out;
  EXPECT_EQ(approve("committee").status, 6) << "Ada is not of the committee";
  EXPECT_EQ(run({"approve", round.id, "--config", config(), "--role", "team"}).status, 2) << "nobody signs";
  EXPECT_EQ(run({"approve", "none", "--config", config(), "--role", "team", "--key", path("ada.pem")}).status, 3);
  EXPECT_EQ(run({"audit", "verify", "--config", config()}).status, 0);
}

TEST_F(LoopCommand, ApprovesWithSshKeygen) {
  if (test::run_command({"sh", "-c", "command -v ssh-keygen"}).status != 0) GTEST_SKIP() << "ssh-keygen is not here";
  ASSERT_EQ(test::run_command({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("id")}).status, 0);
  std::string text = test::read_file(t.folder / "site.yml");
  const std::string cleo = registry::to_line(t.cleo.public_key());
  const std::string line = test::read_file(t.folder / "id.pub");
  text.replace(text.find(cleo), cleo.size(), line.substr(0, line.find(' ', 12)));
  test::write_file(t.folder / "site.yml", text);
  const loop::Round round = t.asking();
  const auto approve = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"approve", round.id, "--config", config(), "--role", "committee"});
    return run(more);
  };
  ASSERT_EQ(approve({"--write-statement", path("s.json")}).status, 0);
  ASSERT_EQ(
      test::run_command({"ssh-keygen", "-q", "-Y", "sign", "-f", path("id"), "-n", "trigloop-decision", path("s.json")})
          .status,
      0);
  const CommandResult taken = approve({"--statement", path("s.json"), "--signature", path("s.json.sig")});
  EXPECT_EQ(taken.status, 0) << taken.err;
  EXPECT_NE(taken.out.find("cleo (committee): approve"), std::string::npos) << taken.out;
  EXPECT_EQ(approve({"--statement", path("s.json"), "--signature", path("s.json.sig")}).status, 6) << "a replay";
}

TEST_F(LoopCommand, FindsALogThatWasChanged) {
  t.asking();
  const CommandResult shown = run({"audit", "show", "--config", config()});
  EXPECT_NE(shown.out.find("head 3:"), std::string::npos) << shown.out;
  t.registry.database().script("UPDATE history SET user='x' WHERE number=2");
  const CommandResult verified = run({"audit", "verify", "--config", config(), "--json"});
  EXPECT_EQ(verified.status, 4);
  EXPECT_NE(verified.out.find("entry 2"), std::string::npos) << verified.out;
}

}  // namespace
}  // namespace trigloop
