#include "conditions/conditions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conditions/fills.hpp"
#include "conditions/lumi_ranges.hpp"
#include "core/error.hpp"
#include "event/crossing_choice.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

using conditions::Conditions;
using core::ErrorCode;
using testing::HasSubstr;

Conditions parse(const std::string& text) { return conditions::parse_conditions(text, "conditions.yaml", "."); }

std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const core::Error& e) {
    return e.what();
  }
  return "";
}

TEST(Conditions, TellWhatWasValidWhen) {
  const Conditions conditions = parse(R"(version: 1
intervals:
  - {run: 7, lumisections: 101-, model: bbb, thresholds: {nominal: 2801}}
  - {run: 7, lumisections: 1-100, model: aaa, fill: 12, bunches: 2544, pileup: 52.5}
  - {run: 9}
)");
  ASSERT_NE(conditions.at({7, 100}), nullptr);
  EXPECT_EQ(conditions.at({7, 100})->model, "aaa");
  EXPECT_EQ(conditions.at({7, 100})->bunches, 2544u);
  EXPECT_EQ(conditions.at({7, 5000})->thresholds.at("nominal"), 2801);
  EXPECT_NE(conditions.at({9, 1}), nullptr);
  EXPECT_EQ(conditions.at({8, 1}), nullptr);
  EXPECT_EQ(conditions.at({7, 0}), nullptr);
  EXPECT_DOUBLE_EQ(conditions.pileup({7, 3})->value, 52.5);
  EXPECT_FALSE(conditions.pileup({7, 101}));
  EXPECT_TRUE(conditions.certified({1, 1}));
}

