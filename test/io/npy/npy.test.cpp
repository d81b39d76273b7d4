#include "io/npy/npy.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "io/npy/header.hpp"
#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::npy {
namespace {

namespace fs = std::filesystem;
using core::ErrorCode;
using test::column_bytes;
using test::error_of;
using test::TempDir;

std::vector<std::int16_t> ramp(std::size_t n) {
  std::vector<std::int16_t> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<std::int16_t>(i * 7 % 501);
  return values;
}

class Numpy : public ::testing::Test {
 protected:
  void SetUp() override {
    TRIGLOOP_NEEDS_PEERS();
    run("write");
  }
  void run(const std::string& what) {
    const auto script = test::project_root() / "test/peers/npy_files.py";
    const auto result = test::run_command({test::peer_python(), script, what, dir_.path()});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  const TempDir dir_;
};

TEST_F(Numpy, EveryArrayOfNumpyComesOutAsNumpyHasIt) {
  if (IsSkipped()) return;
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(dir_.path())) {
    if (entry.path().extension() != ".raw") continue;
    fs::path path = entry.path();
    path.replace_extension(".npy");
    const auto source = open(path);
    const ColumnInfo& column = source->info().tables.at(0).columns.at(0);
    EXPECT_EQ(column.name, path.stem().native());
    EXPECT_EQ(column_bytes(*source, "", column.name), test::read_file(entry.path())) << path;
    ++files;
  }
  EXPECT_GE(files, 53u);
}

TEST_F(Numpy, EveryMemberOfAnArchiveComesOutAsNumpyHasIt) {
  if (IsSkipped()) return;
  for (const char* archive : {"stored.npz", "packed.npz"}) {
    const auto source = open(dir_ / archive);
    const TableInfo& table = source->info().tables.at(0);
    EXPECT_GE(table.columns.size(), 53u);
    for (const ColumnInfo& column : table.columns) {
      EXPECT_EQ(column_bytes(*source, "", column.name), test::read_file(dir_ / (column.name + ".raw")))
          << archive << " " << column.name;
    }
  }
}

TEST_F(Numpy, RangesOfEntriesAreThoseOfTheWhole) {
  if (IsSkipped()) return;
  ReadOptions small;
  small.cluster_entries = 7;
  for (const char* archive : {"stored.npz", "packed.npz"}) {
    const auto source = open(dir_ / archive);
    for (const char* name : {"le_C_i2", "be_F_f4", "le_C_f2"}) {
      const std::string whole = column_bytes(*source, "", name);
      const std::size_t row = whole.size() / 1000;
      EXPECT_EQ(column_bytes(*source, "", name, small, {900, 1000}), whole.substr(900 * row)) << name;
      EXPECT_EQ(column_bytes(*source, "", name, small, {3, 12}), whole.substr(3 * row, 9 * row)) << name;
    }
  }
}

TEST(NpyReader, EntriesThatAreNotThereAreRefused) {
  const TempDir dir;
  const auto values = ramp(10);
  write_npy(dir / "ten.npy", {event::Type::int16, {10}, std::as_bytes(std::span(values))});
  const auto reader = open(dir / "ten.npy")->read({"", 0, {"ten"}});
  reader->rewind({10, 10});
  EXPECT_EQ(error_of([&] { reader->rewind({0, 11}); }), ErrorCode::usage);
  EXPECT_EQ(error_of([&] { reader->rewind({5, 4}); }), ErrorCode::usage);
}

TEST_F(Numpy, LaterHeaderVersionsAreRead) {
  if (IsSkipped()) return;
  for (const char* name : {"version2", "version3"}) {
    const auto source = open(dir_ / (std::string(name) + ".npy"));
    const auto values = test::column_values<std::int32_t>(*source, "", name);
    EXPECT_EQ(values, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
  }
}

TEST_F(Numpy, TypesThatAreNoNumbersAreRefusedWithTheReason) {
  if (IsSkipped()) return;
  for (const auto& [name, word] :
       {std::pair{"object", "pickle"}, {"record", "structured"}, {"text", "strings"}, {"complex", "complex"}}) {
    std::string text;
    EXPECT_EQ(error_of([&] { open(dir_ / (std::string(name) + ".npy")); }, &text), ErrorCode::unsupported);
    EXPECT_NE(text.find(word), std::string::npos) << text;
  }
  const auto mixed = open(dir_ / "mixed.npz");
  EXPECT_EQ(test::column_values<std::int64_t>(*mixed, "", "good"), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(error_of([&] { mixed->read({"", 0, {"bad"}}); }), ErrorCode::unsupported);
}

TEST_F(Numpy, OpensOurs) {
  if (IsSkipped()) return;
  const auto data = ramp(1000 * 57);
  const std::vector<std::uint8_t> flag{1, 0, 1};
  const std::vector<double> scalar{2.5};
  const auto raw = [&](const char* name, std::span<const std::byte> bytes) {
    test::write_file(dir_ / (std::string(name) + ".raw"), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  raw("Data", test::bytes_of(data));
  raw("flag", test::bytes_of(flag));
  raw("scalar", test::bytes_of(scalar));
  const ArrayView array{event::Type::int16, {1000, 57}, test::bytes_of(data)};
  write_npy(dir_ / "ours.npy", array);
  for (const auto compression : {Compression::none, Compression::deflate}) {
    NpzWriter writer(dir_ / (compression == Compression::none ? "stored_ours.npz" : "packed_ours.npz"), compression);
    writer.add("Data", array);
    writer.add("flag", {event::Type::boolean, {3}, test::bytes_of(flag)});
    writer.add("scalar", {event::Type::float64, {}, test::bytes_of(scalar)});
    writer.commit();
  }
  run("check");
}

TEST(Npy, ReadsWhatItWrites) {
  const TempDir dir;
  const auto values = ramp(2 * 300'000);
  const ArrayView array{event::Type::int16, {300'000, 2}, test::bytes_of(values)};
  write_npy(dir / "a.npy", array);
  for (const auto compression : {Compression::none, Compression::deflate}) {
    NpzWriter writer(dir / "a.npz", compression);
    writer.add("a", array);
    writer.commit();
    for (const char* file : {"a.npy", "a.npz"}) {
      const auto source = open(dir / file);
      EXPECT_EQ(test::column_values<std::int16_t>(*source, "", "a"), values);
      EXPECT_EQ(source->info().tables[0].entries, 300'000u);
      std::uint64_t next = 0;
      for (const EntryRange range : source->split({"", 0, {"a"}}, 50'000)) {
        EXPECT_EQ(range.begin, next);
        next = range.end;
      }
      EXPECT_EQ(next, 300'000u);
    }
  }
}

TEST(Npy, WritersRefuseNamesTwice) {
  const TempDir dir;
  const std::vector<std::int16_t> one{1};
  NpzWriter writer(dir / "a.npz");
  writer.add("a", {event::Type::int16, {1}, test::bytes_of(one)});
  EXPECT_EQ(error_of([&] { writer.add("a", {event::Type::int16, {1}, test::bytes_of(one)}); }), ErrorCode::usage);
  EXPECT_EQ(error_of([&] { writer.add("", {event::Type::int16, {1}, test::bytes_of(one)}); }), ErrorCode::usage);
}

std::string npy_bytes(std::string dictionary, const std::string& values) {
  dictionary += '\n';
  std::string head(magic);
  head += {'\1', '\0', static_cast<char>(dictionary.size() & 0xFF), static_cast<char>(dictionary.size() >> 8)};
  return head + dictionary + values;
}

TEST(Npy, AbsurdHeadersAreErrors) {
  const TempDir dir;
  for (const char* text : {
           "{'descr': '<i2', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296), }",
           "{'descr': '<i2', 'fortran_order': False, 'shape': (99999999999999999999999,), }",
           "{'descr': '<i2', 'fortran_order': False, 'shape': (-1,), }",
           "{'descr': '<i2', 'fortran_order': False, 'shape': (1000,), }",
           "{'descr': '<i2', 'fortran_order': Maybe, 'shape': (1,), }",
           "{'descr': '<i2', 'descr': '<i4', 'fortran_order': False, 'shape': (1,), }",
           "{'descr': '<i2', 'shape': (1,), }",
           "{'descr': '<i3', 'fortran_order': False, 'shape': (1,), }",
           "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
           "{'descr': [[[[[[",
           "",
           "{",
           "{}",
           "{'descr': '<i2",
           "{'descr': '<i2', 'fortran_order': False, 'shape': (1",
       }) {
    test::write_file(dir / "a.npy", npy_bytes(text, "ab"));
    error_of([&] { open(dir / "a.npy"); });
  }
  test::write_file(dir / "a.npy", npy_bytes("{'descr': '<i2', 'fortran_order': False, 'shape': (1,), }", "ab"));
  EXPECT_EQ(column_bytes(*open(dir / "a.npy"), "", "a"), "ab");
}

/// Flips every bit pattern of one byte after the other; a reader may fail or answer, but must come back.
void flip_every_byte(const std::string& bytes, const fs::path& path, bool checksummed) {
  test::write_file(path, bytes);
  const std::string good = test::everything(*open(path));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const char mask : {'\x01', '\xFF', '\x80'}) {
      std::string bad = bytes;
      bad[i] = static_cast<char>(bad[i] ^ mask);
      test::write_file(path, bad);
      try {
        const std::string got = test::everything(*open(path));
        // A changed name, type or a dropped member changes how much is read; a changed value must not pass a checksum.
        if (checksummed && got.size() == good.size()) {
          EXPECT_EQ(got, good) << "byte " << i;
        }
      } catch (const core::Error& e) {
        EXPECT_FALSE(e.file_name().empty());
      }
    }
  }
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    test::write_file(path, bytes.substr(0, n));
    EXPECT_THROW(test::everything(*open(path)), core::Error) << n;
  }
}

TEST(Npy, EveryFlippedByteIsAnErrorOrAValue) {
  const TempDir dir;
  const auto values = ramp(20);
  const ArrayView array{event::Type::int16, {10, 2}, test::bytes_of(values)};
  write_npy(dir / "a.npy", array);
  flip_every_byte(test::read_file(dir / "a.npy"), dir / "flipped", false);
  for (const auto compression : {Compression::none, Compression::deflate}) {
    NpzWriter writer(dir / "a.npz", compression);
    writer.add("a", array);
    writer.add("b", array);
    writer.commit();
    flip_every_byte(test::read_file(dir / "a.npz"), dir / "flipped", true);
  }
}

TEST(Npy, AFileThatChangesWhileItIsReadIsNoticed) {
  const TempDir dir;
  const auto values = ramp(1'000'000);
  write_npy(dir / "a.npy", {event::Type::int16, {1'000'000}, test::bytes_of(values)});
  const auto source = open(dir / "a.npy");
  const auto reader = source->read({"", 0, {"a"}});
  event::Columns cluster;
  ASSERT_TRUE(reader->next(cluster));
  test::write_file(dir / "a.npy", "short");
  EXPECT_EQ(error_of([&] {
              while (reader->next(cluster)) continue;
            }),
            ErrorCode::damaged);
}

TEST(Npy, ABombIsRefusedBeforeItsMemoryIsAskedFor) {
  const TempDir dir;
  const std::vector<std::int16_t> zeros(4'000'000);
  NpzWriter writer(dir / "a.npz");
  writer.add("a", {event::Type::int16, {1, 4'000'000}, test::bytes_of(zeros)});
  writer.commit();
  ReadOptions careful;
  careful.max_unit_bytes = 1u << 20;
  EXPECT_EQ(error_of([&] { open(dir / "a.npz")->read({"", 0, {"a"}}, careful); }), ErrorCode::limit);
}

}  // namespace
}  // namespace trigloop::io::npy
