#include "io/orbits/ntuple.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "core/error.hpp"
#include "io/any/any.hpp"
#include "io/orbits/crossings.hpp"
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

NtupleCount write(const Source& source, const std::filesystem::path& path, const NtupleOptions& options = {}) {
  root::Writer writer(path);
  const NtupleCount count = write_ntuple(source, writer, options);
  writer.commit();
  return count;
}

TEST(Ntuple, HoldsWhatTheOrbitsHoldInTheTypesOfCmssw) {
  const test::TempDir folder;
  const auto orbits = open(sample());
  const NtupleCount count = write(*orbits, folder / "flat.root");
  EXPECT_EQ(count.read, 120u);
  EXPECT_EQ(count.kept, 120u);
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

TEST(Ntuple, KeepsTheCrossingsThatAreAskedFor) {
  const test::TempDir folder;
  const auto orbits = open(sample());
  const auto all = column(*orbits, "bunchCrossing");
  NtupleOptions options;
  options.crossings.resize(crossing_slots);
  for (std::size_t i = 500; i <= 1500; ++i) options.crossings[i] = true;
  const NtupleCount count = write(*orbits, folder / "flat.root", options);
  std::vector<std::int64_t> expected;
  std::ranges::copy_if(all, std::back_inserter(expected),
                       [](auto crossing) { return crossing >= 500 && crossing <= 1500; });
  EXPECT_EQ(column(*open(folder / "flat.root"), "bunchCrossing"), expected);
  EXPECT_EQ(count.read, 120u);
  EXPECT_EQ(count.selected, expected.size());
  EXPECT_EQ(count.kept, expected.size());
}

TEST(Ntuple, PrescalesByAHashThatAnyRunRepeats) {
  const test::TempDir folder;
  NtupleOptions options;
  options.prescale = 3;
  const NtupleCount count = write(*open(sample()), folder / "a.root", options);
  EXPECT_EQ(count.selected, 120u);
  EXPECT_GT(count.kept, 20u);
  EXPECT_LT(count.kept, 65u);
  write(*open(sample()), folder / "b.root", options);
  EXPECT_EQ(test::read_file(folder / "a.root"), test::read_file(folder / "b.root"));
}

/// Chi-squared of orbits and of crossings: neither may be favoured.
TEST(Ntuple, PrescalesWithoutFavour) {
  constexpr std::uint32_t orbits = 1000, crossings = 1000, prescale = 10;
  std::vector<double> by_orbit(orbits), by_crossing(crossings);
  for (std::uint32_t o = 0; o < orbits; ++o) {
    for (std::uint32_t c = 0; c < crossings; ++c) {
      if (!is_kept(56'000'000 + o, c + 1, prescale)) continue;
      ++by_orbit[o];
      ++by_crossing[c];
    }
  }
  const auto chi2 = [](const std::vector<double>& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0,
                           [](double sum, double n) { return sum + (n - 100) * (n - 100) / 90; });
  };
  EXPECT_NEAR(chi2(by_orbit), 1000, 5 * std::sqrt(2000.0));
  EXPECT_NEAR(chi2(by_crossing), 1000, 5 * std::sqrt(2000.0));
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