TEST(Conditions, TellWhichCrossingsCollideInAFill) {
  const Conditions conditions = parse(R"(version: 1
intervals:
  - {run: 7, lumisections: 1-100, fill: 12, filling_scheme: ["1-3", 57]}
  - {run: 7, lumisections: 101-, fill: 12, filling_scheme: ["1,2,3,57"]}
  - {run: 8, fill: 12}
  - {run: 9, fill: 13}
  - {run: 10, fill: 14, filling_scheme: [1]}
  - {run: 11, fill: 14, filling_scheme: [2]}
)");
  EXPECT_EQ(event::format_crossings(conditions::crossings_of_fill(conditions, 12)), "1-3,57");
  const auto refusal = [&](std::uint32_t fill) {
    try {
      conditions::crossings_of_fill(conditions, fill);
    } catch (const core::Error& e) {
      EXPECT_EQ(e.code(), ErrorCode::usage);
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_THAT(refusal(13), HasSubstr("states no filling scheme of fill 13"));
  EXPECT_THAT(refusal(14), HasSubstr("line 7 and line 8 state different filling schemes of fill 14"));
  EXPECT_THAT(refusal(15), HasSubstr("has no interval of fill 15"));
}

TEST(Conditions, RefuseOverlapsByName) {
  const std::string error = error_of(
      "version: 1\nintervals:\n  - {run: 7, lumisections: 1-100}\n"
      "  - {run: 7, lumisections: 100-200}\n");
  EXPECT_THAT(error, HasSubstr("lumisections 100-200 (line 4) overlaps run 7, lumisections 1-100 (line 3)"));
}

TEST(Conditions, NameGaps) {
  const Conditions conditions = parse(
      "version: 1\nintervals:\n  - {run: 7, lumisections: 1-100}\n"
      "  - {run: 7, lumisections: 103-200}\n  - {run: 9, lumisections: 5-6}\n");
  EXPECT_THAT(conditions::gaps_of(conditions), testing::ElementsAre("run 7: no interval holds lumisections 101-102"));
}

TEST(Conditions, RefuseWhatIsUnknownOrMalformed) {
  EXPECT_THAT(error_of("version: 1\nintervals:\n  - {run: 7, lumisektions: 1-3}\n"), HasSubstr("lumisections"));
  EXPECT_THAT(error_of("version: 1\nintervals:\n  - {run: 7, lumisections: 9-3}\n"), HasSubstr("9-3"));
  EXPECT_THAT(error_of("version: 1\nintervals:\n  - {run: 7, lumisections: 9-x}\n"), HasSubstr("9-x"));
  EXPECT_THAT(error_of("version: 1\nintervals:\n  - {lumisections: 1-2}\n"), HasSubstr("run"));
  EXPECT_THAT(error_of("version: 2\n"), HasSubstr("later version"));
}

TEST(Conditions, TheirVersionIsTheirContent) {
  const test::TempDir folder;
  test::write_file(folder / "lumi.csv", "#run:fill,ls,avgpu\n7:1,1:1,50\n");
  test::write_file(folder / "c.yaml", "version: 1\nluminosity: lumi.csv\n");
  const std::string first = conditions::load_conditions(folder / "c.yaml").version;
  EXPECT_EQ(conditions::load_conditions(folder / "c.yaml").version, first);
  test::write_file(folder / "lumi.csv", "#run:fill,ls,avgpu\n7:1,1:1,51\n");
  EXPECT_NE(conditions::load_conditions(folder / "c.yaml").version, first);
  EXPECT_EQ(first.size(), 64u);
}

TEST(Prescales, AreOfTheColumnThatTheIntervalNames) {
  const test::TempDir folder;
  test::write_file(folder / "prescales.csv", "# of the menu\nseed, 2p2E34 ,2p0E34\nL1_A,1, 0\nL1_B,2.25,167772.15\r\n");
  test::write_file(
      folder / "c.yaml",
      "version: 1\nprescales: prescales.csv\nintervals:\n"
      "  - {run: 7, lumisections: 1-9, prescales: 2p2E34}\n  - {run: 7, lumisections: 10-, prescales: 2p0E34}\n"
      "  - {run: 8}\n");
  const Conditions conditions = conditions::load_conditions(folder / "c.yaml");
  EXPECT_EQ(*conditions.prescales_at({7, 9}), (conditions::Prescales{{"L1_A", 100}, {"L1_B", 225}}));
  EXPECT_EQ(*conditions.prescales_at({7, 10}), (conditions::Prescales{{"L1_A", 0}, {"L1_B", 16'777'215}}));
  EXPECT_EQ(conditions.prescales_at({8, 1}), nullptr) << "the menu's own";
  test::write_file(folder / "c.yaml",
                   "version: 1\nprescales: prescales.csv\nintervals:\n  - {run: 7, prescales: 2p0E35}\n");
  EXPECT_THAT([&] { conditions::load_conditions(folder / "c.yaml"); },
              testing::Throws<core::Error>(testing::Property(
                  &core::Error::what, testing::AllOf(HasSubstr("'2p0E35' (line 4)"), HasSubstr("2p0E34")))));
  EXPECT_THAT(error_of("version: 1\nintervals:\n  - {run: 7, prescales: 2p0E34}\n"), HasSubstr("prescales: FILE.csv"));
}

TEST(Prescales, ThatTheTriggerCannotHaveAreRefusedWithTheirLine) {
  const auto error = [](const std::string& csv) {
    try {
      conditions::parse_prescales(csv, "p.csv");
    } catch (const core::Error& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  for (const char* bad : {"0.5", "1.005", "-1", "nan", "x", "", "167772.16"}) {
    EXPECT_THAT(error(std::string("seed,a\nL1_A,") + bad + "\n"), HasSubstr("is no prescale")) << bad;
  }
  EXPECT_THAT(error("seed,a\nL1_A,1\nL1_A,1\n"), testing::AllOf(HasSubstr("line 3"), HasSubstr("again")));
  EXPECT_THAT(error("seed,a,a\n"), HasSubstr("twice"));
  EXPECT_THAT(error("seed,a,b\nL1_A,1\n"), HasSubstr("1 prescales, and there are 2 columns"));
  EXPECT_THAT(error("L1_A,1\n"), HasSubstr("no header"));
  EXPECT_THAT(error(""), HasSubstr("holds no prescales"));
}

TEST(Luminosity, ReadsWhatBrilcalcWrites) {
  const auto all = conditions::parse_luminosity(
      "#Data tag : 25v1 , Norm tag: None\n"
      "#run:fill,ls,time,beamstatus,E(GeV),delivered(hz/ub),recorded(hz/ub),avgpu,source\n"
      "396102:10732,214:214,07/14/25 05:55:26,STABLE BEAMS,6800,18423.1,18102.7,52.3,HFOC\r\n"
      "396102:10732,215:0,07/14/25 05:55:49,STABLE BEAMS,6800,18400,18100,52.2,HFOC\n"
      "#Summary:\n#nfill,nrun,nls\n",
      "lumi.csv");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_DOUBLE_EQ(all.at({396102, 214}).pileup, 52.3);
  EXPECT_EQ(all.at({396102, 215}).fill, 10732u);
}

TEST(Luminosity, RefusesOtherFiles) {
  EXPECT_THROW(conditions::parse_luminosity("a,b,c\n1,2,3\n", "x"), core::Error);
  EXPECT_THROW(conditions::parse_luminosity("#run:fill,ls,avgpu\n7:1,1:1\n", "x"), core::Error);
  EXPECT_THROW(conditions::parse_luminosity("#run:fill,ls,avgpu\n7:1,1:1,50\n7:1,1:1,50\n", "x"), core::Error);
  EXPECT_THROW(conditions::parse_luminosity("#run:fill,ls,avgpu\n7:1,1:1,nan\n", "x"), core::Error);
}

TEST(Certification, HoldsRangesOfRuns) {
  const auto certification =
      conditions::parse_certification(R"({"396102": [[1, 100], [120, 130]], "5": []})", "golden.json");
  EXPECT_TRUE(certification.holds({396102, 100}));
  EXPECT_FALSE(certification.holds({396102, 101}));
  EXPECT_TRUE(certification.holds({396102, 120}));
  EXPECT_FALSE(certification.holds({5, 1}));
  EXPECT_FALSE(certification.holds({6, 1}));
}

TEST(Certification, RefusesOtherFiles) {
  for (const char* text : {"", "[]", R"({"run": [[1, 2]]})", R"({"5": 3})", R"({"5": [[1]]})", R"({"5": [[3, 1]]})",
                           R"({"5": [[-1, 1]]})", R"({"5": [[1, 99999999999]]})", R"({"5": [["1", 2]]})"}) {
    EXPECT_THROW(conditions::parse_certification(text, "golden.json"), core::Error) << text;
  }
}

TEST(LumiRanges, AreRunsOrRangesOfThem) {
  const auto chosen = conditions::parse_lumisections({"396102:214-216,300-", "5"});
  EXPECT_TRUE(chosen.holds({396102, 215}));
  EXPECT_FALSE(chosen.holds({396102, 217}));
  EXPECT_TRUE(chosen.holds({396102, 4000}));
  EXPECT_TRUE(chosen.holds({5, 1}));
  EXPECT_FALSE(chosen.holds({6, 1}));
  for (const char* text : {"", "a", "1:", "1:2-1", "1:2,", "1:2-3-4", "99999999999"}) {
    EXPECT_THROW(conditions::parse_lumisections({text}), core::Error) << text;
  }
}

}  // namespace
}  // namespace trigloop
