#include "registry/lineage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/registry/fixtures.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry {
namespace {

using testing::HasSubstr;

class LineageTest : public testing::Test {
 protected:
  test::TempDir dir_;
  Registry store_{dir_ / "registry", Access::write};
};

TEST_F(LineageTest, OfAModelLeadsToItsDataAndItsParent) {
  const std::string raw = add_data(store_, "raw"), data = add_text(store_, "dataset", "d", "d");
  const std::string parent = add_text(store_, "model", "m", "1"), model = add_text(store_, "model", "m", "2");
  const std::string report = add_text(store_, "report", "r", "r");
  add_run(store_, "curate", {raw}, {data});
  add_run(store_, "train", {data}, {parent});
  add_run(store_, "train", {data, parent}, {model});
  add_run(store_, "evaluate", {model}, {report});
  const Lineage up = trace(store_, model, Direction::up);
  EXPECT_EQ(up.artifacts.size(), 4u);
  EXPECT_EQ(up.runs.size(), 3u);
  EXPECT_FALSE(up.cut);
  const std::string tree = to_tree(up);
  EXPECT_THAT(tree, testing::StartsWith("model m:2 " + model.substr(0, 12) +
                                        "\n└─ made by train, 2023-11-14 22:13:20Z, "
                                        "by alice on vm, code 0.1.0\n"));
  EXPECT_THAT(tree, HasSubstr("input: dataset data:1 " + raw.substr(0, 12)));
  EXPECT_THAT(tree, HasSubstr("(see above)"));
  const Lineage down = trace(store_, model, Direction::down);
  EXPECT_EQ(down.artifacts.size(), 2u);
  EXPECT_THAT(to_tree(down), HasSubstr("used by evaluate"));
  EXPECT_EQ(trace(store_, model, Direction::both).artifacts.size(), 5u);
  EXPECT_THAT(to_dot(up), HasSubstr("\"" + parent + "\" -> \""));
  EXPECT_THAT(to_json(up), HasSubstr("\"root\":\"" + model + "\""));
}

TEST_F(LineageTest, LoopsAndLimitsEnd) {
  const std::string a = add_text(store_, "model", "m", "a"), b = add_text(store_, "model", "m", "b");
  add_run(store_, "train", {a}, {b});
  add_run(store_, "train", {b}, {a});
  EXPECT_EQ(trace(store_, a, Direction::up).runs.size(), 2u);
  EXPECT_FALSE(to_tree(trace(store_, a, Direction::both)).empty());
  EXPECT_TRUE(trace(store_, a, Direction::up, 1).cut);
}

}  // namespace
}  // namespace trigloop::registry
