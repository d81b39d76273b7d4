#include "report/tune/study_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/page.hpp"

namespace trigloop::report {
namespace {

using testing::HasSubstr;
using testing::Not;

StudyPage page() {
  StudyPage page;
  page.title = "Study <s>";
  page.facts = {{"state", "2 of 2 done"}};
  page.metrics = {"loss"};
  page.trials = R"x({"directions": ["minimize"], "trials": [{"number": 0, "state": "complete", "values": [1],)x"
                R"x( "parameters": {"kind": "</script><script>alert(1)"}, "intermediate": {}}]})x";
  page.importance = {{"kind", 0.75}};
  return page;
}

TEST(StudyPage, IsOneFileThatAsksNobody) {
  if (drawing_library().empty()) GTEST_SKIP() << "this build has no drawing library in it";
  const std::string html = as_html(page());
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, HasSubstr(R"("importance":[["kind",0.75]])"));
  EXPECT_THAT(html, Not(HasSubstr("<script src")));
}

TEST(StudyPage, KeepsTextsOfTrialsTexts) {
  EXPECT_THAT(as_served_html(page()), HasSubstr(R"x("kind": "<\/script><script>alert(1)")x"));
  EXPECT_THAT(as_served_html(page()), Not(HasSubstr("</script><script>alert")));
}

TEST(StudyPage, IsServedWithoutScriptsInIt) {
  const std::string html = as_served_html(page());
  EXPECT_THAT(html, HasSubstr("<script src=\"study.js\">"));
  EXPECT_THAT(html, HasSubstr("<a href=\"./\">Dashboard</a>")) << "the way back";
  EXPECT_THAT(std::string(study_script()), HasSubstr("Pareto"));
}

}  // namespace
}  // namespace trigloop::report
