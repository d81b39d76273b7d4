// Orbit files that ROOT wrote hold the events of the ntuple that they were made from.
#include <gtest/gtest.h>

#include <algorithm>

#include "io/any/any.hpp"
#include "io/orbits/orbits.hpp"
#include "test/support/support.hpp"

namespace trigloop::io {
namespace {

/// Columns that both have, those of the key first.
const std::vector<std::string> shared_columns = {
    "run",       "luminosityBlock", "bunchCrossing",   "orbitNumber",      "nL1Mu",
    "L1Mu_hwPt", "L1Mu_hwEtaAtVtx", "L1Mu_hwPhiAtVtx", "L1Mu_hwQual",      "L1Mu_hwCharge",
    "nL1EG",     "L1EG_hwPt",       "L1EG_hwEta",      "L1EG_hwPhi",       "L1EG_hwIso",
    "nL1Tau",    "L1Tau_hwPt",      "L1Tau_hwEta",     "L1Tau_hwPhi",      "L1Tau_hwIso",
    "nL1Jet",    "L1Jet_hwPt",      "L1Jet_hwEta",     "L1Jet_hwPhi",      "L1Jet_hwQual",
    "nL1EtSum",  "L1EtSum_hwPt",    "L1EtSum_hwPhi",   "L1EtSum_etSumType"};

/// Values of each column as integers, a -1 behind each entry of a jagged one.
std::vector<std::vector<std::int64_t>> values_of(const Source& source, std::uint64_t rows) {
  std::vector<std::vector<std::int64_t>> values(shared_columns.size());
  const auto reader = source.read({"Events", 0, shared_columns});
  reader->rewind({0, rows});
  for (event::Columns cluster; reader->next(cluster);) {
    for (std::size_t c = 0; c < values.size(); ++c) {
      const event::ColumnView& column = cluster.columns[c];
      event::visit(column.type, [&](auto sample) {
        const auto all = column.as<decltype(sample)>();
        for (std::size_t i = 0; i < cluster.entries; ++i) {
          const std::size_t begin = column.jagged ? column.offsets[i] : i,
                            end = column.jagged ? column.offsets[i + 1] : i + 1;
          for (std::size_t v = begin; v < end; ++v) values[c].push_back(static_cast<std::int64_t>(all[v]));
          if (column.jagged) values[c].push_back(-1);
        }
      });
    }
  }
  return values;
}

/// Frozen files of ROOT 6.40 (test/peers/make_orbits.py): split, whole, and whole with vectors stored object by object.
TEST(OrbitFiles, HoldTheSameInEachForm) {
  const std::filesystem::path folder = test::project_root() / "test/io/orbits/data";
  constexpr std::uint64_t rows = 120;
  const auto expected = values_of(*open(folder / "split.root"), rows);
  EXPECT_EQ(expected[0], std::vector<std::int64_t>(rows, 396102)) << "the run";
  EXPECT_GT(expected[5].size(), rows) << "muons";
  for (const char* name : {"whole.root", "by_objects.root"}) EXPECT_EQ(values_of(*open(folder / name), rows), expected);
}

TEST(OrbitFiles, HoldTheEventsOfTheNtupleInEveryFormThatRootWrites) {
  TRIGLOOP_NEEDS_PEERS();
  TRIGLOOP_NEEDS_SHARED("data/scouting_pythia.root");
  const std::filesystem::path ntuple = test::shared_root() / "data/scouting_pythia.root";
  constexpr std::uint64_t rows = 4000;
  // Split and whole, by members and by objects, in all codecs.
  const std::vector<std::string> forms = {"99:505:1", "0:505:1", "0:404:0", "99:204:1", "0:204:1", "99:101:1", "1:0:1"};
  const test::TempDir folder;
  std::vector<std::string> words{test::peer_python().native(), "-W", "ignore",
                                 (test::project_root() / "test/peers/make_orbits.py").native(), ntuple.native()};
  for (const std::string& form : forms) {
    std::string name = form;
    std::ranges::replace(name, ':', '_');
    words.push_back((folder / (name + ".root")).native() + ":" + form + ":" + std::to_string(rows));
  }
  const auto made = test::run_command(words);
  ASSERT_EQ(made.status, 0) << made.out << made.err;
  auto expected = values_of(*open(ntuple), rows);
  // The ntuple repeats an azimuth for sums that have none; BxSums does not store it.
  auto& azimuths =
      expected[static_cast<std::size_t>(std::ranges::find(shared_columns, "L1EtSum_hwPhi") - shared_columns.begin())];
  for (std::size_t i = 0; i < azimuths.size(); i += 9)
    for (const std::size_t scalar_sum : {0u, 1u, 3u, 7u}) azimuths[i + scalar_sum] = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    const auto source = open(file.path());
    EXPECT_EQ(source->info().format, "ROOT, orbits of CMSSW");
    ASSERT_EQ(find_table(source->info(), "Events").entries, rows) << file.path();
    const auto found = values_of(*source, rows);
    for (std::size_t c = 0; c < expected.size(); ++c)
      EXPECT_EQ(found[c], expected[c]) << file.path() << shared_columns[c];
  }
}

}  // namespace
}  // namespace trigloop::io
