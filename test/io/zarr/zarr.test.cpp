#include "io/zarr/zarr.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::zarr {
namespace {

namespace fs = std::filesystem;
using core::ErrorCode;
using test::column_bytes;
using test::error_of;
using test::TempDir;
using Kind = Compressor::Kind;

class ZarrPython : public ::testing::Test {
 protected:
  void SetUp() override { TRIGLOOP_NEEDS_PEERS(); }
  test::CommandResult run(const std::string& what) {
    return test::run_command(
        {test::peer_python(), test::project_root() / "test/peers/zarr_files.py", what, dir_.path()});
  }
  const TempDir dir_;
};

/// Stage 1 as the scouting pipeline has it, small.
struct Stage1 {
  static constexpr std::size_t entries = 10'001;
  std::vector<std::int16_t> data = std::vector<std::int16_t>(entries * 57);
  std::vector<std::uint32_t> run = std::vector<std::uint32_t>(entries, 396102);
  std::vector<std::uint8_t> flag = std::vector<std::uint8_t>(entries);
  std::vector<float> score = std::vector<float>(entries);

  Stage1() {
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::int16_t>(i * i % 511);
    for (std::size_t i = 0; i < entries; ++i) flag[i] = i % 3 == 0 ? 1 : 0;
    for (std::size_t i = 0; i < entries; ++i) score[i] = static_cast<float>(i) / 16;
  }

  static TableSpec spec() {
    return {"",
            "",
            {{"Data", event::Type::int16, {57}, ""},
             {"RunNumber", event::Type::uint32, {}, ""},
             {"flag", event::Type::boolean, {}, ""},
             {"score", event::Type::float32, {1}, ""}}};
  }

  template <class T>
  static event::ColumnView view(const std::vector<T>& values, event::Type type, std::uint32_t inner, std::size_t begin,
                                std::size_t n) {
    event::ColumnView v;
    v.type = type;
    v.inner = inner;
    v.data = reinterpret_cast<const std::byte*>(values.data() + begin * inner);
    v.values = n * inner;
    return v;
  }

  event::Columns cluster(std::size_t begin, std::size_t n) const {
    return {begin,
            n,
            {view(data, event::Type::int16, 57, begin, n), view(run, event::Type::uint32, 1, begin, n),
             view(flag, event::Type::boolean, 1, begin, n), view(score, event::Type::float32, 1, begin, n)}};
  }

  void write(const fs::path& path, WriteOptions options, std::size_t step) const {
    options.chunk_entries = 1000;
    Writer writer(path, options);
    const std::size_t table = writer.add_table(spec());
    for (std::size_t begin = 0; begin < entries; begin += step) {
      writer.append(table, cluster(begin, std::min(step, entries - begin)));
    }
    const std::vector<double> x{1.5, 2.5};
    const std::size_t more = writer.add_table({"sub/more", "", {{"x", event::Type::float64, {}, ""}}});
    writer.append(more, {0, 2, {view(x, event::Type::float64, 1, 0, 2)}});
    writer.set_attributes("", R"({"WriteTime": 1732233600123456789})");
    writer.set_attributes("sub/more", R"({"a": [1, 2]})");
    writer.commit();
  }

