#include "tune/storage/json_scan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tune/storage/storage.hpp"

namespace trigloop::tune {
namespace {

TEST(JsonScan, TakesMembersAsTextInTheirOrder) {
  const auto members = json_members(R"( {"a": [1, {"b": "}"}], "caf\u00e9" : NaN, "x":"\ud83d\ude00"} )");
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 3u);
  EXPECT_EQ((*members)[0].value, R"([1, {"b": "}"}])");
  EXPECT_EQ((*members)[1].name, "café");
  EXPECT_EQ((*members)[1].value, "NaN");
  EXPECT_EQ(json_string((*members)[2].value), "\xF0\x9F\x98\x80");
}

TEST(JsonScan, RefusesWhatIsCutOrIsNoJson) {
  const std::string whole = R"({"op_code":7,"worker_id":"a\"b","step":0,"intermediate_value":-1.5e-07})";
  ASSERT_TRUE(json_members(whole));
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(json_members(whole.substr(0, n))) << n;
  for (const char* bad : {"{} {}", "{\"a\":}", "{\"a\":tru}", "{a:1}", "{\"a\":1,}", "[1,2", "{\"a\":\"\n\"}", "01x"})
    EXPECT_FALSE(is_json(bad)) << bad;
  EXPECT_FALSE(is_json(std::string(100'000, '[')));
}

TEST(JsonScan, NumbersComeBackAsTheyWere) {
  for (const double x : {0.0, 1.0, -2.5, 0.1, 1e-300, 1.7976931348623157e308, 5e-324,
                         std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()})
    EXPECT_EQ(json_number(json_text(x)), x);
  EXPECT_TRUE(std::isnan(*json_number(json_text(std::nan("")))));
  EXPECT_FALSE(json_number("inf"));
  EXPECT_FALSE(json_integer("1.0"));
}

TEST(Times, AreOptunasToTheMicrosecond) {
  const auto time = parse_time("2026-11-22T07:14:09.373610+02:00", false);
  ASSERT_TRUE(time);
  EXPECT_EQ(time_text(*time, ' '), "2026-11-22 05:14:09.373610");
  EXPECT_EQ(parse_time(time_text(*time, 'T'), false), time);
  EXPECT_EQ(parse_time("2026-11-22 05:14:09", false), *time - std::chrono::microseconds(373610));
  for (const char* bad : {"", "2026-13-01T00:00:00", "2026-02-30T00:00:00", "2026-01-01T00:00:00+1", "2026-01-01"})
    EXPECT_FALSE(parse_time(bad, false)) << bad;
}

}  // namespace
}  // namespace trigloop::tune
