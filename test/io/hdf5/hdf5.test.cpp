#include "io/hdf5/hdf5.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <map>

#include "io/hdf5/image.hpp"
#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::io::hdf5 {
namespace {

namespace fs = std::filesystem;
using core::ErrorCode;
using test::column_bytes;
using test::error_of;
using test::TempDir;

test::CommandResult run_peer(std::vector<std::string> words) {
  std::vector<std::string> command{test::peer_python(), test::project_root() / "test/peers/hdf5_files.py"};
  command.insert(command.end(), words.begin(), words.end());
  return test::run_command(command);
}

std::vector<std::string> split_names(const std::string& text) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    names.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

/// Compares every numeric data set that h5py reads in `file`; returns how many.
std::size_t compare_with_h5py(const fs::path& file) {
  const TempDir dir;
  const auto dumped = run_peer({"dump", file, dir.path()});
  EXPECT_EQ(dumped.status, 0) << dumped.err;
  const auto source = open(file);
  const auto names = split_names(test::read_file(dir / "list.txt"));
  std::size_t compared = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t slash = names[i].rfind('/');
    const std::string table = slash == std::string::npos ? "" : names[i].substr(0, slash);
    const std::string column = slash == std::string::npos ? names[i] : names[i].substr(slash + 1);
    if (column == "lzf" || column == "scaled" || column == "outside" || column == "virtual") continue;
    const ColumnInfo& info = find_column(source->info(), find_table(source->info(), table), column);
    EXPECT_EQ(info.why_not, "") << names[i];
    if (!info.type) continue;
    EXPECT_EQ(column_bytes(*source, table, column), test::read_file(dir / (std::to_string(i) + ".raw"))) << names[i];
    ++compared;
  }
  return compared;
}

class H5py : public ::testing::Test {
 protected:
  void SetUp() override { TRIGLOOP_NEEDS_PEERS(); }

  /// The file of that name, which h5py writes when it is first asked for.
  fs::path written(const std::string& name) const {
    const fs::path path = at(name);
    if (fs::exists(path)) return path;
    const auto result = run_peer({"write", path});
    EXPECT_EQ(result.status, 0) << result.err;
    return path;
  }
  fs::path at(const std::string& name) const { return dir_ / name; }

 private:
  const TempDir dir_;
};

TEST_F(H5py, EveryNumericDataSetOfEveryFormatVersionComesOutAsH5pyHasIt) {
  if (IsSkipped()) return;
  for (const char* name : {"old.h5", "new.h5", "ordered.h5"}) {
    EXPECT_GE(compare_with_h5py(written(name)), 650u) << name;
  }
}

TEST_F(H5py, WhatIsNotReadIsListedWithTheReason) {
  if (IsSkipped()) return;
  for (const char* file : {"old.h5", "new.h5"}) {
    const auto source = open(written(file));
    for (const auto& [name, word] : std::map<std::string, std::string>{{"text", "string"},
                                                                       {"record", "compound"},
                                                                       {"complex", "compound"},
                                                                       {"ragged", "variable-length"},
                                                                       {"reference", "reference"},
                                                                       {"nothing", "null"},
                                                                       {"lzf", "lzf"},
                                                                       {"scaled", "scaleoffset"},
                                                                       {"outside", "other files"},
                                                                       {"virtual", "virtual"}}) {
      std::string text;
      EXPECT_EQ(error_of([&] { source->read({"", 0, {name}}); }, &text), ErrorCode::unsupported) << name;
      EXPECT_NE(text.find(word), std::string::npos) << text;
    }
    std::map<std::string, std::string> unread;
    for (const Unread& u : source->info().unread) unread[u.name] = u.kind;
    EXPECT_EQ(unread["soft"], "soft link");
    EXPECT_EQ(unread["loop"], "soft link");
    EXPECT_EQ(unread["elsewhere"], "external link");
    EXPECT_EQ(unread["crowd/self"], "group");
    EXPECT_EQ(unread["named"], "object");
  }
}

