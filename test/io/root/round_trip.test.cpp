// What the writer writes, the reader reads: over random tables, values and options, and on a real scouting file.
#include <gtest/gtest.h>

#include "test/io/root/content.hpp"

namespace trigloop::io::root {
namespace {

using test::content_of;
using test::expect_sample;
using test::Sample;
using test::TempDir;

/// Any table that the writer takes: up to ten columns, some of which count others.
TableSpec random_table(core::Philox& random) {
  TableSpec table{"T" + std::to_string(random() % 100), "random", {}};
  const std::size_t counters = random() % 3, columns = 1 + random() % 8;
  for (std::size_t i = 0; i < counters; ++i) {
    const event::Type type = static_cast<event::Type>(1 + random() % 8);  // the integers
    table.columns.push_back({"n" + std::to_string(i), type, {}, ""});
  }
  for (std::size_t i = 0; i < columns; ++i) {
    ColumnSpec column{"c" + std::to_string(i), static_cast<event::Type>(random() % 11), {}, ""};
    for (std::uint32_t n = random() % 3; n > 0; --n) column.shape.push_back(1 + random() % 4);
    if (counters > 0 && random() % 2 == 0) column.counter = "n" + std::to_string(random() % counters);
    table.columns.insert(table.columns.begin() + random() % (table.columns.size() + 1), column);
  }
  return table;
}

WriterOptions random_options(core::Philox& random) {
  WriterOptions options;
  options.codec = static_cast<Codec>(random() % 4);
  options.level = 1 + static_cast<int>(random() % 9);
  options.cluster_entries = random() % 2 == 0 ? 0 : 1 + random() % 200;
  options.cluster_bytes = 1 + random() % 20000;
  options.basket_bytes = 1 + random() % 5000;
  options.threads = 1 + random() % 2;
  options.big_file_from = random() % 2 == 0 ? random() % 20000 : options.big_file_from;
  return options;
}

TEST(RootRoundTrip, AnyTableComesBackBitForBit) {
  const TempDir dir;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    core::Philox random(seed, 1);
    const Sample sample = test::random_sample(random_table(random), random() % 400, seed, random() % 2 == 0 ? 3 : 100);
    Writer writer(dir / "f.root", random_options(random));
    writer.add_table(sample.spec);
    sample.append_to(writer, 0, 1 + random() % 300);
    writer.commit();
    expect_sample(dir / "f.root", sample, {1 + random() % 200, random() % 2 == 0});
    if (HasFailure()) break;
  }
}

TEST(RootRoundTrip, ClustersAreWhereTheReaderSplits) {
  const TempDir dir;
  const Sample sample = test::random_sample(test::every_type_table(), 1000, 1);
  Writer writer(dir / "f.root", {.cluster_entries = 128, .basket_bytes = 500});
  writer.add_table(sample.spec);
  sample.append_to(writer, 0, 100);
  writer.commit();
  const auto source = open(dir / "f.root");
  std::uint64_t at = 0;
  for (const EntryRange range : source->split({"Events", 0, {"nA", "j_int16"}}, 128)) {
    EXPECT_EQ(range.begin, at);
    EXPECT_TRUE(range.end % 128 == 0 || range.end == 1000) << range.end;
    at = range.end;
  }
  EXPECT_EQ(at, 1000u);
}

/// What a Source holds, to be written.
TableSpec spec_of(const TableInfo& table) {
  TableSpec spec{table.name, "a copy", {}};
  for (const ColumnInfo& c : table.columns) spec.columns.push_back({c.name, c.type.value(), c.shape, c.counter});
  return spec;
}

std::vector<std::string> names_of(const TableSpec& table) {
  std::vector<std::string> names;
  for (const ColumnSpec& column : table.columns) names.push_back(column.name);
  return names;
}

TEST(RootRoundTrip, ACopyOfAScoutingFileHoldsTheSame) {
  TRIGLOOP_NEEDS_SHARED("data/scouting_pythia.root");
  const TempDir dir;
  const auto original = open(test::shared_root() / "data/scouting_pythia.root");
  std::vector<TableSpec> specs;
  for (const char* name : {"Events", "LuminosityBlocks"}) {
    specs.push_back(spec_of(find_table(original->info(), name)));
  }
  Writer writer(dir / "copy.root", {.codec = Codec::lz4, .level = 1});
  for (const TableSpec& spec : specs) writer.add_table(spec);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto reader = original->read({specs[i].name, 0, names_of(specs[i])});
    for (event::Columns cluster; reader->next(cluster);) writer.append(i, cluster);
  }
  writer.commit();

  const auto copy = open(dir / "copy.root");
  for (const TableSpec& spec : specs) {
    for (const std::string& name : names_of(spec)) {
      EXPECT_TRUE(content_of(*copy, spec.name, name) == content_of(*original, spec.name, name)) << name;
    }
  }
}

}  // namespace
}  // namespace trigloop::io::root
