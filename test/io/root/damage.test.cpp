// Damaged files of our own: whatever bit flips and wherever a file ends, there is an error or the same values; never a
// crash, a hang or other values. LZ4 blocks carry checksums, so that no flip in them may pass.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "io/root/source.hpp"
#include "test/io/root/content.hpp"

namespace trigloop::io::root {
namespace {

using test::Sample;
using test::TempDir;

/// A small table whose baskets all become smaller by compression, so that every value stands in a checked block.
Sample smooth_sample() {
  Sample sample{{"Events",
                 "smooth",
                 {{"n", event::Type::int32, {}, ""},
                  {"x", event::Type::int16, {}, "n"},
                  {"y", event::Type::float64, {2}, ""},
                  {"z", event::Type::boolean, {}, "n"}}},
                400,
                std::vector<test::SampleColumn>(4)};
  std::uint32_t items = 0;
  for (int i = 0; i < 400; ++i) {
    for (const int c : {1, 3}) sample.columns[c].offsets.push_back(items);
    sample.columns[0].add<std::int32_t>(i % 3);
    for (int k = 0; k < i % 3; ++k, ++items) {
      sample.columns[1].add(static_cast<std::int16_t>(i / 16));
      sample.columns[3].add(true);
    }
    for (int k = 0; k < 2; ++k) sample.columns[2].add(1.0 + i / 32);
  }
  for (const int c : {1, 3}) sample.columns[c].offsets.push_back(items);
  return sample;
}

std::string written(const Sample& sample, Codec codec) {
  const TempDir dir;
  Writer writer(dir / "f.root", {.codec = codec, .level = 5, .cluster_entries = 200, .threads = 1});
  writer.add_table(sample.spec);
  sample.append_to(writer, 0);
  writer.commit();
  return test::read_file(dir / "f.root");
}

/// All columns of all tables, in the order of the file; names do not count.
std::vector<test::ColumnContent> contents(const Source& source) {
  std::vector<test::ColumnContent> all;
  for (const TableInfo& table : source.info().tables) {
    for (const ColumnInfo& column : table.columns) {
      if (column.type) all.push_back(test::content_of(source, table.name, column.name));
    }
  }
  return all;
}

/// True if something of the file is listed as not read, with a reason.
bool says_what_is_missing(const Source& source) {
  const auto why = [](const ColumnInfo& c) { return !c.why_not.empty(); };
  return !source.info().unread.empty() || std::ranges::any_of(source.info().tables, [&](const TableInfo& t) {
    return std::ranges::any_of(t.columns, why);
  });
}

/// What became of a damaged file: an error (or a reason beside what is missing), the same values, others, or fewer.
enum class Outcome { error, same, other, fewer };

Outcome outcome_of(const std::filesystem::path& file, const std::vector<test::ColumnContent>& expected) {
  try {
    const auto source = open(file);
    const auto found = contents(*source);
    if (found == expected) return Outcome::same;
    if (found.size() >= expected.size()) return Outcome::other;
    return says_what_is_missing(*source) ? Outcome::error : Outcome::fewer;
  } catch (const core::Error& e) {
    EXPECT_FALSE(e.file_name().empty()) << e.what();
    return Outcome::error;
  }
}

struct DamagedRootFile : testing::Test {
  TempDir dir;
  const Sample sample = smooth_sample();

  std::vector<test::ColumnContent> expected(const std::string& bytes) {
    test::write_file(dir / "whole.root", bytes);
    return contents(*open(dir / "whole.root"));
  }
};

TEST_F(DamagedRootFile, NoBitFlipInACheckedFileGivesOtherValues) {
  const std::string whole = written(sample, Codec::lz4);
  const auto values = expected(whole);
  ASSERT_EQ(values.size(), 4u);
  std::size_t errors = 0;
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << (at * 5 % 8));
    test::write_file(dir / "f.root", bytes);
    const Outcome outcome = outcome_of(dir / "f.root", values);
    EXPECT_NE(outcome, Outcome::other) << "byte " << at;
    EXPECT_NE(outcome, Outcome::fewer) << "byte " << at;
    errors += outcome == Outcome::error ? 1 : 0;
  }
  EXPECT_GT(errors, whole.size() / 10);
}

TEST_F(DamagedRootFile, BitFlipsInAnyFileDoNoHarm) {
  for (const Codec codec : {Codec::none, Codec::zlib, Codec::zstd}) {
    const std::string whole = written(sample, codec);
    const auto values = expected(whole);
    for (std::size_t at = 0; at < whole.size(); at += codec == Codec::none ? 61 : 19) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << (at * 3 % 8));
      test::write_file(dir / "f.root", bytes);
      outcome_of(dir / "f.root", values);  // no crash, and errors name the file
    }
  }
}

TEST_F(DamagedRootFile, AFileThatEndsEarlyIsAnError) {
  const std::string whole = written(sample, Codec::zstd);
  const auto values = expected(whole);
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 50) {
    test::write_file(dir / "f.root", whole.substr(0, size));
    EXPECT_EQ(outcome_of(dir / "f.root", values), Outcome::error) << size;
  }
  test::write_file(dir / "f.root", whole.substr(0, whole.size() - 1));
  EXPECT_EQ(outcome_of(dir / "f.root", values), Outcome::error);
}

TEST_F(DamagedRootFile, PiecesOfOneFileInAnotherDoNoHarm) {
  const std::string a = written(sample, Codec::zstd), b = written(sample, Codec::zlib);
  const auto values = expected(a);
  core::Philox random(1, 2);
  for (int i = 0; i < 200; ++i) {
    std::string bytes = a;
    const std::size_t n = 1 + random() % 200, from = random() % (b.size() - n), to = random() % (a.size() - n);
    bytes.replace(to, n, b.substr(from, n));
    test::write_file(dir / "f.root", bytes);
    outcome_of(dir / "f.root", values);
  }
}

}  // namespace
}  // namespace trigloop::io::root
