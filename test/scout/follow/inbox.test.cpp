#include "scout/follow/inbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace trigloop::scout {
namespace {

using namespace std::chrono_literals;
using Kind = Change::Kind;

/// An inbox whose files are verdicts that the test sets; the time is a number.
class InboxTest : public testing::Test {
 protected:
  Inbox make(InboxOptions options = {}) {
    return Inbox("in", options, [this](const std::filesystem::path& path) {
      ++looks;
      const auto at = verdicts.find(path.filename());
      return at == verdicts.end() ? Verdict{std::nullopt, 100} : at->second;
    });
  }

  static Sighting file(const std::string& name, std::uint64_t inode, std::uint64_t bytes = 100,
                       std::int64_t modified = 0) {
    return {name, false, bytes, modified, 1, inode};
  }
  static Verdict partial() { return {core::Error(core::ErrorCode::damaged, "is cut short"), 0}; }
  static Verdict unreadable(int error) {
    return {core::Error(core::ErrorCode::not_found, "read error").cause(error), 0};
  }

  std::map<std::string, Verdict> verdicts;
  int looks = 0;
};

TEST_F(InboxTest, GivesAWholeFileAtOnceAndOnlyOnce) {
  Inbox inbox = make();
  inbox.reconcile({file("a", 1)}, 0s);
  EXPECT_TRUE(inbox.look(0s).empty());
  EXPECT_EQ(inbox.next(), "a");
  EXPECT_EQ(inbox.next(), std::nullopt);
  inbox.set_read("a");
  inbox.set_done("a");
  inbox.reconcile({file("a", 1)}, 30s);
  inbox.look(30s);
  EXPECT_EQ(inbox.next(), std::nullopt);
}

TEST_F(InboxTest, WaitsForAFileThatGrowsAndLooksLessAndLessOften) {
  verdicts["a"] = partial();
  Inbox inbox = make({.settle = 1h});
  inbox.reconcile({file("a", 1)}, 0s);
  for (Duration now = 0s; now < 10min; now += 100ms) inbox.look(now);
  EXPECT_LT(looks, 40);
  verdicts.erase("a");
  inbox.look(11min);
  EXPECT_EQ(inbox.next(), "a");
}

TEST_F(InboxTest, KnowsWhichLumisectionsAreLostWhereInputsTell) {
  verdicts["a"] = Verdict{std::nullopt, 100, {{1, 7}, {1, 8}}};
  verdicts["b"] = Verdict{std::nullopt, 100, {{1, 8}}};
  Inbox inbox = make();
  inbox.reconcile({file("a", 1), file("b", 2), file("c", 3)}, 0s);
  inbox.look(0s);
  inbox.reconcile({}, 30s);
  EXPECT_EQ(inbox.losses().inputs, 3u);
  EXPECT_EQ(inbox.losses().untold, 1u);
  EXPECT_EQ(inbox.losses().lumisections, (std::set<event::LumiKey>{{1, 7}, {1, 8}}));
}

TEST_F(InboxTest, CallsAFileDamagedOnlyAfterItsWriterClosedItOrWasSilent) {
  verdicts["closed"] = verdicts["silent"] = partial();
  Inbox inbox = make();
  inbox.reconcile({file("closed", 1), file("silent", 2)}, 0s);
  EXPECT_TRUE(inbox.look(0s).empty());
  inbox.notice({Kind::closed, "closed"}, file("closed", 1), 1s);
  EXPECT_TRUE(inbox.look(1s).empty());
  const auto first = inbox.look(4s);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].name, "closed");
  EXPECT_EQ(first[0].why.reason(), "is cut short");
  inbox.quarantine("closed", "x");
  EXPECT_TRUE(inbox.look(59s).empty());
  EXPECT_EQ(inbox.look(61s).size(), 1u);
}

TEST_F(InboxTest, DoesNotReadAFileThatIsWholeForNowWhileItsWriterHasItOpen) {
  Inbox inbox = make();
  inbox.notice({Kind::written, "a"}, file("a", 1), 0s);
  inbox.look(1s);
  EXPECT_EQ(inbox.next(), std::nullopt);
  inbox.notice({Kind::closed, "a"}, file("a", 1), 2s);
  inbox.look(2s);
  EXPECT_EQ(inbox.next(), "a");
}

TEST_F(InboxTest, ReadsAReplacedFileAgainWhateverItWas) {
  Inbox inbox = make();
  verdicts["bad"] = partial();
  inbox.reconcile({file("done", 1), file("bad", 2)}, 0s);
  inbox.look(0s);
  EXPECT_EQ(inbox.next(), "done");
  inbox.set_read("done");
  inbox.set_done("done");
  inbox.look(61s);
  inbox.quarantine("bad", "is cut short");
  verdicts.clear();
  inbox.reconcile({file("done", 1, 200), file("bad", 3)}, 100s);
  inbox.look(100s);
  EXPECT_EQ(inbox.next(), "bad");
  EXPECT_EQ(inbox.next(), "done");
}

