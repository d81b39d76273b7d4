#include "core/yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trigloop::core {
namespace {

using ::testing::HasSubstr;

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

std::string parse_error(const std::string& text) {
  return error_of([&] { parse_yaml(text, "file.yaml"); });
}

TEST(Yaml, KeepsOrderLinesAndTexts) {
  const YamlNode root = parse_yaml("b: 1\na: [x, 'y z', ~]\nm:\n  deep: !!python/tuple [1, 2]\n", "f");
  EXPECT_THAT(root.keys, ::testing::ElementsAre("b", "a", "m"));
  EXPECT_EQ(root.children[1].children[1].text, "y z");
  EXPECT_TRUE(root.children[1].children[1].quoted);
  EXPECT_EQ(root.children[1].children[2].kind, YamlNode::Kind::null);
  EXPECT_EQ(root.children[2].children[0].line, 4);
  EXPECT_EQ(root.children[2].children[0].children.size(), 2u);
}

TEST(Yaml, ExpandsAliases) {
  const YamlNode root = parse_yaml("a: &x {k: 1}\nb: *x\n", "f");
  EXPECT_EQ(root.children[1].children[0].text, "1");
}

TEST(Yaml, NamesFileAndLineOfWhatIsWrong) {
  EXPECT_THAT(parse_error("a: 1\nb: [1, 2\nc: }\n"), HasSubstr("file.yaml: line "));
  EXPECT_THAT(parse_error("a: 1\nb: 2\na: 3\n"), HasSubstr("line 3: key 'a' occurs twice"));
  EXPECT_THAT(parse_error("[1, 2]: x\n"), HasSubstr("a key must be a plain word"));
  EXPECT_THAT(parse_error(""), HasSubstr("no YAML document"));
  EXPECT_THAT(parse_error("a: 1\n---\nb: 2\n"), HasSubstr("more than one"));
  EXPECT_THAT(parse_error("a: &x [*x]\n"), HasSubstr("alias"));
  EXPECT_THAT(parse_error("a: *nobody\n"), HasSubstr("line 1"));
}

TEST(Yaml, LimitsBytesDepthAndExpandedValues) {
  std::string laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 1; k < 10; ++k) laughs += ", " + last;
    laughs += "]\n";
  }
  EXPECT_THAT(parse_error(laughs), HasSubstr("more than 100000 values"));
  EXPECT_THAT(parse_error(std::string(80, '[') + std::string(80, ']')), HasSubstr("nested deeper than 64"));
  EXPECT_THAT(parse_error(std::string(5000, '[')), HasSubstr("file.yaml: line 1"));
  EXPECT_THAT(parse_error(std::string((1u << 20) + 1, ' ')), HasSubstr("at most 1048576"));
  // A chain of aliases must not get deeper than text may.
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 100; ++i) {
    chain += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  EXPECT_THAT(parse_error(chain), HasSubstr("nested deeper than 64"));
}

class SectionOf : public ::testing::Test {
 protected:
  YamlNode root_ = parse_yaml(
      "count: 12\nfraction: 0.5\nname: 'x'\nmode: fast\non: true\nlist: [a, b]\nsub: {inner: 3}\n", "f.yaml");
  Section in_{root_, "f.yaml"};
};

TEST_F(SectionOf, ReadsEachType) {
  EXPECT_EQ(in_.integer("count", 0, 100), 12);
  EXPECT_EQ(in_.number("fraction", 0, 1), 0.5);
  EXPECT_EQ(in_.text("name"), "x");
  EXPECT_EQ(in_.choice("mode", {"fast", "slow"}), "fast");
  EXPECT_TRUE(in_.flag("on"));
  EXPECT_EQ(in_.texts("list").size(), 2u);
  EXPECT_EQ(in_.section("sub").integer("inner", 0, 9), 3);
  EXPECT_EQ(in_.integer("absent", 0, 9, 7), 7);
  EXPECT_NO_THROW(in_.refuse_unknown());
}

TEST_F(SectionOf, RefusesWrongTypesAndRangesAtTheirLine) {
  EXPECT_THAT(error_of([&] { in_.integer("count", 0, 10); }),
              HasSubstr("f.yaml: line 1, 'count': is 12; it must be from 0 to 10"));
  EXPECT_THAT(error_of([&] { in_.integer("name", 0, 10); }), HasSubstr("line 3, 'name': is 'x' where an integer"));
  EXPECT_THAT(error_of([&] { in_.integer("fraction", 0, 10); }), HasSubstr("where an integer is needed"));
  EXPECT_THAT(error_of([&] { in_.number("list", 0, 1); }), HasSubstr("is a list where one value is needed"));
  EXPECT_THAT(error_of([&] { in_.choice("mode", {"fest", "slow"}); }), HasSubstr("Did you mean 'fest'?"));
  EXPECT_THAT(error_of([&] { in_.section("count"); }), HasSubstr("where a map is needed"));
  EXPECT_THAT(error_of([&] { in_.section("sub").integer("inner", 5, 9); }), HasSubstr("'sub.inner'"));
  EXPECT_THAT(error_of([&] { in_.text("nme"); }), HasSubstr("Is 'name' meant"));
}

TEST_F(SectionOf, RefusesKeysThatNobodyAskedFor) {
  for (const char* key : {"fraction", "name", "mode", "on", "list", "sub", "counts"}) in_.has(key);
  EXPECT_THAT(error_of([&] { in_.refuse_unknown(); }),
              HasSubstr("line 1, 'count': is not a known key. Did you mean 'counts'?"));
}

}  // namespace
}  // namespace trigloop::core
