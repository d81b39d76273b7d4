// The audit log: any change is found, by whomever it was made.
#include "loop/audit.hpp"

#include "registry/schema.hpp"
#include "test/loop/fixtures.hpp"

namespace trigloop::loop {
namespace {

using test::TestSite;

/// A log with a round, three signatures and some labels.
struct Logged : TestSite {
  Logged() {
    const Round round = asking();
    decide(round, Verb::approve, "team", ada);
    registry::note(registry, "tag", "x", "k", "", "v");
    decide(round, Verb::approve, "team", bob);
    decide(round, Verb::approve, "committee", cleo);
    registry::note(registry, "tag", "x", "k", "v", "w");
  }
  AuditReport verify(const std::optional<registry::Head>& kept = {}) { return verify_log(registry, &site, kept); }
  void sql(const std::string& text) { registry.database().script(text); }

  /// What somebody with the program's source can do: every entry sealed anew.
  void reseal() {
    std::vector<std::vector<registry::Value>> rows;
    {
      registry::Query row = registry.database().query("SELECT * FROM history ORDER BY number");
      while (row.next()) {
        auto& values = rows.emplace_back();
        for (int c = 0; c < 9; ++c) values.push_back(row.value(c));
      }
    }
    std::string previous;
    for (auto& values : rows) {
      values[8] = previous;
      previous = registry::seal("history", values);
      registry::replace_row(registry.database(), "history", values);
    }
  }
};

TEST(Audit, AnUntouchedLogIsWhole) {
  Logged log;
  const AuditReport report = log.verify(registry::head_of_history(log.registry));
  EXPECT_TRUE(report.good()) << report.broken.front();
  EXPECT_EQ(report.entries, 8);
  EXPECT_EQ(report.signatures, 3);
}

TEST(Audit, EveryChangedFieldIsFound) {
  Logged log;
  for (const char* column : {"time", "user", "action", "artifact", "key", "old", "new", "previous", "seal"}) {
    for (int entry = 1; entry <= 8; ++entry) {
      const std::string where = " WHERE number=" + std::to_string(entry);
      log.sql("SAVEPOINT s");
      const bool number = std::string(column) == "time";
      log.sql("UPDATE history SET " + std::string(column) + "=" + (number ? "time+1" : std::string(column) + "||'x'") +
              where);
      EXPECT_FALSE(log.verify().good()) << column << " of entry " << entry;
      log.sql("ROLLBACK TO s; RELEASE s");
    }
  }
  EXPECT_TRUE(log.verify().good());
}

TEST(Audit, EntriesThatAreTakenOutOrSwappedAreFound) {
  Logged log;
  for (int entry = 1; entry < 8; ++entry) {
    log.sql("SAVEPOINT s; DELETE FROM history WHERE number=" + std::to_string(entry));
    EXPECT_FALSE(log.verify().good()) << entry;
    log.sql("ROLLBACK TO s; RELEASE s");
  }
  log.sql(
      "UPDATE history SET number=100 WHERE number=2; UPDATE history SET number=2 WHERE number=3;"
      "UPDATE history SET number=3 WHERE number=100");
  EXPECT_FALSE(log.verify().good());
}

TEST(Audit, ALogThatWasSealedAnewContradictsTheSignatures) {
  Logged log;
  log.sql("UPDATE history SET user='nobody' WHERE number=2");
  log.reseal();
  EXPECT_EQ(registry::broken_history(log.registry), 0) << "the chain alone does not tell";
  const AuditReport report = log.verify();
  ASSERT_FALSE(report.good());
  EXPECT_NE(report.broken.front().find("another log"), std::string::npos);
}

TEST(Audit, AForgedDecisionIsFoundThoughItIsSealed) {
  Logged log;
  log.sql("UPDATE history SET new=replace(new, '2801', '2001') WHERE action='approve'");
  log.reseal();
  EXPECT_FALSE(log.verify().good());
}

TEST(Audit, ACutEndIsFoundByAHeadThatWasWrittenDown) {
  Logged log;
  const registry::Head kept = parse_head(text_of(registry::head_of_history(log.registry)));
  log.sql("DELETE FROM history WHERE number=8");
  EXPECT_TRUE(log.verify().good());
  EXPECT_FALSE(log.verify(kept).good());
  registry::note(log.registry, "tag", "x", "k", "v", "other");
  EXPECT_FALSE(log.verify(kept).good()) << "another entry in its place";
}

TEST(Audit, HeadsAreReadStrictly) {
  for (const char* bad : {"", "8", "8:", "8:abc", "x:0123456789abcdef0123456789abcdef"})
    EXPECT_EQ(test::error_of([&] { parse_head(bad); }).code(), core::ErrorCode::usage) << bad;
}

}  // namespace
}  // namespace trigloop::loop
