// Damaged ROOT files: an error or an equal result; a changed value only where the format has no checksum.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "io/root/source.hpp"
#include "test/io/columns.hpp"
#include "test/support/support.hpp"

namespace trigloop::io {
namespace {

/// A file in memory whose bytes are changed in place: thousands of variants without touching a disk.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("sample", 0)) {}
  ~MemoryFile() { ::close(fd_); }
  std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(fd_); }
  void set(std::string_view bytes) const {
    ASSERT_EQ(::ftruncate(fd_, 0), 0);
    ASSERT_EQ(::pwrite(fd_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }

 private:
  int fd_;
};

std::string sample(const std::string& name) {
  return test::read_file(test::project_root() / "test/io/root/data" / ("small_" + name + ".root"));
}

/// Values and offsets of every readable column of every tree.
std::string everything(const Source& source) {
  std::string all;
  for (const TableInfo& table : source.info().tables) {
    for (const ColumnInfo& column : table.columns) {
      if (!column.type) continue;
      const auto reader = source.read({table.name, table.cycle, {column.name}}, {16, true, 1u << 20});
      for (event::Columns cluster; reader->next(cluster);) {
        const event::ColumnView& view = cluster.columns[0];
        all.append(reinterpret_cast<const char*>(view.data), view.values * event::size_of(view.type));
        all.append(reinterpret_cast<const char*>(view.offsets.data()), view.offsets.size_bytes());
      }
    }
  }
  return all;
}

/// What can be read, or "error".
std::string outcome(const MemoryFile& file) {
  try {
    return "read " + everything(*root::open(file.path()));
  } catch (const core::Error& e) {
    EXPECT_FALSE(e.file_name().empty()) << e.what();
    return "error";
  }
}

/// True for bytes of compressed blocks whose format has a checksum, found by their headers.
std::vector<bool> checked_bytes(const std::string& file) {
  std::vector<bool> checked(file.size());
  const auto size_at = [&](std::size_t at) {
    return static_cast<std::uint8_t>(file[at]) | static_cast<std::uint8_t>(file[at + 1]) << 8 |
           static_cast<std::uint8_t>(file[at + 2]) << 16;
  };
  for (std::size_t at = 0; at + 9 < file.size(); ++at) {
    const std::string_view letters(file.data() + at, 3);
    if (letters != std::string_view("ZL\10", 3) && letters != std::string_view("L4\1", 3)) continue;
    const auto size = static_cast<std::size_t>(size_at(at + 3));
    if (at + 9 + size > file.size()) continue;
    std::fill_n(checked.begin() + static_cast<std::ptrdiff_t>(at + 9), size, true);
    at += 8 + size;
  }
  return checked;
}

void flip_bytes(const std::string& name, std::size_t step) {
  const MemoryFile file;
  std::string bytes = sample(name);
  file.set(bytes);
  const std::string whole = outcome(file);
  const std::vector<bool> checked = checked_bytes(bytes);
  std::size_t errors = 0;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    const char old = bytes[i];
    bytes[i] = static_cast<char>(old ^ (1 << i % 8));
    file.set(bytes);
    const std::string result = outcome(file);
    bytes[i] = old;
    errors += result == "error";
    if (checked[i]) {
      EXPECT_TRUE(result == "error" || result == whole) << name << ": byte " << i << " changes a value in silence";
    }
  }
  EXPECT_GT(errors, bytes.size() / step / 4);
}

TEST(RootDamage, AFlippedByteIsAnErrorOrHarmlessWhereAChecksumGuardsIt) {
  flip_bytes("zlib", 1);
  flip_bytes("lz4", 5);
}

TEST(RootDamage, AFlippedByteNeverCrashes) {
  flip_bytes("embedded", 3);
  flip_bytes("zstd", 5);
  flip_bytes("lzma", 7);
}

TEST(RootDamage, ACutFileIsAnErrorAtEveryLength) {
  const MemoryFile file;
  const std::string bytes = sample("zlib");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    file.set(bytes.substr(0, size));
    ASSERT_EQ(outcome(file), "error") << size;
  }
}

TEST(RootDamage, AnErrorNamesBranchBasketAndByte) {
  std::string bytes = sample("zlib");
  const auto source = [&] {
    const test::TempDir folder;
    test::write_file(folder / "name with\nnewline.root", bytes);
    std::string text;
    EXPECT_EQ(test::error_of([&] { everything(*root::open(folder / "name with\nnewline.root")); }, &text),
              core::ErrorCode::damaged);
    return text;
  };
  const std::size_t basket = bytes.find("TBasket");
  const std::size_t block = bytes.find("ZL\10", basket);
  bytes[block + 20] = static_cast<char>(bytes[block + 20] ^ 0x40);
  const std::string text = source();
  for (const char* part : {"newline.root", "tree 'sub/t'", "branch '", "basket 0", "byte ", "copy it again"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in: " << text;
  }
}

TEST(RootDamage, AFileThatGrowsWhileItIsReadIsNoticed) {
  const test::TempDir folder;
  test::write_file(folder / "a.root", sample("zlib"));
  const auto source = root::open(folder / "a.root");
  const auto reader = source->read({"sub/t", 0, {"n"}});
  test::write_file(folder / "a.root", sample("zlib") + "more");
  EXPECT_EQ(test::error_of([&] {
              event::Columns cluster;
              while (reader->next(cluster)) {
              }
            }),
            core::ErrorCode::damaged);
}

TEST(RootDamage, OtherFilesAreRefusedByName) {
  const test::TempDir folder;
  test::write_file(folder / "a.root", "this is text");
  EXPECT_EQ(test::error_of([&] { root::open(folder / "a.root"); }), core::ErrorCode::mismatch);
  test::write_file(folder / "b.root", "");
  EXPECT_EQ(test::error_of([&] { root::open(folder / "b.root"); }), core::ErrorCode::mismatch);
  EXPECT_EQ(test::error_of([&] { root::open(folder.path()); }), core::ErrorCode::not_found);
}

}  // namespace
}  // namespace trigloop::io
