// Nothing is deployed without the people's signatures, and no signature is worth more than what it says.
#include "loop/decision.hpp"

#include "test/loop/fixtures.hpp"

namespace trigloop::loop {
namespace {

using core::ErrorCode;
using test::error_of;
using test::TestSite;

TEST(Decision, NOfMOfEveryRoleHaveToApprove) {
  TestSite t;
  const Round round = t.asking();
  EXPECT_FALSE(t.tally(round).complete());
  t.decide(round, Verb::approve, "team", t.ada);
  t.decide(round, Verb::approve, "committee", t.cleo);
  EXPECT_FALSE(t.tally(round).complete()) << "the team needs two";
  t.decide(round, Verb::approve, "team", t.ada);
  EXPECT_FALSE(t.tally(round).complete()) << "one person twice is one person";
  const Signed last = t.decide(round, Verb::approve, "team", t.bob);
  EXPECT_EQ(last.person, "bob");
  EXPECT_TRUE(t.tally(round).complete());
  EXPECT_TRUE(t.tally(round).automatic_return);
}

TEST(Decision, StrangersOtherRolesAndOtherTextsAreRefused) {
  TestSite t;
  const Round round = t.asking();
  EXPECT_EQ(error_of([&] { t.decide(round, Verb::approve, "team", t.stranger); }).code(), ErrorCode::mismatch);
  EXPECT_EQ(error_of([&] { t.decide(round, Verb::approve, "committee", t.ada); }).code(), ErrorCode::mismatch);
  EXPECT_EQ(error_of([&] { t.statement(round, Verb::approve, "gods"); }).code(), ErrorCode::usage);
  const std::string text = t.statement(round, Verb::approve, "team"), signature = t.ada.sign(name_space, text);
  std::string forged = text;
  forged.replace(forged.find("2801"), 4, "2001");
  EXPECT_EQ(error_of([&] { take_decision(t.site, t.registry, forged, signature, log_time(t.registry)); }).code(),
            ErrorCode::mismatch);
  EXPECT_EQ(error_of([&] { take_decision(t.site, t.registry, text + "\n", signature, log_time(t.registry)); }).code(),
            ErrorCode::damaged);
  const std::string elsewhere = t.ada.sign("trigloop-proof", text);
  EXPECT_EQ(error_of([&] { take_decision(t.site, t.registry, text, elsewhere, log_time(t.registry)); }).code(),
            ErrorCode::mismatch);
  EXPECT_TRUE(decisions_of(t.site, t.registry, round).empty()) << "nothing of this is in the log";
}

TEST(Decision, ASignatureCountsForItsEvidenceAlone) {
  TestSite t;
  Round round = t.asking();
  const std::string early = t.statement(round, Verb::approve, "team");
  for (const auto* key : {&t.ada, &t.bob}) t.decide(round, Verb::approve, "team", *key);
  t.decide(round, Verb::approve, "committee", t.cleo);
  ASSERT_TRUE(t.tally(round).complete());
  round = Journal(t.registry).move(round, State::validated, TestSite::facts(2850));
  const Tally tally = t.tally(round);
  EXPECT_FALSE(tally.complete()) << "the committee changed a threshold";
  EXPECT_EQ(tally.refused.size(), 3u);
  EXPECT_EQ(error_of([&] {
              take_decision(t.site, t.registry, early, t.ada.sign(name_space, early), log_time(t.registry));
            }).code(),
            ErrorCode::mismatch);
}

TEST(Decision, AReplayIsRefusedAlsoAfterARevocation) {
  TestSite t;
  const Round round = t.asking();
  const std::string text = t.statement(round, Verb::approve, "team"), signature = t.ada.sign(name_space, text);
  const auto give = [&] { take_decision(t.site, t.registry, text, signature, log_time(t.registry)); };
  give();
  EXPECT_NE(std::string(error_of(give).what()).find("given before"), std::string::npos);
  t.decide(round, Verb::revoke, "team", t.ada);
  EXPECT_TRUE(t.tally(round).roles[0].people.empty());
  EXPECT_EQ(error_of(give).code(), ErrorCode::mismatch);
  t.decide(round, Verb::approve, "team", t.ada);
  EXPECT_EQ(t.tally(round).roles[0].people.size(), 1u) << "who thinks again signs again";
}

TEST(Decision, AnApprovalOfOneRoundIsNotOneOfAnother) {
  TestSite t;
  const Round first = t.asking(241);
  const std::string text = t.statement(first, Verb::approve, "team");
  const std::string signature = t.ada.sign(name_space, text);
  Journal(t.registry).move(first, State::rejected, {});
  t.asking(300);
  EXPECT_EQ(error_of([&] { take_decision(t.site, t.registry, text, signature, log_time(t.registry)); }).code(),
            ErrorCode::usage);
}

TEST(Decision, ExpiryHoldsWhateverTheClockDoes) {
  TestSite t("approval_valid: 90s\n");
  const Round round = t.asking();
  const std::int64_t now = log_time(t.registry);
  for (const auto& [role, key] : {std::pair("team", &t.ada), {"team", &t.bob}, {"committee", &t.cleo}})
    t.decide(round, Verb::approve, role, *key);
  EXPECT_TRUE(tally_of(t.site, t.registry, round, now + 80'000'000'000).complete());
  EXPECT_FALSE(tally_of(t.site, t.registry, round, now + 100'000'000'000).complete());
  // The log was written at a later time than the clock says now: the log's time counts.
  ::setenv("SOURCE_DATE_EPOCH", std::to_string(now / 1'000'000'000 + 1000).c_str(), 1);
  registry::note(t.registry, "tag", "x", "k", "", "v");
  ::setenv("SOURCE_DATE_EPOCH", "1", 1);
  EXPECT_GT(log_time(t.registry), now);
  EXPECT_FALSE(t.tally(round).complete());
  ::unsetenv("SOURCE_DATE_EPOCH");
}

TEST(Decision, AStatementIsNotValidLongerThanTheSiteAllows) {
  TestSite t("approval_valid: 90s\n");
  const Round round = t.asking();
  Statement s = statement_of(t.site, t.registry, round, Verb::approve, "team", log_time(t.registry));
  s.expires_ns += 1'000'000'000'000;
  const std::string text = text_of(s);
  EXPECT_EQ(error_of([&] {
              take_decision(t.site, t.registry, text, t.ada.sign(name_space, text), log_time(t.registry));
            }).code(),
            ErrorCode::mismatch);
}

TEST(Decision, AStatementOfTheFutureIsRefused) {
  TestSite t;
  const Round round = t.asking();
  Statement s = statement_of(t.site, t.registry, round, Verb::approve, "team", log_time(t.registry));
  s.issued_ns += 3'600'000'000'000;
  s.expires_ns += 3'600'000'000'000;
  const std::string text = text_of(s);
  EXPECT_EQ(error_of([&] {
              take_decision(t.site, t.registry, text, t.ada.sign(name_space, text), log_time(t.registry));
            }).code(),
            ErrorCode::mismatch);
}

TEST(Decision, OneSignatureThatForbidsItKeepsTheNewModel) {
  TestSite t;
  const Round round = t.asking();
  t.decide(round, Verb::approve, "team", t.ada);
  Statement s = statement_of(t.site, t.registry, round, Verb::approve, "team", log_time(t.registry));
  s.automatic_return = false;
  const std::string text = text_of(s);
  take_decision(t.site, t.registry, text, t.bob.sign(name_space, text), log_time(t.registry));
  t.decide(round, Verb::approve, "committee", t.cleo);
  EXPECT_TRUE(t.tally(round).complete());
  EXPECT_FALSE(t.tally(round).automatic_return);
}

TEST(Decision, OneNoIsEnough) {
  TestSite t;
  const Round round = t.asking();
  for (const auto* key : {&t.ada, &t.bob}) t.decide(round, Verb::approve, "team", *key);
  t.decide(round, Verb::reject, "committee", t.cleo);
  EXPECT_FALSE(t.tally(round).complete());
  EXPECT_EQ(t.tally(round).rejected_by, std::vector<std::string>{"cleo"});
}

TEST(Decision, OnlyWhatIsAwaitedIsTaken) {
  TestSite t;
  Journal journal(t.registry);
  Round round = t.asking();
  EXPECT_EQ(error_of([&] { t.decide(round, Verb::rollback, "team", t.ada); }).code(), ErrorCode::usage);
  round = journal.move(round, State::approved, {{"boundary_run", "396102"}, {"boundary_lumisection", "260"}});
  EXPECT_EQ(error_of([&] { t.decide(round, Verb::approve, "team", t.ada); }).code(), ErrorCode::usage);
  EXPECT_EQ(t.decide(round, Verb::rollback, "team", t.bob).person, "bob");
}

TEST(Decision, PeopleWhoLeftTheSiteDoNotCount) {
  TestSite t;
  const Round round = t.asking();
  for (const auto* key : {&t.ada, &t.bob}) t.decide(round, Verb::approve, "team", *key);
  t.decide(round, Verb::approve, "committee", t.cleo);
  Site later = t.site;
  later.roles[0].people.pop_back();
  EXPECT_FALSE(tally_of(later, t.registry, round, log_time(t.registry)).complete());
}

TEST(Decision, StatementsHaveOneSpelling) {
  TestSite t;
  const std::string text = t.statement(t.asking(), Verb::approve, "team");
  EXPECT_EQ(text_of(parse_statement(text)), text);
  for (const std::string bad : {"", "{}", "[]", "{\"decision\": \"approve\"}", "null"})
    EXPECT_THROW(parse_statement(bad), core::Error) << bad;
  for (std::size_t n = 0; n < text.size(); n += 7) EXPECT_THROW(parse_statement(text.substr(0, n)), core::Error);
}

}  // namespace
}  // namespace trigloop::loop
