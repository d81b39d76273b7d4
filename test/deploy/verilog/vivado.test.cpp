// Reports in Vivado's format become numbers; anything else is refused by what it lacks.
#include "deploy/verilog/vivado.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "test/deploy/verilog/vivado_reports.hpp"

namespace trigloop::deploy {
namespace {

constexpr const char *virtex7 = test::utilization_report, *timing = test::timing_report;

TEST(VivadoReports, UtilizationBecomesNumbers) {
  const Utilization u = parse_utilization(virtex7);
  EXPECT_EQ(u.tables, 18234);
  EXPECT_EQ(u.available_tables, 433200);
  EXPECT_EQ(u.registers, 519);
  EXPECT_EQ(u.carries, 1528);
  EXPECT_EQ(u.memories, 0);
  EXPECT_EQ(u.multipliers, 2);
  EXPECT_EQ(u.device, "xc7vx690tffg1927-2");
  EXPECT_EQ(u.design, "network");
  EXPECT_EQ(u.state, "Routed");
}

TEST(VivadoReports, UltraScaleNamesTheSameThingsDifferently) {
  std::string text = virtex7;
  const auto replace = [&](const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  };
  replace("Slice LUTs ", "CLB LUTs*  ");
  replace("Slice Registers", "CLB Registers  ");
  replace("CARRY4", "CARRY8");
  const Utilization u = parse_utilization(text);
  EXPECT_EQ(u.tables, 18234);
  EXPECT_EQ(u.registers, 519);
  EXPECT_EQ(u.carries, 1528);
}

TEST(VivadoReports, TimingBecomesNumbers) {
  const Timing t = parse_timing(timing);
  EXPECT_DOUBLE_EQ(t.setup_slack, 1.234);
  EXPECT_DOUBLE_EQ(t.hold_slack, 0.067);
  EXPECT_EQ(t.failing_endpoints, 0);
  EXPECT_DOUBLE_EQ(t.period.value(), 25);
  EXPECT_TRUE(t.met);
}

TEST(VivadoReports, AViolationIsNotMet) {
  std::string text = timing;
  text.replace(text.find("1.234"), 5, "-0.51");
  text.replace(text.find("All user"), 46, "Timing constraints are not met.               ");
  const Timing t = parse_timing(text);
  EXPECT_DOUBLE_EQ(t.setup_slack, -0.51);
  EXPECT_FALSE(t.met);
}

TEST(VivadoReports, LayersHaveTheirNamesAndNumbers) {
  const auto layers = parse_layers(test::hierarchy_report);
  ASSERT_EQ(layers.size(), 3u) << "what is inside of a layer is in its own number";
  EXPECT_EQ(layers[0].name, "(network)");
  EXPECT_EQ(layers[0].registers, 18);
  EXPECT_EQ(layers[1].name, "hidden");
  EXPECT_EQ(layers[1].tables, 16222);
  EXPECT_EQ(layers[1].registers, 501);
  EXPECT_EQ(layers[1].memories, 0.5);
  EXPECT_EQ(layers[2].name, "distance");
  EXPECT_EQ(layers[2].multipliers, 2);
}

TEST(VivadoReports, LayersAreReadByTheirColumnsTitles) {
  const char* text =
      "| Instance  | Module | Total LUTs | FFs        | URAM | RAMB36 | DSP Blocks |\n"
      "+-----------+--------+------------+------------+------+--------+------------+\n"
      "| net       |  (top) | 20(0.01%)  | 3(<0.01%)  |    0 |      0 |          0 |\n"
      "|   u_net_a |  net_a | 20(0.01%)  | 3(<0.01%)  |    0 |      2 |          1 |\n";
  const auto layers = parse_layers(text);
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].name, "a");
  EXPECT_EQ(layers[0].tables, 20);
  EXPECT_EQ(layers[0].registers, 3);
  EXPECT_EQ(layers[0].memories, 2);
  EXPECT_EQ(layers[0].multipliers, 1);
}

TEST(VivadoReports, OtherTextsAreRefused) {
  for (const char* text : {"", "nonsense", "| Slice LUTs |", "WNS(ns)\n", "WNS(ns)\n---\nabc def ghi jkl mno\n"}) {
    EXPECT_THROW(parse_utilization(text), core::Error) << text;
    EXPECT_THROW(parse_timing(text), core::Error) << text;
    EXPECT_THROW(parse_layers(text), core::Error) << text;
  }
  EXPECT_THROW(parse_layers(virtex7), core::Error) << "a table of the whole has no instances";
  const auto cut = [](std::string_view whole, const auto& parse) {
    for (std::size_t size = 0; size < whole.size(); size += 7) {
      try {
        parse(whole.substr(0, size));
      } catch (const core::Error& e) {
        EXPECT_EQ(e.code(), core::ErrorCode::damaged);
      }
    }
  };
  cut(virtex7, parse_utilization);
  cut(test::hierarchy_report, parse_layers);
}

}  // namespace
}  // namespace trigloop::deploy
