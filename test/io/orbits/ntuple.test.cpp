#include "io/orbits/ntuple.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "io/any/any.hpp"
#include "io/root/source.hpp"
#include "io/root/writer.hpp"
#include "test/support/fake_source.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::orbits {
namespace {

using testing::HasSubstr;

const auto sample = [] { return test::project_root() / "test/io/orbits/data/whole.root"; };

/// The values of a column as integers.
std::vector<std::int64_t> column(const Source& source, const std::string& name) {
  std::vector<std::int64_t> values;
  const auto reader = source.read({"Events", 0, {name}});
  for (event::Columns cluster; reader->next(cluster);) {
    event::visit(cluster.columns[0].type, [&](auto one) {
      for (const auto value : cluster.columns[0].as<decltype(one)>())
        values.push_back(static_cast<std::int64_t>(value));
    });
  }
  return values;
}

void write(const Source& source, const std::filesystem::path& path) {
  root::Writer writer(path);
  write_ntuple(source, writer);
  writer.commit();
}

TEST(Ntuple, HoldsWhatTheOrbitsHoldInTheTypesOfCmssw) {
  const test::TempDir folder;
  const auto orbits = open(sample());
  write(*orbits, folder / "flat.root");
  const auto flat = root::open(folder / "flat.root");
  const TableInfo& events = find_table(flat->info(), "Events");
  for (const ColumnInfo& info : find_table(orbits->info(), "Events").columns) {
    EXPECT_EQ(column(*flat, info.name), column(*orbits, info.name)) << info.name;
    EXPECT_EQ(find_column(flat->info(), events, info.name).counter, info.counter);
  }
  EXPECT_EQ(find_column(flat->info(), events, "L1Jet_hwPt").type, event::Type::int16);
  EXPECT_EQ(find_column(flat->info(), events, "L1Mu_hwDXY").type, event::Type::uint16);
  EXPECT_EQ(find_column(flat->info(), events, "L1EtSum_hwPt").type, event::Type::int32);
  EXPECT_EQ(find_table(flat->info(), "LuminosityBlocks").entries, 1u);
}

TEST(Ntuple, RefusesValuesThatDoNotFitIt) {
  const test::TempDir folder;
  const test::FakeSource source(
      "Events", 1,
      {test::flat_column<std::uint32_t>("orbitNumber", {1}), test::flat_column<std::uint32_t>("bunchCrossing", {1}),
       test::flat_column<std::int32_t>("nL1Jet", {1}),
       test::jagged_column<std::int32_t>("L1Jet_hwPt", {{40'000}}, "nL1Jet")});
  try {
    write(source, folder / "flat.root");
    FAIL();
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), core::ErrorCode::damaged);
    EXPECT_THAT(e.what(), HasSubstr("40000"));
    EXPECT_THAT(e.what(), HasSubstr("L1Jet_hwPt"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "flat.root"));
}

TEST(Ntuple, RefusesTablesWithoutAKey) {
  const test::TempDir folder;
  const test::FakeSource source("Events", 1, {test::flat_column<std::int32_t>("x", {1})});
  EXPECT_THROW(write(source, folder / "flat.root"), core::Error);
}

}  // namespace
}  // namespace trigloop::io::orbits
