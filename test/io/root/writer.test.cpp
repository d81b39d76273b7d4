#include "io/root/writer.hpp"

#include <gtest/gtest.h>

#include "test/io/root/sample.hpp"

namespace trigloop::io::root {
namespace {

using test::Sample;
using test::TempDir;

void write(const std::filesystem::path& path, const std::vector<const Sample*>& samples, WriterOptions options = {},
           std::size_t step = 0) {
  Writer writer(path, std::move(options));
  for (const Sample* sample : samples) writer.add_table(sample->spec);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i]->append_to(writer, i, step);
  writer.commit();
}

/// The bytes of the file that `samples` give.
std::string written(const std::vector<const Sample*>& samples, WriterOptions options = {}, std::size_t step = 0) {
  const TempDir dir;
  write(dir / "f.root", samples, std::move(options), step);
  return test::read_file(dir / "f.root");
}

/// Runs a peer's script on files; it must find the sample's values and say nothing on standard error.
void expect_peer(const std::string& script, const std::vector<std::filesystem::path>& files, const Sample& sample,
                 const std::vector<std::string>& more = {}) {
  const TempDir dir;
  sample.dump(dir.path());
  std::vector<std::string> words{
      test::peer_python(), "-W", "ignore", test::project_root() / "test/peers" / script, dir.path(), sample.spec.name};
  words.insert(words.end(), more.begin(), more.end());
  words.insert(words.end(), files.begin(), files.end());
  const auto result = test::run_command(words);
  EXPECT_EQ(result.status, 0) << script;
  EXPECT_EQ(result.err, "") << script;
  EXPECT_NE(result.out.find("equal"), std::string::npos) << script << result.out;
}

/// ROOT and uproot read the sample from each of the files, in clusters of those entries ("300,300,100"; "-": any).
void expect_peers(const std::vector<std::filesystem::path>& files, const Sample& sample, const std::string& clusters) {
  expect_peer("root_uproot.py", files, sample, {clusters});
  expect_peer("root_cern.py", files, sample, {clusters});
}

TEST(RootWriter, RootAndUprootReadEveryTypeShapeAndCodec) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  const Sample sample = test::random_sample(test::every_type_table(), 700, 1);
  std::vector<std::filesystem::path> files;
  for (const Codec codec : {Codec::none, Codec::zlib, Codec::zstd, Codec::lz4}) {
    for (const int level : {1, 9}) {
      files.push_back(dir / (std::to_string(compression_setting(codec, level)) + ".root"));
      write(files.back(), {&sample}, {.codec = codec, .level = level, .cluster_entries = 300, .basket_bytes = 2000},
            77);
    }
  }
  expect_peers(files, sample, "300,300,100");
}

TEST(RootWriter, RootListsAndMergesFiles) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  const Sample sample = test::random_sample(test::every_type_table(), 500, 2);
  write(dir / "a.root", {&sample}, {.cluster_entries = 200, .basket_bytes = 1000});
  write(dir / "b.root", {&sample}, {.cluster_entries = 77});
  expect_peer("root_tools.py", {dir / "a.root", dir / "b.root"}, sample);
}

TEST(RootWriter, TreesStandSideBySideAndMayBeEmpty) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  const Sample events = test::random_sample(test::every_type_table(), 400, 3);
  const Sample lumis =
      test::random_sample({"LuminosityBlocks",
                           "lumisections; \"quoted\" and " + std::string(300, 'x'),
                           {{"run", event::Type::uint32, {}, ""}, {"nOrbits", event::Type::int32, {}, ""}}},
                          3, 4);
  const Sample empty = test::random_sample(test::every_type_table("Empty"), 0, 5);
  write(dir / "f.root", {&events, &lumis, &empty}, {.title = "a file", .unix_time = 1750000000});
  expect_peers({dir / "f.root"}, events, "400");
  expect_peers({dir / "f.root"}, lumis, "3");
  expect_peers({dir / "f.root"}, empty, "-");
}

TEST(RootWriter, CountersMayBeOfAnyIntegerTypeAndStandBehindWhatTheyCount) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  TableSpec table{"Events", "", {}};
  for (const auto type : {event::Type::int8, event::Type::uint8, event::Type::int16, event::Type::uint16,
                          event::Type::int32, event::Type::uint32, event::Type::int64, event::Type::uint64}) {
    const std::string name(event::name_of(type));
    table.columns.push_back({"x_" + name, event::Type::int16, {}, "n_" + name});
    table.columns.push_back({"n_" + name, type, {}, ""});
    table.columns.push_back({"y_" + name, event::Type::float64, {2}, "n_" + name});
  }
  const Sample sample = test::random_sample(table, 200, 6, 127);
  write(dir / "f.root", {&sample});
  expect_peers({dir / "f.root"}, sample, "200");
}