TEST_F(InboxTest, StartsOverWithAFileThatChangesWhileItIsRead) {
  Inbox inbox = make();
  inbox.reconcile({file("a", 1)}, 0s);
  inbox.look(0s);
  EXPECT_EQ(inbox.next(), "a");
  inbox.reconcile({file("a", 1, 200)}, 1s);
  inbox.set_read("a");  // of the old content
  EXPECT_EQ(inbox.find("a")->state, InputState::growing);
}

TEST_F(InboxTest, KnowsARenamedFileByItsInode) {
  Inbox inbox = make();
  verdicts["new.part"] = partial();
  inbox.reconcile({file("old", 1), file("new.part", 2)}, 0s);
  inbox.look(0s);
  inbox.next();
  inbox.set_read("old");
  inbox.set_done("old");
  inbox.notice({Kind::gone, "new.part"}, std::nullopt, 1s);
  inbox.reconcile({file("renamed", 1), file("new.root", 2, 150)}, 1s);
  inbox.look(1s);
  EXPECT_EQ(inbox.find("renamed")->state, InputState::done);
  EXPECT_EQ(inbox.find("new.root")->state, InputState::ready);
  EXPECT_EQ(inbox.losses().inputs, 0u);
}

TEST_F(InboxTest, CountsWhatVanishesUnreadAsLost) {
  Inbox inbox = make();
  inbox.reconcile({file("a", 1), file("b", 2), file("c", 3)}, 0s);
  inbox.look(0s);
  EXPECT_EQ(inbox.next(), "a");
  inbox.set_read("a");
  inbox.set_done("a");
  inbox.reconcile({}, 1h);
  EXPECT_EQ(inbox.losses().inputs, 2u);
  EXPECT_EQ(inbox.losses().last, 1h);
  EXPECT_TRUE(inbox.entries().empty());
}

TEST_F(InboxTest, TriesUnreadableFilesAgainButNotWithoutEnd) {
  verdicts["a"] = unreadable(EIO);
  Inbox inbox = make();
  inbox.reconcile({file("a", 1)}, 0s);
  for (Duration now = 0s; now < 1h; now += 500ms) EXPECT_TRUE(inbox.look(now).empty());
  EXPECT_EQ(inbox.find("a")->state, InputState::aside);
  EXPECT_THAT(inbox.find("a")->reason, testing::HasSubstr("read error"));
  EXPECT_GT(looks, 10);
  EXPECT_LT(looks, 30);
  verdicts.clear();
  inbox.look(2h);
  EXPECT_EQ(inbox.next(), "a");
}

TEST_F(InboxTest, LeavesTroubleOfTheMachineToItsCaller) {
  verdicts["a"] = unreadable(EMFILE);
  Inbox inbox = make();
  inbox.reconcile({file("a", 1)}, 0s);
  EXPECT_THROW(inbox.look(0s), core::Error);
  verdicts.clear();
  inbox.look(0s);
  EXPECT_EQ(inbox.next(), "a");
}

TEST_F(InboxTest, GivesInputsInTheOrderAskedFor) {
  const std::vector<Sighting> all{file("b", 1, 100, 3), file("c", 2, 100, 1), file("a", 3, 100, 2)};
  const auto order = [&](Order wanted) {
    Inbox inbox = make({.order = wanted});
    inbox.reconcile(all, 0s);
    inbox.look(0s);
    std::string names;
    while (const auto name = inbox.next()) names += *name;
    return names;
  };
  EXPECT_EQ(order(Order::expiry), "cab");
  EXPECT_EQ(order(Order::newest), "bac");
  EXPECT_EQ(order(Order::name), "abc");
}

TEST_F(InboxTest, ForeseesWhatWillExpireBeforeItsTurn) {
  Inbox inbox = make({.retention = 10s});
  inbox.reconcile(
      {file("a", 1, 100, 0), file("b", 2, 100, 0), file("c", 3, 100, std::chrono::nanoseconds(90s).count())}, 0s);
  inbox.look(0s);
  EXPECT_EQ(inbox.outlook(1.0 / 6, 0s).inputs, 1u);  // a in 6 s, b in 12 s, c in 18 s
  EXPECT_EQ(inbox.outlook(1.0, 0s).inputs, 0u);
}

}  // namespace
}  // namespace trigloop::scout
