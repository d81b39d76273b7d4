// What the ROOT reader promises beyond values: any clusters, any ranges, shared offsets, clear refusals.
#include "io/root/reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "io/root/source.hpp"
#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::io {
namespace {

std::filesystem::path sample(const std::string& name) {
  return test::project_root() / "test/io/root/data" / ("small_" + name + ".root");
}

const std::vector<std::string> all_columns = {"n", "pt", "ok", "d", "m", "v", "hit.a", "hit.b", "hit.c", "big"};

/// Values and item counts of several columns, read together.
struct Content {
  std::vector<std::string> values;
  std::vector<std::vector<std::uint32_t>> counts;
  bool operator==(const Content&) const = default;
};

Content content(ColumnReader& reader, std::size_t columns) {
  Content all{std::vector<std::string>(columns), std::vector<std::vector<std::uint32_t>>(columns)};
  for (event::Columns cluster; reader.next(cluster);) {
    for (std::size_t c = 0; c < columns; ++c) {
      const event::ColumnView& view = cluster.columns[c];
      all.values[c].append(reinterpret_cast<const char*>(view.data), view.values * event::size_of(view.type));
      for (std::size_t i = 1; i < view.offsets.size(); ++i) {
        all.counts[c].push_back(view.offsets[i] - view.offsets[i - 1]);
      }
    }
  }
  return all;
}

Content content(const Source& source, EntryRange range, const ReadOptions& options) {
  const auto reader = source.read({"sub/t", 0, all_columns}, options);
  reader->rewind(range);
  return content(*reader, all_columns.size());
}

TEST(RootReader, GivesTheSameByAnyCodecClusterAndCheck) {
  const auto reference = content(*root::open(sample("none")), {0, 40}, {});
  for (const std::string codec : {"zlib", "lzma", "lz4", "zstd", "generated"}) {
    const auto source = root::open(sample(codec));
    for (const std::size_t cluster : {1, 3, 7, 15, 39, 40, 1000}) {
      for (const bool verify : {true, false}) {
        EXPECT_EQ(content(*source, {0, 40}, {cluster, verify}), reference) << codec << " by " << cluster;
      }
    }
  }
}

TEST(RootReader, BeginsAndEndsAtAnyEntry) {
  const auto source = root::open(sample("zstd"));
  const auto whole = content(*source, {0, 40}, {});
  const auto reader = source->read({"sub/t", 0, all_columns}, {4, true});
  for (std::uint64_t middle = 0; middle <= 40; ++middle) {
    reader->rewind({0, middle});
    auto joined = content(*reader, all_columns.size());
    reader->rewind({middle, 40});
    const auto rest = content(*reader, all_columns.size());
    for (std::size_t c = 0; c < all_columns.size(); ++c) {
      joined.values[c] += rest.values[c];
      joined.counts[c].insert(joined.counts[c].end(), rest.counts[c].begin(), rest.counts[c].end());
    }
    EXPECT_EQ(joined, whole) << "split at " << middle;
  }
}

TEST(RootReader, ReadsAheadToTheSameContent) {
  const auto source = root::open(sample("zlib"));
  const auto whole = content(*source, {0, 40}, {});
  for (const std::uint64_t ahead : {1, 100, 1 << 20}) {
    const auto reader = source->read({"sub/t", 0, all_columns}, {.cluster_entries = 3, .read_ahead = ahead});
    for (int round = 0; round < 20; ++round) {
      event::Columns cluster;
      reader->rewind({static_cast<std::uint64_t>(round), 40});
      ASSERT_TRUE(reader->next(cluster));  // and leaves the rest, which may be on its way
      reader->rewind({0, 40});
      ASSERT_EQ(content(*reader, all_columns.size()), whole) << ahead << " bytes ahead";
    }
  }
}

TEST(RootReader, ReadsEmbeddedBasketsAndClonesArrays) {
  const auto source = root::open(sample("embedded"));
  const auto s = test::column_values<std::int16_t>(*source, "t", "s");
  ASSERT_EQ(s.size(), 50u);
  EXPECT_EQ(s[49], -49);
  const auto reader = source->read({"t", 0, {"x", "c/c.fX"}}, {});
  event::Columns cluster;
  ASSERT_TRUE(reader->next(cluster));
  EXPECT_EQ(cluster.columns[0].values, 73u);  // 0 + 1 + 2 + 3 over and over
  EXPECT_EQ(cluster.columns[1].as<double>()[0], 1.0);
  EXPECT_EQ(cluster.columns[1].offsets[2], 1u);
}

TEST(RootReader, SharesTheOffsetsOfOneCounter) {
  const auto source = root::open(sample("zlib"));
  const auto reader = source->read({"sub/t", 0, {"pt", "pt", "n"}}, {});
  event::Columns cluster;
  ASSERT_TRUE(reader->next(cluster));
  EXPECT_EQ(cluster.columns[0].offsets.data(), cluster.columns[1].offsets.data());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(cluster.columns[0].data) % 2, 0u);
}