TEST(RootWriter, EntriesMayBeEmptyOrLargerThanABasket) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  const TableSpec table{"Events",
                        "",
                        {{"n", event::Type::int32, {}, ""},
                         {"x", event::Type::uint64, {}, "n"},
                         {"big", event::Type::float32, {500}, ""}}};
  const Sample large = test::random_sample(table, 60, 7, 1000), nothing = test::random_sample(table, 60, 8, 0);
  write(dir / "large.root", {&large}, {.basket_bytes = 256});
  write(dir / "nothing.root", {&nothing}, {.basket_bytes = 256});
  expect_peers({dir / "large.root"}, large, "60");
  expect_peers({dir / "nothing.root"}, nothing, "60");
}

TEST(RootWriter, ClustersThatBytesCloseAreSeenByRoot) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  const TableSpec table{"Events", "", {{"n", event::Type::int32, {}, ""}, {"x", event::Type::uint8, {}, "n"}}};
  // 10 entries of 104 bytes, then some of 4, then 3 of 1004: 250 bytes close clusters of 3, and at 500 bytes at the
  // latest.
  Sample sample{table, 0, std::vector<test::SampleColumn>(2)};
  sample.columns[1].offsets.push_back(0);
  const auto add = [&](int entries, std::int32_t items) {
    for (int i = 0; i < entries; ++i, ++sample.entries) {
      sample.columns[0].add(items);
      for (std::int32_t k = 0; k < items; ++k) sample.columns[1].add(static_cast<std::uint8_t>(k));
      sample.columns[1].offsets.push_back(sample.columns[1].offsets.back() + static_cast<std::uint32_t>(items));
    }
  };
  add(10, 100);
  add(10, 0);
  add(3, 1000);
  add(2, 0);
  for (const std::size_t step : {1u, 4u, 25u}) {
    write(dir / (std::to_string(step) + ".root"), {&sample}, {.cluster_bytes = 250}, step);
  }
  expect_peers({dir / "1.root", dir / "4.root", dir / "25.root"}, sample, "3,3,3,3,3,3,3,1,1,2");
}

TEST(RootWriter, OffsetsBeyondTwoGigabytesHave64Bits) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  const Sample events = test::random_sample(test::every_type_table(), 300, 9);
  const Sample more = test::random_sample(test::every_type_table("More"), 10, 10);
  // The limit in front of everything, and between the trees.
  write(dir / "all.root", {&events, &more}, {.codec = Codec::none, .big_file_from = 0});
  write(dir / "half.root", {&events, &more}, {.codec = Codec::none, .big_file_from = 170000});
  ASSERT_GT(std::filesystem::file_size(dir / "half.root"), 170000u);
  expect_peers({dir / "all.root", dir / "half.root"}, events, "300");
  expect_peers({dir / "all.root", dir / "half.root"}, more, "10");
  EXPECT_EQ(test::read_file(dir / "half.root").substr(4, 4), std::string("\x00\x10\x3C\x40", 4));  // 1064000
}

TEST(RootWriter, BasketsBeyond16MegabytesHaveSeveralBlocks) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  // 40 MB that compress: one basket in three blocks.
  Sample sample{{"Events", "", {{"x", event::Type::float64, {1000}, ""}}}, 5000, std::vector<test::SampleColumn>(1)};
  for (int i = 0; i < 5'000'000; ++i) sample.columns[0].add(static_cast<double>(i / 64));
  std::vector<std::filesystem::path> files;
  for (const Codec codec : {Codec::zlib, Codec::zstd, Codec::lz4}) {
    files.push_back(dir / (std::to_string(compression_setting(codec, 1)) + ".root"));
    write(files.back(), {&sample},
          {.codec = codec, .level = 1, .cluster_bytes = 100u << 20, .basket_bytes = 100u << 20});
    EXPECT_LT(std::filesystem::file_size(files.back()), 8'000'000u);
  }
  expect_peers(files, sample, "5000");
}

TEST(RootWriter, TheFileDependsNeitherOnThreadsNorOnSlices) {
  const Sample events = test::random_sample(test::every_type_table(), 3000, 11);
  for (const Codec codec : {Codec::none, Codec::zlib, Codec::zstd, Codec::lz4}) {
    for (const std::size_t entries : {0u, 500u}) {
      WriterOptions options{.codec = codec, .cluster_entries = entries, .cluster_bytes = 100000, .basket_bytes = 3000};
      options.threads = 1;
      const std::string once = written({&events}, options, 1000);
      EXPECT_EQ(once, written({&events}, options, 1));
      options.threads = 4;
      EXPECT_EQ(once, written({&events}, options, 3000));
      EXPECT_EQ(once, written({&events}, options, 333));
    }
  }
}

TEST(RootWriter, DifferentContentHasADifferentUuid) {
  const Sample a = test::random_sample(test::every_type_table(), 10, 1),
               b = test::random_sample(test::every_type_table(), 10, 2);
  EXPECT_NE(written({&a}).substr(47, 16), written({&b}).substr(47, 16));
}

}  // namespace
}  // namespace trigloop::io::root
