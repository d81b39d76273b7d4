#include "io/zarr/scatter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "core/file.hpp"
#include "core/parallel.hpp"
#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::zarr {
namespace {

constexpr std::size_t entries = 10'001, width = 3, piece = 97;

const std::vector<ColumnSpec> columns{{"wide", event::Type::int16, {width}, ""}, {"key", event::Type::uint32, {}, ""}};

WriteOptions small_chunks() {
  WriteOptions options;
  options.chunk_entries = 1000;
  return options;
}

/// Pieces in a random order, from three threads.
void fill(ScatterWriter& writer, const std::vector<std::int16_t>& wide, const std::vector<std::uint32_t>& key) {
  std::vector<std::size_t> begins;
  for (std::size_t begin = 0; begin < entries; begin += piece) begins.push_back(begin);
  std::ranges::shuffle(begins, std::mt19937(1));
  core::parallel_for(begins.size(), 3, [&](std::size_t i, unsigned) {
    const std::size_t begin = begins[i], n = std::min(piece, entries - begin);
    writer.put(0, begin, n, &wide[begin * width]);
    writer.put(1, begin, n, &key[begin]);
  });
}

TEST(ScatterWriter, KeepsTheOrderOfEntriesWhateverTheOrderOfWriting) {
  const test::TempDir dir;
  std::vector<std::int16_t> wide(entries * width);
  std::vector<std::uint32_t> key(entries);
  for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = static_cast<std::int16_t>(i * i);
  std::iota(key.begin(), key.end(), 7u);
  ScatterWriter writer(dir / "a.zarr", columns, entries, small_chunks());
  fill(writer, wide, key);
  EXPECT_EQ(writer.waiting_bytes(), 0u);
  writer.finish("{\"WriteTime\": 1}");
  EXPECT_FALSE(std::filesystem::exists(dir / "a.zarr"));
  core::sync_file_system(dir.path());
  writer.publish();
  const auto store = open(dir / "a.zarr");
  EXPECT_EQ(test::column_values<std::int16_t>(*store, "", "wide"), wide);
  EXPECT_EQ(test::column_values<std::uint32_t>(*store, "", "key"), key);
  EXPECT_EQ(read_attributes(dir / "a.zarr", ""), "{\"WriteTime\": 1}");
}

TEST(ScatterWriter, HoldsOnlyChunksThatWaitForEntries) {
  const test::TempDir dir;
  const std::vector<std::uint32_t> key(entries);
  ScatterWriter writer(dir / "a.zarr", {{"key", event::Type::uint32, {}, ""}}, entries, small_chunks());
  for (std::size_t begin = 0; begin + piece < entries; begin += piece) {
    writer.put(0, begin, piece, &key[begin]);
    EXPECT_LE(writer.waiting_bytes(), 1000 * sizeof(std::uint32_t));
  }
}

TEST(ScatterWriter, MissingEntriesAreAnErrorAndNothingAppears) {
  const test::TempDir dir;
  const std::vector<std::uint32_t> key(10);
  {
    ScatterWriter writer(dir / "a.zarr", {{"key", event::Type::uint32, {}, ""}}, 10, small_chunks());
    writer.put(0, 0, 9, key.data());
    EXPECT_EQ(test::error_of([&] { writer.finish("{}"); }), core::ErrorCode::mismatch);
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace trigloop::io::zarr