TEST(RootSource, DescribesItsColumns) {
  const auto source = root::open(sample("lz4"));
  const SourceInfo& info = source->info();
  EXPECT_EQ(info.format, "ROOT");
  ASSERT_EQ(info.tables.size(), 2u);
  EXPECT_EQ(info.tables[0].cycle, 2u) << "the highest cycle comes first";
  EXPECT_EQ(info.tables[1].entries, 10u);
  const ColumnInfo& pt = find_column(info, info.tables[0], "pt");
  EXPECT_EQ(pt.type_name, "int16[]");
  EXPECT_EQ(pt.counter, "n");
  EXPECT_EQ(pt.compression, "LZ4-4");
  EXPECT_GT(pt.raw_bytes, 0u);
  EXPECT_EQ(find_column(info, info.tables[0], "m").type_name, "float64[2][2]");
  EXPECT_EQ(find_column(info, info.tables[0], "hit.c").type_name, "int16");
}

TEST(RootSource, RefusesWithReasonAndRemedy) {
  const auto source = root::open(sample("embedded"));
  std::string text;
  EXPECT_EQ(test::error_of([&] { source->read({"t", 0, {"str"}}); }, &text), core::ErrorCode::unsupported);
  EXPECT_NE(text.find("strings are not read"), std::string::npos) << text;
  EXPECT_EQ(test::error_of([&] { source->read({"t", 0, {"xs"}}); }), core::ErrorCode::mismatch);
  EXPECT_EQ(test::error_of([&] { source->read({"u", 0, {"x"}}); }), core::ErrorCode::mismatch);
  const auto reader = source->read({"t", 0, {"x"}});
  EXPECT_EQ(test::error_of([&] { reader->rewind({0, 51}); }), core::ErrorCode::usage);
}

TEST(RootSource, SplitsWithoutGapsOrOverlaps) {
  const auto source = root::open(sample("zstd"));
  for (const std::uint64_t target : {1, 7, 15, 40, 100}) {
    std::uint64_t next = 0;
    for (const EntryRange range : source->split({"sub/t", 0, {"pt"}}, target)) {
      EXPECT_EQ(range.begin, next);
      EXPECT_GT(range.end, range.begin);
      next = range.end;
    }
    EXPECT_EQ(next, 40u);
  }
}

TEST(RootSource, MeasuresTheCodecOfWhatIsNeeded) {
  const auto source = root::open(sample("zstd"));
  const CodecCost cost = source->measure_codec({"sub/t", 0, {"pt"}});
  EXPECT_GE(cost.units, 2u) << "the counter's baskets are needed too";
  EXPECT_GT(cost.raw_bytes, 80u);
  EXPECT_GE(cost.seconds, 0);
}

TEST(RootSource, NamesRNTuplesAsUnread) {
  TRIGLOOP_NEEDS_SHARED("data/root/ntpl001_staff_rntuple_v1-0-0-0.root");
  const auto source = root::open(test::shared_root() / "data/root/ntpl001_staff_rntuple_v1-0-0-0.root");
  ASSERT_EQ(source->info().unread.size(), 1u);
  EXPECT_NE(source->info().unread[0].reason.find("RNTuple"), std::string::npos);
}

}  // namespace
}  // namespace trigloop::io