  void expect_in(const fs::path& path) const {
    const auto source = open(path);
    EXPECT_EQ(test::column_values<std::int16_t>(*source, "", "Data"), data);
    EXPECT_EQ(test::column_values<std::uint32_t>(*source, "", "RunNumber"), run);
    EXPECT_EQ(test::column_values<std::uint8_t>(*source, "", "flag"), flag);
    EXPECT_EQ(test::column_values<float>(*source, "", "score"), score);
  }
};

TEST_F(ZarrPython, EveryArrayComesOutAsZarrPythonHasIt) {
  if (IsSkipped()) return;
  const auto written = run("write");
  ASSERT_EQ(written.status, 0) << written.err;
  std::size_t arrays = 0;
  for (const char* name : {"codecs", "shapes", "array"}) {
    const auto source = open(dir_ / (std::string(name) + ".zarr"));
    for (const auto& entry : fs::directory_iterator(dir_ / "raw" / name)) {
      const std::string column = entry.path().stem();
      EXPECT_EQ(column_bytes(*source, "", column), test::read_file(entry.path())) << name << " " << column;
      ++arrays;
    }
  }
  EXPECT_GE(arrays, 100u);
}

TEST_F(ZarrPython, WhatIsNotReadIsListedWithTheReason) {
  if (IsSkipped()) return;
  ASSERT_EQ(run("write").status, 0);
  const auto source = open(dir_ / "shapes.zarr");
  for (const auto& [name, word] : {std::pair{"filtered", "delta"}, {"text", "strings"}, {"bz2", "bz2"}}) {
    std::string text;
    EXPECT_EQ(error_of([&] { source->read({"", 0, {name}}); }, &text), ErrorCode::unsupported);
    EXPECT_NE(text.find(word), std::string::npos) << text;
  }
  EXPECT_EQ(test::column_values<std::int32_t>(*source, "a/b", "deep"), (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
  EXPECT_NE(read_attributes(dir_ / "shapes.zarr", "").find("1732233600123456789"), std::string::npos);
  EXPECT_NE(read_attributes(dir_ / "shapes.zarr", "a/b").find("note"), std::string::npos);
  EXPECT_EQ(read_attributes(dir_ / "shapes.zarr", "scalar"), "{}");
}

TEST_F(ZarrPython, OpensOurs) {
  if (IsSkipped()) return;
  const Stage1 stage;
  const auto keep = [&](const char* name, std::span<const std::byte> bytes) {
    fs::create_directories(dir_ / "raw/ours");
    test::write_file(dir_ / "raw/ours" / (std::string(name) + ".raw"),
                     {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  keep("Data", test::bytes_of(stage.data));
  keep("RunNumber", test::bytes_of(stage.run));
  keep("flag", test::bytes_of(stage.flag));
  keep("score", test::bytes_of(stage.score));
  WriteOptions options;
  options.separator = '/';
  for (const Compressor& c :
       {Compressor{}, Compressor{Kind::none}, Compressor{Kind::blosc, "zstd", 3, 2}, Compressor{Kind::zstd, "", 5},
        Compressor{Kind::zlib, "", 6}, Compressor{Kind::gzip, "", 1}, Compressor{Kind::lz4, "", 1}}) {
    options.compressor = c;
    stage.write(dir_ / "ours.zarr", options, 1500);
    const auto result = run("check");
    EXPECT_EQ(result.status, 0) << c.name() << result.err;
    options.separator = '.';
  }
}

TEST(Zarr, ReadsWhatItWritesWhateverTheClustersAndThreads) {
  const TempDir dir;
  const Stage1 stage;
  for (const unsigned threads : {1u, 3u}) {
    for (const std::size_t step : {1000u, 999u, 2500u, 20'000u}) {
      WriteOptions options;
      options.threads = threads;
      stage.write(dir / "a.zarr", options, step);
      stage.expect_in(dir / "a.zarr");
    }
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1) << "replaced stores leave nothing behind";
}

TEST(Zarr, RangesSplitAtChunks) {
  const TempDir dir;
  const Stage1 stage;
  stage.write(dir / "a.zarr", {}, 1000);
  const auto source = open(dir / "a.zarr");
  std::string joined;
  for (const EntryRange range : source->split({"", 0, {"Data"}}, 2500)) {
    EXPECT_EQ(range.begin % 1000, 0u);
    joined += column_bytes(*source, "", "Data", {}, range);
  }
  EXPECT_EQ(joined, column_bytes(*source, "", "Data"));
}

TEST(Zarr, NothingAppearsWithoutCommit) {
  const TempDir dir;
  const Stage1 stage;
  {
    Writer writer(dir / "a.zarr");
    writer.append(writer.add_table(Stage1::spec()), stage.cluster(0, 100));
    EXPECT_FALSE(fs::exists(dir / "a.zarr"));
  }
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST(Zarr, WriterRefusesWhatItCannotWrite) {
  const TempDir dir;
  fs::create_directory(dir / "mine");
  EXPECT_EQ(error_of([&] { Writer w(dir / "mine"); }), ErrorCode::output);
  EXPECT_EQ(error_of([&] { Writer w(dir / "missing/a"); }), ErrorCode::output);
  Writer writer(dir / "a.zarr");
  for (const char* name : {"..", "a/../b", "/a", "a//b", ".zattrs", "a/"}) {
    EXPECT_THROW(writer.add_table({name, "", {}}), core::Error) << name;
  }
  EXPECT_THROW(writer.add_table({"a", "", {{"n", event::Type::int32, {}, "counter"}}}), core::Error);
  EXPECT_THROW(writer.set_attributes("", "[1]"), core::Error);
  EXPECT_THROW(writer.set_attributes("", "{\"a\": NaN}"), core::Error);
}

/// A store of one array of 6 int16 in chunks of 4.
void small_store(const fs::path& path, const Compressor& compressor) {
  const std::vector<std::int16_t> values{1, 2, 3, 4, 5, 6};
  WriteOptions options;
  options.compressor = compressor;
  options.chunk_entries = 4;
  Writer writer(path, options);
  writer.append(writer.add_table({"", "", {{"x", event::Type::int16, {}, ""}}}),
                {0, 6, {Stage1::view(values, event::Type::int16, 1, 0, 6)}});
  writer.commit();
}

void read_all(const fs::path& store) {
  try {
    test::everything(*open(store));
  } catch (const core::Error& e) {
    EXPECT_FALSE(e.file_name().empty()) << e.what();
  }
}

TEST(Zarr, EveryFlippedByteOfMetadataAndChunksIsAnErrorOrAValue) {
  const TempDir dir;
  for (const Compressor& c : {Compressor{}, Compressor{Kind::zstd, "", 1}, Compressor{Kind::gzip, "", 1},
                              Compressor{Kind::zlib, "", 1}, Compressor{Kind::lz4, "", 1}}) {
    const fs::path store = dir / "a.zarr";
    small_store(store, c);
    // The metadata differ little from codec to codec.
    std::vector<fs::path> files{store / "x/0"};
    if (c.kind == Kind::blosc) files.insert(files.end(), {store / ".zgroup", store / "x/.zarray"});
    for (const fs::path& file : files) {
      const std::string bytes = test::read_file(file);
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (const int mask : {0x01, 0xFF}) {
          std::string bad = bytes;
          bad[i] = static_cast<char>(bad[i] ^ mask);
          test::write_file(file, bad);
          read_all(store);
        }
      }
      for (std::size_t n = 0; n < bytes.size(); ++n) {
        test::write_file(file, bytes.substr(0, n));
        read_all(store);
      }
      test::write_file(file, bytes);
    }
  }
}

TEST(Zarr, AbsurdMetadataIsRefused) {
  const TempDir dir;
  small_store(dir / "a.zarr", {});
  const std::string good = test::read_file(dir / "a.zarr/x/.zarray");
  const auto with = [&](const std::string& key, const std::string& value) {
    const std::size_t at = good.find('"' + key + '"');
    std::size_t end = good.find(",\n    \"", at);
    if (end == std::string::npos) end = good.rfind('\n');
    return good.substr(0, at) + '"' + key + "\": " + value + good.substr(end);
  };
  std::vector<std::string> bad{with("shape", "[18446744073709551615]"),
                               with("shape", "[-1]"),
                               with("shape", "[1e99]"),
                               with("shape", "6"),
                               with("shape", "[6, 6]"),
                               with("chunks", "[0]"),
                               with("chunks", "[1099511627776]"),
                               with("dtype", "\"<i3\""),
                               with("dtype", "[[\"a\", \"<i2\"]]"),
                               with("dtype", "\"|O\""),
                               with("fill_value", "70000"),
                               with("fill_value", "\"x\""),
                               with("fill_value", "NaN"),
                               with("order", "\"K\""),
                               with("zarr_format", "3"),
                               with("filters", "[{\"id\": \"delta\"}]"),
                               with("compressor", "{\"id\": \"pickle\"}"),
                               with("compressor", "{\"id\": \"blosc\", \"cname\": \"magic\"}"),
                               with("compressor", "7"),
                               "",
                               "null",
                               "[]",
                               "{",
                               std::string(1u << 19, '['),
                               std::string(2u << 20, ' ')};
  bad.push_back("{\"a\":" + std::string(1u << 18, '[') + std::string(1u << 18, ']') + "}");
  for (const std::string& text : bad) {
    test::write_file(dir / "a.zarr/x/.zarray", text);
    EXPECT_THROW(column_bytes(*open(dir / "a.zarr"), "", "x"), core::Error) << text.substr(0, 300);
  }
}

TEST(Zarr, BillionsOfAbsentChunksAreRefused) {
  const TempDir dir;
  small_store(dir / "a.zarr", {});
  test::write_file(dir / "a.zarr/x/.zarray",
                   R"({"zarr_format":2,"shape":[1,1000000000],"chunks":[1,1],"dtype":"|u1","order":"C","filters":null,
                       "fill_value":0,"compressor":null})");
  ReadOptions generous;
  generous.max_unit_bytes = 4ull << 30;
  EXPECT_EQ(error_of([&] { column_bytes(*open(dir / "a.zarr"), "", "x", generous); }), ErrorCode::limit);
}

TEST(Zarr, OddFoldersAreErrorsOrPassedOver) {
  const TempDir dir;
  small_store(dir / "a.zarr", {});
  EXPECT_EQ(error_of([&] { open(dir.path()); }), ErrorCode::unsupported);
  EXPECT_EQ(error_of([&] { open(dir / "a.zarr/x/0"); }), ErrorCode::not_found);
  fs::create_directory_symlink(dir / "a.zarr", dir / "a.zarr/loop");
  EXPECT_EQ(error_of([&] { open(dir / "a.zarr"); }), ErrorCode::limit);
  fs::remove(dir / "a.zarr/loop");
  fs::remove(dir / "a.zarr/x/0");
  fs::create_directory(dir / "a.zarr/x/0");
  EXPECT_EQ(error_of([&] { test::everything(*open(dir / "a.zarr")); }), ErrorCode::not_found);
  fs::create_directory(dir / "v3");
  test::write_file(dir / "v3/zarr.json", "{}");
  std::string text;
  EXPECT_EQ(error_of([&] { open(dir / "v3"); }, &text), ErrorCode::unsupported);
  EXPECT_NE(text.find("v3"), std::string::npos);
}

}  // namespace
}  // namespace trigloop::io::zarr
