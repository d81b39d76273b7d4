#include "core/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace trigloop::core {
namespace {

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  JsonWriter json;
  json.begin_object().member("a", 1).key("b").begin_array().value(true).null().value("x").end_array();
  json.key("c").begin_object().end_object().member("d", 0.5).end_object();
  EXPECT_EQ(json.text(), R"({"a":1,"b":[true,null,"x"],"c":{},"d":0.5})");
}

TEST(JsonWriter, WritesIntegersExactlyBeyond64Bits) {
  JsonWriter json;
  const Int128 large = (static_cast<Int128>(1) << 100) + 7;
  const Int128 lowest = static_cast<Int128>(1) << 127;
  json.begin_array().value(large).value(-large).value(lowest).value(std::numeric_limits<std::uint64_t>::max());
  json.value(std::numeric_limits<std::int64_t>::min()).end_array();
  EXPECT_EQ(json.text(),
            "[1267650600228229401496703205383,-1267650600228229401496703205383,"
            "-170141183460469231731687303715884105728,18446744073709551615,-9223372036854775808]");
}

TEST(JsonWriter, HasNoNumberForNaNAndInfinity) {
  JsonWriter json;
  json.begin_array().value(std::numeric_limits<double>::quiet_NaN()).value(-std::numeric_limits<double>::infinity());
  json.value(0.1).value(1e300).end_array();
  EXPECT_EQ(json.text(), "[null,null,0.1,1e+300]");
}

TEST(JsonQuoted, EscapesControlsAndReplacesWhatIsNotUtf8) {
  EXPECT_EQ(json_quoted("a\"b\\c\nd\x01"), R"("a\"b\\c\nd\u0001")");
  EXPECT_EQ(json_quoted("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), "\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
  // Overlong forms, surrogates, a lone continuation and a cut character.
  EXPECT_EQ(json_quoted("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_quoted("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_quoted("a\x80"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(json_quoted("a\xE2\x82"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(JsonQuoted, NeverEndsAScriptElement) { EXPECT_EQ(json_quoted("</script>"), R"("<\/script>")"); }

}  // namespace
}  // namespace trigloop::core
