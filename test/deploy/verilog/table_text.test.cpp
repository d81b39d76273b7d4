// A table is written twice, as lookups and for Yosys as a decision diagram: both are the same function.
#include "deploy/verilog/table_text.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "core/program.hpp"
#include "core/random.hpp"
#include "deploy/verilog/heap_text.hpp"
#include "deploy/verilog/yosys.hpp"
#include "test/support/support.hpp"

namespace trigloop::deploy {
namespace {

Table random_table(core::Philox& random, int inputs, int outputs) {
  Table table;
  for (int at = 0; at < 1 << inputs; ++at) table.values.push_back(static_cast<int>(random() >> 8) % (1 << outputs));
  return table;
}

/// The text as other tools than Yosys see it.
std::string as_lookups(std::string text) {
  for (auto at = text.find("YOSYS"); at != text.npos; at = text.find("YOSYS", at)) text.replace(at, 5, "NONE");
  return text;
}

TEST(TableText, IsTheSameFunctionForYosysAndForOthers) {
  if (!core::find_program("yosys")) GTEST_SKIP() << "yosys is not installed (dev/apt-packages.txt, group test)";
  const test::TempDir folder;
  core::Philox random(7, 1);
  std::string diagrams = counter_modules("a"), lookups = as_lookups(counter_modules("b")), proof;
  std::vector<std::string> names{"ones6", "ones15"};
  for (const int inputs : {1, 2, 3, 4, 5, 6}) {
    const int outputs = 1 + inputs % 4;
    const Table table = random_table(random, inputs, outputs);
    names.push_back("t" + std::to_string(inputs));
    diagrams += table_module("a_" + names.back(), table, inputs, outputs);
    lookups += as_lookups(table_module("b_" + names.back(), table, inputs, outputs));
  }
  for (const std::string& name : names) {
    proof += "miter -equiv -flatten a_" + name + " b_" + name + " m_" + name + "; sat -verify -prove trigger 0 m_" +
             name + "; ";
  }
  test::write_file(folder / "a.v", diagrams);
  test::write_file(folder / "b.v", lookups);
  EXPECT_NE(diagrams, lookups);
  EXPECT_NO_THROW(run_yosys({folder / "a.v", folder / "b.v"}, "proc; " + proof));
}

TEST(TableText, SharesEqualPartsOfADecisionDiagram) {
  Table parity;
  for (unsigned x = 0; x < 64; ++x) parity.values.push_back(std::popcount(x) & 1);
  const std::string text = table_module("parity", parity, 6, 1);
  EXPECT_NE(text.find("wire d8 = "), std::string::npos) << text;
  EXPECT_EQ(text.find("wire d9 = "), std::string::npos) << "two multiplexers a bit, one for the last" << text;
}

}  // namespace
}  // namespace trigloop::deploy