TEST_F(H5py, TextAttributesAreRead) {
  if (IsSkipped()) return;
  for (const char* file : {"old.h5", "new.h5", "ordered.h5"}) {
    EXPECT_EQ(read_attribute(written(file), "", "config"), "{\"a\": [1, 2], \"na\xC3\xAFve\": true}");
    EXPECT_EQ(read_attribute(written(file), "", "fixed"), "fixed text");
    EXPECT_EQ(read_attribute_list(written(file), "", "words"), (std::vector<std::string>{"one", "", "three"}));
    EXPECT_EQ(read_attribute_list(written(file), "", "fixed words"), (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(read_attribute_list(written(file), "", "no words"), std::vector<std::string>{});
    EXPECT_EQ(read_attribute(written(file), "crowd", "long"), std::string(40000, 'x'));
    EXPECT_EQ(read_attribute(written(file), "types", "attribute 17"), "value 17");
    EXPECT_EQ(read_attribute(written(file), "", "missing"), std::nullopt);
    EXPECT_EQ(error_of([&] { read_attribute(written(file), "", "number"); }), ErrorCode::unsupported);
    EXPECT_EQ(error_of([&] { read_attribute(written(file), "no/where", "x"); }), ErrorCode::mismatch);
  }
}

TEST_F(H5py, RangesAndSmallClustersAreThoseOfTheWhole) {
  if (IsSkipped()) return;
  const auto source = open(written("old.h5"));
  ReadOptions small;
  small.cluster_entries = 7;
  const std::string whole = column_bytes(*source, "chunks/all", "two_i2_fixed");
  EXPECT_EQ(column_bytes(*source, "chunks/all", "two_i2_fixed", small, {290, 310}), whole.substr(290 * 10, 200));
  // Two columns whose chunks differ in length.
  const auto reader = source->read({"chunks/all", 0, {"one_f8_fixed", "two_i2_fixed"}}, small);
  std::uint64_t next = 0;
  for (event::Columns cluster; reader->next(cluster);) {
    EXPECT_EQ(cluster.first_entry, next);
    next += cluster.entries;
  }
  EXPECT_EQ(next, 1000u);
}

void read_all(const fs::path& path) {
  try {
    const auto source = open(path);
    for (const TableInfo& table : source->info().tables) {
      for (const ColumnInfo& column : table.columns) {
        if (!column.type || column.raw_bytes > (1u << 20)) continue;
        try {
          column_bytes(*source, table.name, column.name);
        } catch (const core::Error& e) {
          EXPECT_FALSE(e.file_name().empty()) << e.what();
        }
      }
    }
    read_attribute(path, "", "config");
  } catch (const core::Error& e) {
    EXPECT_FALSE(e.file_name().empty()) << e.what();
  }
}

TEST_F(H5py, EveryFlippedByteIsAnErrorOrAValue) {
  if (IsSkipped()) return;
  for (const char* name : {"small_old.h5", "small_new.h5"}) {
    const std::string bytes = test::read_file(written(name));
    const fs::path path = at("flipped.h5");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      // Most of the file is unused space of tables that HDF5 allocates whole: one pattern is enough there.
      for (const int mask : {0xFF, 0x01}) {
        if (bytes[i] == '\0' && (mask != 0xFF || i % 13 != 0)) continue;
        std::string bad = bytes;
        bad[i] = static_cast<char>(bad[i] ^ mask);
        test::write_file(path, bad);
        read_all(path);
      }
    }
  }
}

TEST_F(H5py, EveryTruncationIsAnError) {
  if (IsSkipped()) return;
  const std::string bytes = test::read_file(written("small_old.h5"));
  for (std::size_t n = 0; n < bytes.size(); n += 13) {
    test::write_file(at("short.h5"), bytes.substr(0, n));
    EXPECT_EQ(error_of([&] { open(at("short.h5")); }), ErrorCode::damaged) << n;
  }
}

TEST(Hdf5, TheTrainingPackagesFilesComeOutAsH5pyHasThem) {
  TRIGLOOP_NEEDS_PEERS();
  TRIGLOOP_NEEDS_SHARED("data/zerobias_pythia.h5");
  std::size_t compared = 0;
  for (const char* folder : {"data", "models", "models/package"}) {
    for (const auto& entry : fs::directory_iterator(test::shared_root() / folder)) {
      if (entry.path().extension() == ".h5") compared += compare_with_h5py(entry.path());
    }
  }
  EXPECT_GE(compared, 500u);
}

/// The layout of the training package, small.
struct Package {
  static constexpr std::size_t entries = 10'001;
  std::vector<std::int16_t> data = std::vector<std::int16_t>(entries * 99);
  std::vector<std::uint8_t> bit = std::vector<std::uint8_t>(entries);
  std::vector<float> et = std::vector<float>(entries);

  Package() {
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::int16_t>(i * i % 511);
    for (std::size_t i = 0; i < entries; ++i) bit[i] = i % 3 == 0 ? 1 : 0;
    for (std::size_t i = 0; i < entries; ++i) et[i] = static_cast<float>(i) / 16;
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

  void write(const fs::path& path, const WriteOptions& options, std::size_t step) const {
    Writer writer(path, options);
    const std::size_t table = writer.add_table({"",
                                                "",
                                                {{"full_data_cyl", event::Type::int16, {33, 3}, ""},
                                                 {"L1bit", event::Type::boolean, {}, ""},
                                                 {"ET", event::Type::float32, {}, ""}}});
    for (std::size_t begin = 0; begin < entries; begin += step) {
      const std::size_t n = std::min(step, entries - begin);
      writer.append(table, {begin,
                            n,
                            {view(data, event::Type::int16, 99, begin, n), view(bit, event::Type::boolean, 1, begin, n),
                             view(et, event::Type::float32, 1, begin, n)}});
    }
    const std::vector<double> x{1.5, 2.5};
    const std::size_t deep = writer.add_table({"deep/er", "", {{"x", event::Type::float64, {}, ""}}});
    writer.append(deep, {0, 2, {view(x, event::Type::float64, 1, 0, 2)}});
    writer.set_attribute("", "config", "{\"na\xC3\xAFve\": 1}");
    writer.set_attribute("deep", "note", "on a group");
    writer.set_attribute("deep", "long", std::string(200'000, 'y'));
    writer.set_attribute("ET", "unit", "0.5 GeV");
    writer.commit();
  }
};

TEST(Hdf5Writer, ReadsWhatItWritesWhateverTheOptions) {
  const TempDir dir;
  const Package package;
  for (const auto& options : {WriteOptions{}, WriteOptions{0, false, 1000, 1}, WriteOptions{9, false, 777, 2},
                              WriteOptions{1, true, 20'000, 3}}) {
    for (const std::size_t step : {999u, 20'000u}) {
      package.write(dir / "a.h5", options, step);
      const auto source = open(dir / "a.h5");
      EXPECT_EQ(test::column_values<std::int16_t>(*source, "", "full_data_cyl"), package.data);
      EXPECT_EQ(test::column_values<std::uint8_t>(*source, "", "L1bit"), package.bit);
      EXPECT_EQ(test::column_values<float>(*source, "", "ET"), package.et);
      EXPECT_EQ(test::column_values<double>(*source, "deep/er", "x"), (std::vector<double>{1.5, 2.5}));
      EXPECT_EQ(read_attribute(dir / "a.h5", "deep", "long"), std::string(200'000, 'y'));
    }
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST(Hdf5Writer, H5pyOpensOurs) {
  TRIGLOOP_NEEDS_PEERS();
  const TempDir dir;
  Package().write(dir / "a.h5", {}, 1500);
  const auto result = run_peer({"check", dir / "a.h5"});
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST(Hdf5Writer, AFullDiskIsAnErrorAndLeavesNothing) {
  const TempDir dir;
  const Package package;
  std::signal(SIGXFSZ, SIG_IGN);
  // A limit on the file size stands for the full disk: in the first bytes, in chunks, and in what is written at the
  // end.
  for (const rlim_t bytes : {rlim_t{100}, rlim_t{3000}, rlim_t{20'000}, rlim_t{700'000}, rlim_t{2'040'000}}) {
    const pid_t child = ::fork();
    if (child == 0) {
      const rlimit limit{bytes, bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      int status = 1;
      try {
        package.write(dir / "a.h5", {0, false, 1000, 1}, 1000);
      } catch (const core::Error& e) {
        status = static_cast<int>(e.code());
      }
      std::exit(status);  // the library's own clean-up must not hang or crash either
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status)) << bytes;
    EXPECT_EQ(WEXITSTATUS(status), static_cast<int>(ErrorCode::output)) << bytes;
    EXPECT_TRUE(fs::is_empty(dir.path())) << bytes;
  }
}

TEST(Hdf5Writer, NothingAppearsWithoutCommit) {
  const TempDir dir;
  {
    Writer writer(dir / "a.h5");
    writer.add_table({"", "", {{"x", event::Type::int16, {}, ""}}});
  }
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST(Hdf5Writer, RefusesWhatItCannotWrite) {
  const TempDir dir;
  EXPECT_EQ(error_of([&] { Writer w(dir / "missing/a.h5"); }), ErrorCode::output);
  EXPECT_EQ(error_of([&] { Writer w(dir / "a.h5", {11}); }), ErrorCode::usage);
  Writer writer(dir / "a.h5");
  for (const char* name : {"..", "a/../b", "/a", "a//b", "."}) {
    EXPECT_EQ(error_of([&] { writer.add_table({name, "", {}}); }), ErrorCode::usage) << name;
  }
  EXPECT_EQ(error_of([&] {
              writer.add_table({"t", "", {{"n", event::Type::int32, {}, "counter"}}});
            }),
            ErrorCode::unsupported);
  writer.add_table({"t", "", {{"n", event::Type::int32, {}, ""}}});
  EXPECT_EQ(error_of([&] { writer.add_table({"t", "", {{"n", event::Type::int32, {}, ""}}}); }), ErrorCode::output);
  writer.set_attribute("nowhere", "a", "b");
  EXPECT_EQ(error_of([&] { writer.commit(); }), ErrorCode::output);
}

TEST(Hdf5, ChecksumsAreThoseOfTheFormat) {
  // Bob Jenkins' own test vectors of lookup3, with initial value 0.
  EXPECT_EQ(lookup3({}), 0xdeadbeefu);
  const std::string text = "Four score and seven years ago";
  EXPECT_EQ(lookup3(std::as_bytes(std::span(text))), 0x17770551u);
}

TEST(Hdf5, WhatIsNoHdf5IsRefused) {
  const TempDir dir;
  test::write_file(dir / "a", "not an HDF5 file at all");
  EXPECT_EQ(error_of([&] { open(dir / "a"); }), ErrorCode::damaged);
  test::write_file(dir / "a", "\x89HDF\r\n\x1a\n");
  EXPECT_EQ(error_of([&] { open(dir / "a"); }), ErrorCode::damaged);
  test::write_file(dir / "a", "\x89HDF\r\n\x1a\n\x07" + std::string(200, 'x'));
  EXPECT_EQ(error_of([&] { open(dir / "a"); }), ErrorCode::unsupported);
  EXPECT_EQ(error_of([&] { open(dir.path()); }), ErrorCode::not_found);
}

}  // namespace
}  // namespace trigloop::io::hdf5
