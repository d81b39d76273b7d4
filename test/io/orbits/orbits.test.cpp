// Orbits in memory, read as crossings and compared with what they were made of.
#include "io/orbits/orbits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "core/error.hpp"
#include "core/random.hpp"
#include "io/orbits/crossings.hpp"
#include "test/support/fake_source.hpp"

namespace trigloop::io::orbits {
namespace {

using core::ErrorCode;
using testing::HasSubstr;
using Objects = std::vector<std::int32_t>;  ///< one member of the objects of a crossing

const std::string jets = "l1ScoutingRun3JetOrbitCollection_l1ScCaloUnpacker_Jet_SCPU.";
const std::string sums = "l1ScoutingRun3BxSumsOrbitCollection_l1ScCaloUnpacker_EtSum_SCPU.";
constexpr const char* sum_members[] = {"hwTotalEt_",     "hwTotalEtEm_", "hwMissEt_",      "hwMissEtPhi_",
                                       "hwTotalHt_",     "hwMissHt_",    "hwMissHtPhi_",   "hwMissEtHF_",
                                       "hwMissEtHFPhi_", "hwMissHtHF_",  "hwMissHtHFPhi_", "towerCount_"};

/// Crossings of an orbit: transverse momenta of jets, and whether there are sums.
struct Orbit {
  std::uint32_t lumisection = 1;
  std::map<std::uint32_t, Objects> jets;
  std::vector<std::uint32_t> sums;
};

std::vector<std::uint32_t> offsets_of(const std::map<std::uint32_t, std::size_t>& numbers) {
  std::vector<std::uint32_t> offsets(offsets_of_orbit);
  for (const auto& [crossing, n] : numbers)
    for (std::size_t i = crossing + 1; i < offsets.size(); ++i) offsets[i] += static_cast<std::uint32_t>(n);
  return offsets;
}

/// What an orbit file of them holds; `spoil` may change the offsets of the jets before.
std::unique_ptr<Source> stored(const std::vector<Orbit>& orbits,
                               const std::function<void(std::vector<std::vector<std::uint32_t>>&)>& spoil = {}) {
  std::vector<std::uint32_t> run, lumi;
  std::vector<std::uint64_t> number;
  std::vector<std::vector<std::uint32_t>> jet_offsets, sum_offsets;
  std::vector<Objects> pt, eta;
  std::vector<Objects> sum_values;
  for (const Orbit& orbit : orbits) {
    run.push_back(7), lumi.push_back(orbit.lumisection), number.push_back(1000 + number.size());
    std::map<std::uint32_t, std::size_t> jet_numbers, sum_numbers;
    auto &pts = pt.emplace_back(), &etas = eta.emplace_back();
    for (const auto& [crossing, objects] : orbit.jets) {
      jet_numbers[crossing] = objects.size();
      for (const std::int32_t value : objects) pts.push_back(value), etas.push_back(-value);
    }
    auto& values = sum_values.emplace_back();
    for (const std::uint32_t crossing : orbit.sums)
      sum_numbers[crossing] = 1, values.push_back(static_cast<std::int32_t>(crossing));
    jet_offsets.push_back(offsets_of(jet_numbers));
    sum_offsets.push_back(offsets_of(sum_numbers));
  }
  if (spoil) spoil(jet_offsets);
  std::vector<test::FakeColumn> columns = {test::flat_column("EventAuxiliary.id_.run_", run),
                                           test::flat_column("EventAuxiliary.id_.luminosityBlock_", lumi),
                                           test::flat_column("EventAuxiliary.id_.event_", number),
                                           test::jagged_column(jets + "obj.bxOffsets_", jet_offsets, ""),
                                           test::jagged_column(sums + "obj.bxOffsets_", sum_offsets, "")};
  columns.push_back(test::jagged_column(jets + "obj.data_.hwEt_", pt, ""));
  for (const char* member : {"hwEta_", "hwPhi_", "hwIso_"})
    columns.push_back(test::jagged_column(jets + "obj.data_." + member, eta, ""));
  int k = 0;
  for (const char* member : sum_members) {  // member k of crossing c is 100 c + k
    std::vector<Objects> all = sum_values;
    for (Objects& one : all)
      for (std::int32_t& value : one) value = 100 * value + k;
    columns.push_back(test::jagged_column(sums + "obj.data_." + member, all, ""));
    ++k;
  }
  return std::make_unique<test::FakeSource>("Events", orbits.size(), columns, 3);
}

/// A row as it was read.
struct Row {
  std::uint32_t lumisection, crossing, orbit;
  Objects pt, eta, sum, azimuth, type;
  bool operator==(const Row&) const = default;
};

std::vector<Row> rows_of(const Source& source, EntryRange range, std::size_t cluster) {
  const Selection selection{"Events",
                            0,
                            {"luminosityBlock", "bunchCrossing", "orbitNumber", "L1Jet_hwPt", "L1Jet_hwEta",
                             "L1EtSum_hwPt", "L1EtSum_hwPhi", "L1EtSum_etSumType", "nL1Jet", "nL1EtSum"}};
  ReadOptions options;
  options.cluster_entries = cluster;
  const auto reader = source.read(selection, options);
  reader->rewind(range);
  std::vector<Row> rows;
  std::uint64_t next = range.begin;
  for (event::Columns columns; reader->next(columns);) {
    EXPECT_EQ(columns.first_entry, next);
    next += columns.entries;
    for (std::size_t i = 0; i < columns.entries; ++i) {
      const auto scalar = [&](std::size_t c) { return columns.columns[c].as<std::uint32_t>()[i]; };
      const auto list = [&](std::size_t c) {
        const event::ColumnView& column = columns.columns[c];
        const auto values = column.as<std::int32_t>();
        return Objects(values.begin() + column.offsets[i], values.begin() + column.offsets[i + 1]);
      };
      rows.push_back({scalar(0), scalar(1), scalar(2), list(3), list(4), list(5), list(6), list(7)});
      EXPECT_EQ(static_cast<std::size_t>(columns.columns[8].as<std::int32_t>()[i]), rows.back().pt.size());
      EXPECT_EQ(static_cast<std::size_t>(columns.columns[9].as<std::int32_t>()[i]), rows.back().sum.size());
    }
  }
  EXPECT_EQ(next, range.end);
  return rows;
}

std::vector<Row> expected(const std::vector<Orbit>& orbits) {
  std::vector<Row> rows;
  for (std::size_t o = 0; o < orbits.size(); ++o) {
    for (std::uint32_t crossing = 1; crossing < crossing_slots; ++crossing) {
      const auto found = orbits[o].jets.find(crossing);
      const bool has_sums = std::ranges::find(orbits[o].sums, crossing) != orbits[o].sums.end();
      if (found == orbits[o].jets.end() && !has_sums) continue;
      Row row{orbits[o].lumisection, crossing, static_cast<std::uint32_t>(1000 + o), {}, {}, {}, {}, {}};
      if (found != orbits[o].jets.end()) row.pt = found->second;
      for (const std::int32_t value : row.pt) row.eta.push_back(-value);
      if (has_sums) {
        const auto value = [&](int member) { return static_cast<std::int32_t>(100 * crossing) + member; };
        row.sum = {value(0), value(1), value(2), value(4), value(5), value(7), value(9), value(11)};
        row.azimuth = {0, 0, value(3), 0, value(6), value(8), value(10), 0};
        row.type = {0, 1, 2, 3, 4, 5, 6, 7};
      }
      rows.push_back(row);
    }
  }
  return rows;
}

/// Empty orbits, sparse ones, and one that is full.
std::vector<Orbit> some_orbits() {
  core::Philox random(5, 1);
  std::vector<Orbit> orbits(9);
  for (std::size_t o = 0; o < orbits.size(); ++o) {
    orbits[o].lumisection = o < 4 ? 1 : 2;
    if (o == 0 || o == 5) continue;
    const std::uint32_t step = o == 3 ? 1 : 97;
    for (std::uint32_t crossing = 1; crossing < crossing_slots; crossing += step) {
      const auto jets_here = random() % 4;
      for (std::uint32_t i = 0; i < jets_here; ++i)
        orbits[o].jets[crossing].push_back(static_cast<std::int32_t>(random() % 1000));
      if (random() % 3 > 0) orbits[o].sums.push_back(crossing);
    }
  }
  return orbits;
}

TEST(Orbits, AreReadAsTheirCrossings) {
  const auto orbits = some_orbits();
  const std::vector<Row> rows = expected(orbits);
  const auto source = as_crossings(stored(orbits));
  ASSERT_EQ(find_table(source->info(), "Events").entries, rows.size());
  for (const std::size_t cluster : {1u, 100u, 100'000u}) EXPECT_EQ(rows_of(*source, {0, rows.size()}, cluster), rows);
}

TEST(Orbits, AreReadFromAnyRowToAnyOther) {
  const auto orbits = some_orbits();
  const std::vector<Row> rows = expected(orbits);
  const auto source = as_crossings(stored(orbits));
  core::Philox random(6, 1);
  for (int i = 0; i < 200; ++i) {
    std::uint64_t begin = random() % (rows.size() + 1);
    std::uint64_t end = random() % (rows.size() + 1);
    if (i == 0) end = begin;
    if (end < begin) std::swap(begin, end);
    const std::vector<Row> part(rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                rows.begin() + static_cast<std::ptrdiff_t>(end));
    ASSERT_EQ(rows_of(*source, {begin, end}, 500), part) << begin << ' ' << end;
  }
}

/// A crossing of more than 255 objects is not kept when the file is opened: its offsets are read again.
TEST(Orbits, AreReadWhetherOrNotTheirCrossingsAreKept) {
  auto orbits = some_orbits();
  orbits[6].jets[50] = Objects(300, 17);
  const std::vector<Row> rows = expected(orbits);
  const auto source = as_crossings(stored(orbits));
  EXPECT_EQ(rows_of(*source, {0, rows.size()}, 1000), rows);
  const auto reader = source->read({"Events", 0, {"L1Jet_hwPt"}});
  for (const EntryRange range : {EntryRange{0, 100}, {rows.size() - 500, rows.size()}, {0, rows.size()}, {0, 10}}) {
    reader->rewind(range);
    std::uint64_t next = range.begin;
    for (event::Columns columns; reader->next(columns);) {
      const auto values = columns.columns[0].as<std::int32_t>();
      for (std::size_t i = 0; i < columns.entries; ++i, ++next) {
        const auto offsets = columns.columns[0].offsets;
        ASSERT_EQ(Objects(values.begin() + offsets[i], values.begin() + offsets[i + 1]), rows[next].pt) << next;
      }
    }
    EXPECT_EQ(next, range.end);
  }
}

TEST(Orbits, AreSplitIntoRangesThatHoldAllRows) {
  const auto source = as_crossings(stored(some_orbits()));
  const Selection selection{"Events", 0, {"L1Jet_hwPt"}};
  std::uint64_t next = 0;
  for (const EntryRange& range : source->split(selection, 500)) {
    EXPECT_EQ(range.begin, next);
    EXPECT_GT(range.end, range.begin);
    next = range.end;
  }
  EXPECT_EQ(next, find_table(source->info(), "Events").entries);
}

TEST(Orbits, AreCountedByLumisectionEmptyOnesToo) {
  const auto source = as_crossings(stored(some_orbits()));
  const auto reader = source->read({"LuminosityBlocks", 0, {"run", "luminosityBlock", "nOrbits"}});
  event::Columns columns;
  ASSERT_TRUE(reader->next(columns));
  const auto list = [&](std::size_t c) {
    const auto values = columns.columns[c].as<std::uint32_t>();
    return std::vector<std::uint32_t>(values.begin(), values.end());
  };
  EXPECT_THAT(list(0), testing::ElementsAre(7, 7));
  EXPECT_THAT(list(1), testing::ElementsAre(1, 2));
  EXPECT_THAT(list(2), testing::ElementsAre(4, 5));
  EXPECT_FALSE(reader->next(columns));
}

void expect_damaged(const std::function<void()>& action, const std::string& words) {
  try {
    action();
    FAIL() << words;
  } catch (const core::Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::damaged);
    EXPECT_THAT(e.what(), HasSubstr(words));
    EXPECT_THAT(e.what(), HasSubstr(jets));
    EXPECT_THAT(e.what(), HasSubstr("fake"));
  }
}

TEST(Orbits, WithBadOffsetsAreRefusedByTheirNumber) {
  const auto orbits = some_orbits();
  expect_damaged([&] { as_crossings(stored(orbits, [](auto& offsets) { offsets[4][2000] = 1'000'000; })); }, "orbit 4");
  expect_damaged([&] { as_crossings(stored(orbits, [](auto& offsets) { offsets[2].pop_back(); })); }, "3565 offsets");
  expect_damaged([&] { as_crossings(stored(orbits, [](auto& offsets) { offsets[0].clear(); })); }, "0 offsets");
}

TEST(Orbits, WithOffsetsBeyondTheirObjectsAreRefusedByTheirNumber) {
  const auto orbits = some_orbits();
  const auto source = as_crossings(stored(orbits, [](auto& offsets) { offsets[6].back() += 1; }));
  const auto rows = find_table(source->info(), "Events").entries;
  expect_damaged([&] { rows_of(*source, {0, rows}, 100); }, "orbit 6");
}

TEST(Orbits, AreKnownByTheirProducts) {
  EXPECT_TRUE(holds_orbits(*stored({})));
  const test::FakeSource flat("Events", 1, {test::flat_column<std::int32_t>("run", {1})});
  EXPECT_FALSE(holds_orbits(flat));
  const auto empty = as_crossings(stored({}));
  EXPECT_EQ(find_table(empty->info(), "Events").entries, 0u);
  EXPECT_TRUE(rows_of(*empty, {0, 0}, 100).empty());
}

}  // namespace
}  // namespace trigloop::io::orbits
