#include <gtest/gtest.h>

#include "config/config.hpp"
#include "config/value.hpp"
#include "test/support/support.hpp"

namespace trigloop::config {
namespace {

TEST(Text, JsonIsAsPythonWritesIt) {
  const std::pair<double, const char*> numbers[] = {{0.1, "0.1"},
                                                    {1e-5, "1e-05"},
                                                    {1e-4, "0.0001"},
                                                    {1e16, "1e+16"},
                                                    {3, "3.0"},
                                                    {-0.0, "-0.0"},
                                                    {123456789012345.0, "123456789012345.0"},
                                                    {1.5e300, "1.5e+300"},
                                                    {0.604108559135001, "0.604108559135001"}};
  for (const auto& [value, text] : numbers) EXPECT_EQ(to_json(Value::of(value)), text);
  EXPECT_EQ(to_json(Value::of(std::string("a\"\\\n\x01\u00e9\U0001F600"))), R"("a\"\\\n\u0001\u00e9\ud83d\ude00")");
  EXPECT_EQ(to_json(Value::of(std::string("\xff"))), R"("\ufffd")");
  EXPECT_EQ(to_json(Value::of(std::string("\x7f"))), R"("\u007f")");
}

TEST(Text, YamlQuotesWhatWouldBeReadAsSomethingElse) {
  for (const char* text : {"true", "No", "1e3", "~", "", "-", "a b", "a,b", "[x", "'", "x: y", "null", "+1", "none",
                           "\u0085", "a\u2028b", "\uFEFF", "\x7f", "\u00a0"}) {
    Value map;
    map.child("report").child("path") = Value::of(std::string(text));
    EXPECT_EQ(Config::parse(to_yaml(map), "t").text("report.path"), text);
  }
  EXPECT_EQ(to_line(Value::of(std::string("./Data.h5"))), "./Data.h5");
}

TEST(Text, OnlyUtf8CanStandInAConfiguration) {
  EXPECT_TRUE(is_utf8("a\u00e9\u2028\uFFFD\U0001F600"));
  for (const char* bad : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80"})
    EXPECT_FALSE(is_utf8(bad));
  EXPECT_FALSE(Config::problems("report: {path: \"\xff\"}", "t").empty());
  EXPECT_FALSE(Config::problems("curate: {signal_sets: {\"\xff\": 1}}", "t").empty());
}

TEST(Text, EqualNumbersAreEqualWhateverTheirForm) {
  EXPECT_EQ(Value::of(std::int64_t{1}), Value::of(1.0));
  EXPECT_FALSE(Value::of(std::int64_t{1}) == Value::of(true));
}

TEST(Text, AgreesWithPython) {
  TRIGLOOP_NEEDS_PEERS();
  const test::TempDir dir;
  Value list;
  list.kind = Value::Kind::list;
  for (double v = 1.1e-9; v < 1e22; v *= 7.3) list.items.push_back(Value::of(v));
  test::write_file(dir / "a.json", to_json(list));
  const auto python =
      test::run_command({test::peer_python().string(), "-c",
                         "import json,sys; t = open(sys.argv[1]).read(); assert json.dumps(json.loads(t)) == t",
                         (dir / "a.json").string()});
  EXPECT_EQ(python.status, 0) << python.err;
}

}  // namespace
}  // namespace trigloop::config
