// Events that are packed and unpacked again are the same.
#include "io/raw/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "io/any/any.hpp"
#include "io/raw/container.hpp"
#include "test/support/fake_source.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::raw {
namespace {

using testing::HasSubstr;

const std::vector<std::string> shared_columns = {
    "run",       "luminosityBlock", "bunchCrossing",   "orbitNumber", "nL1Mu",
    "L1Mu_hwPt", "L1Mu_hwEtaAtVtx", "L1Mu_hwPhiAtVtx", "L1Mu_hwQual", "L1Mu_hwCharge",
    "nL1EG",     "L1EG_hwPt",       "L1EG_hwEta",      "L1EG_hwPhi",  "L1EG_hwIso",
    "nL1Tau",    "L1Tau_hwPt",      "L1Tau_hwEta",     "L1Tau_hwPhi", "L1Tau_hwIso",
    "nL1Jet",    "L1Jet_hwPt",      "L1Jet_hwEta",     "L1Jet_hwPhi", "L1Jet_hwQual",
    "nL1EtSum",  "L1EtSum_hwPt"};

std::vector<std::vector<std::int64_t>> values_of(const Source& source, std::uint64_t rows) {
  std::vector<std::vector<std::int64_t>> values(shared_columns.size());
  const auto reader = source.read({"Events", 0, shared_columns});
  reader->rewind({0, rows});
  for (event::Columns cluster; reader->next(cluster);) {
    for (std::size_t c = 0; c < values.size(); ++c) {
      event::visit(cluster.columns[c].type, [&](auto one) {
        for (const auto value : cluster.columns[c].as<decltype(one)>())
          values[c].push_back(static_cast<std::int64_t>(value));
      });
    }
  }
  return values;
}

/// Writes the first rows of a source.
void write(const Source& source, std::uint64_t rows, const std::filesystem::path& path, WriterOptions options) {
  TableSpec spec{"Events", "Events", {}};
  for (const std::string& name : shared_columns) spec.columns.push_back({name, event::Type::int32, {}, ""});
  Writer writer(path, options);
  const std::size_t table = writer.add_table(spec);
  const auto reader = source.read({"Events", 0, shared_columns});
  reader->rewind({0, rows});
  for (event::Columns cluster; reader->next(cluster);) writer.append(table, cluster);
  writer.commit();
}

TEST(RawWriter, WritesWhatIsReadBack) {
  const test::TempDir folder;
  const auto orbits = io::open(test::project_root() / "test/io/orbits/data/whole.root");
  write(*orbits, 120, folder / "a.raw", {});
  EXPECT_EQ(values_of(*io::open(folder / "a.raw"), 120), values_of(*orbits, 120));
  write(*orbits, 120, folder / "b.raw", {.file_a_source = true});
  EXPECT_EQ(with_companions(folder / "b.raw").size(), 2u);
  EXPECT_EQ(values_of(*io::open(folder / "b.raw"), 120), values_of(*orbits, 120));
}

TEST(RawWriter, KeepsTheEventsOfANtuple) {
  TRIGLOOP_NEEDS_SHARED("data/scouting_pythia.root");
  const test::TempDir folder;
  const auto ntuple = io::open(test::shared_root() / "data/scouting_pythia.root");
  constexpr std::uint64_t rows = 20'000;
  write(*ntuple, rows, folder / "a.raw", {});
  const auto found = values_of(*io::open(folder / "a.raw"), rows), expected = values_of(*ntuple, rows);
  for (std::size_t c = 0; c < shared_columns.size(); ++c) EXPECT_EQ(found[c], expected[c]) << shared_columns[c];
}

TEST(RawWriter, RefusesWhatBlocksCannotHold) {
  const test::TempDir folder;
  const auto source = [](std::int32_t pt, std::size_t n) {
    const std::vector<std::vector<std::int32_t>> pts{std::vector<std::int32_t>(n, pt)};
    return test::FakeSource(
        "Events", 1,
        {test::flat_column<std::uint32_t>("run", {1}), test::flat_column<std::uint32_t>("luminosityBlock", {1}),
         test::flat_column<std::uint32_t>("orbitNumber", {1}), test::flat_column<std::uint32_t>("bunchCrossing", {1}),
         test::jagged_column<std::int32_t>("L1Jet_hwPt", pts, "")});
  };
  const auto refusal = [&](const test::FakeSource& fake) -> std::string {
    Writer writer(folder / "a.raw");
    TableSpec spec{"Events", "", {}};
    Selection selection{"Events", 0, {}};
    for (const ColumnInfo& column : fake.info().tables[0].columns) {
      spec.columns.push_back({column.name, event::Type::int32, {}, ""});
      selection.columns.push_back(column.name);
    }
    try {
      const std::size_t table = writer.add_table(spec);
      event::Columns cluster;
      fake.read(selection, {})->next(cluster);
      const auto reader = fake.read(selection, {});
      reader->next(cluster);
      writer.append(table, cluster);
      return "";
    } catch (const core::Error& e) {
      return e.what();
    }
  };
  EXPECT_EQ(refusal(source(2047, 12)), "");
  EXPECT_THAT(refusal(source(2048, 1)), HasSubstr("column 'L1Jet_hwPt': raw files cannot hold 2048"));
  EXPECT_THAT(refusal(source(5, 13)), HasSubstr("13"));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.raw")) << "without a commit";
}

}  // namespace
}  // namespace trigloop::io::raw
