#include "report/svg.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "report/pick.hpp"
#include "report/svg_axes.hpp"
#include "test/support/support.hpp"

namespace trigloop::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Curves falling() {
  Curves curves{
      "a < b", "c", "rate", "score", false, true, {{"one", {1, 10, 100}, {100, std::nullopt, 1}, {10, 0, 0.5}}}};
  curves.log_x = true;
  return curves;
}

TEST(Scale, PutsNumbersWhereTheirLogarithmsAre) {
  const Scale scale(1, 100, true, 0, 200);
  EXPECT_DOUBLE_EQ(scale(10), 100);
  EXPECT_FALSE(scale.holds(0));
  EXPECT_FALSE(scale.holds(std::nan("")));
  EXPECT_DOUBLE_EQ(scale.clamped(1000), 200);
  EXPECT_DOUBLE_EQ(scale.clamped(-1), 0);
}

TEST(Scale, HasRoundTicks) {
  std::vector<std::string> texts;
  for (const auto& tick : Scale(-0.3, 1.2, false, 0, 1).ticks()) texts.push_back(tick.text);
  EXPECT_THAT(texts, ElementsAre("0", "0.5", "1"));
  texts.clear();
  for (const auto& tick : Scale(0.9, 30, true, 0, 1).ticks()) texts.push_back(tick.text);
  EXPECT_THAT(texts, ElementsAre("1", "2", "5", "10", "20"));
}

TEST(Svg, ShowsTheExperimentsLabelInPlaceOfTheTitle) {
  SvgStyle style;
  EXPECT_THAT(as_svg(falling(), style), HasSubstr("a &lt; b"));
  style.label = "CMS";
  style.text = "Preliminary";
  style.right = "13.6 TeV";
  const std::string svg = as_svg(falling(), style);
  EXPECT_THAT(svg, HasSubstr(">CMS<"));
  EXPECT_THAT(svg, HasSubstr(">Preliminary<"));
  EXPECT_THAT(svg, HasSubstr(">13.6 TeV<"));
  EXPECT_THAT(svg, Not(HasSubstr("a &lt; b")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Svg, DrawsEveryKindAndIsWellFormed) {
  const std::vector<Plot> plots = {
      falling(), HeatMap{"m", "", "x", "y", "z", {1, 2}, {1, 2}, {{0, 5}, {6, 1}}, true},
      Rows{"r",
           "",
           "x",
           {"first", "second"},
           {{"s", {}, {1, std::nullopt}, {}, {0.5, std::nullopt}, {2, std::nullopt}}},
           true},
      Contours{"d", "", "x", "y", {0, 1, 2}, {0, 1, 2}, {{"l", {{1, 1, 1}, {1, 0.1, 1}, {1, 1, 1}}}}, {0.5}},
      Curves{"empty", "", "", "", true, true, {}}};
  for (const Plot& plot : plots) {
    const std::string svg = as_svg(plot, {});
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
    if (test::peer_python().empty()) continue;
    test::TempDir scratch;
    test::write_file(scratch / "a.svg", svg);
    const auto parsed =
        test::run_command({test::peer_python().native(), "-c",
                           "import sys,xml.etree.ElementTree as e; e.parse(sys.argv[1])", scratch / "a.svg"});
    EXPECT_EQ(parsed.status, 0) << parsed.err << svg;
  }
}

TEST(Svg, PutsContoursWhereTheLevelIs) {
  // z falls from 1 to 0 over one cell: 0.5 lies in its middle.
  const Contours contours{"d", "", "x", "y", {0, 1}, {0, 1}, {{"l", {{1, 0}, {1, 0}}}}, {0.5}};
  SvgStyle style;
  const std::string svg = as_svg(contours, style);
  const double middle = (84 + style.width - 24) / 2.0;
  EXPECT_THAT(svg, HasSubstr("x1=\"" + std::to_string(middle).substr(0, 5)));
}

TEST(PickPlot, FindsFiguresByShortNamesAndSaysWhichThereAre) {
  Page page{"t", "s", {}, {falling()}};
  page.sections.push_back(
      {"one", "", {}, {Choice{"Score, by HT", "c", "signal", {{"A", falling()}, {"B", falling()}}}}});
  EXPECT_THAT(figure_names(page), ElementsAre("a-b", "score-by-ht"));
  EXPECT_EQ(std::get<Curves>(pick_plot(page, "score-by-ht", "B")).title, "Score, by HT: B");
  EXPECT_EQ(std::get<Curves>(pick_plot(page, "Score, by HT", "")).title, "Score, by HT: A");
  EXPECT_THROW(pick_plot(page, "score-by-hf", ""), core::Error);
  EXPECT_THROW(pick_plot(page, "score-by-ht", "C"), core::Error);
}

TEST(WritePicture, MakesPixelsWhereTheProgramIsThere) {
  test::TempDir scratch;
  const std::string svg = as_svg(falling(), {});
  write_picture(svg, scratch / "a.svg");
  EXPECT_EQ(test::read_file(scratch / "a.svg"), svg);
  EXPECT_THROW(write_picture(svg, scratch / "a.gif"), core::Error);
  if (test::run_command({"which", "rsvg-convert"}).status != 0)
    GTEST_SKIP() << "the Debian package librsvg2-bin is not installed";
  write_picture(svg, scratch / "a.png");
  EXPECT_THAT(test::read_file(scratch / "a.png"), testing::StartsWith("\x89PNG"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch.path()), {}), 2);
}

}  // namespace
}  // namespace trigloop::report
