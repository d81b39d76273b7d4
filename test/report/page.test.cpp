#include "report/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/support/support.hpp"

namespace trigloop::report {
namespace {

using testing::HasSubstr;
using testing::Not;

Page small_page() {
  Page page{"a <title>", "a & b", {{"events", "3"}}, {}};
  page.figures.emplace_back(Curves{"</script>", "c", "x", "y", true, false, {{"one", {1, 2}, {3.5, std::nullopt}}}});
  page.figures.emplace_back(HeatMap{"map", "c", "x", "y", "z", {1, 2}, {1}, {{5, 6}}});
  return page;
}

TEST(FiguresAsJson, HoldTheNumbersAndGaps) {
  EXPECT_EQ(
      figures_as_json(small_page().figures),
      R"({"figures":[{"kind":"curves","title":"<\/script>","caption":"c","x_title":"x","y_title":"y","steps":true,)"
      R"("log_y":false,"series":[{"name":"one","x":[1,2],"y":[3.5,null]}]},)"
      R"({"kind":"heat map","title":"map","caption":"c","x_title":"x","y_title":"y","z_title":"z",)"
      R"("x":[1,2],"y":[1],"z":[[5,6]]}]})");
}

TEST(Page, IsOneFileThatRefusesTheNetworkAndEscapesNames) {
  if (drawing_library().empty()) GTEST_SKIP() << "plotly.js was not there when this was built";
  const std::string html = as_html(small_page());
  EXPECT_LT(html.size(), 10u << 20);
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, HasSubstr("<h1>a &lt;title&gt;</h1><p>a &amp; b</p>"));
  EXPECT_THAT(html, HasSubstr("<h2>&lt;/script&gt;</h2>"));
  EXPECT_THAT(html, Not(HasSubstr("<script src")));
  EXPECT_THAT(html, Not(HasSubstr("<link")));
}

TEST(Page, WithoutADrawingLibrarySaysHowToGetIt) {
  if (!drawing_library().empty()) GTEST_SKIP() << "plotly.js is part of this build";
  try {
    as_html(small_page());
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::unsupported);
    EXPECT_THAT(e.what(), HasSubstr("./run build"));
  }
}

}  // namespace
}  // namespace trigloop::report
