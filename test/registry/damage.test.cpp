// Flipped bits: of files, every one is found; of the database, every one that changes anything.
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "core/error.hpp"
#include "core/sha256.hpp"
#include "registry/labels.hpp"
#include "registry/transfer.hpp"
#include "test/registry/fixtures.hpp"
#include "test/support/support.hpp"

namespace trigloop::registry {
namespace {

namespace fs = std::filesystem;

class Damage : public testing::Test {
 protected:
  void SetUp() override {
    Registry store(folder_, Access::write);
    const std::string data = add_data(store, "zb");
    for (int i = 0; i < 3; ++i) {
      const std::string model = add_text(store, "model", "m", "weights " + std::to_string(i));
      add_run(store, "train", {data}, {model});
      set_alias(store, model, "champion");
      set_tag(store, model, "note", "number " + std::to_string(i));
      set_stage(store, model, "candidate");
    }
    store.database().script("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  static void flip(const fs::path& path, std::size_t byte, int bit) {
    fs::permissions(path, fs::perms::owner_write, fs::perm_options::add);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(byte));
    const auto was = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(byte));
    file.put(static_cast<char>(was ^ (1 << bit)));
  }
  /// All that the tables say.
  std::string dump() const {
    Registry store(folder_, Access::read);
    std::string text;
    for (const char* table :
         {"artifact", "file", "reference", "run", "link", "metric", "tag", "alias", "stage", "history"}) {
      Query row = store.database().query(std::string("SELECT * FROM ") + table + " ORDER BY 1, 2, 3");
      while (row.next()) {
        for (int c = 0; c < row.columns(); ++c) text += row.text(c) + "|";
        text += "\n";
      }
    }
    return text;
  }
  /// Whether opening or verifying says that something is wrong.
  bool is_noticed() const {
    try {
      Registry store(folder_, Access::read);
      return !verify(store, {.references = 0}).problems.empty();
    } catch (const core::Error&) {
      return true;
    }
  }

  test::TempDir dir_;
  fs::path folder_ = dir_ / "registry";
};

TEST_F(Damage, EveryBitOfEveryFileIsFound) {
  Registry store(folder_, Access::write);
  ASSERT_EQ(told(verify(store, {.references = 0})), "");
  for (const Objects::Entry& entry : store.objects().list()) {
    for (std::size_t byte = 0; byte < entry.bytes; ++byte) {
      for (int bit = 0; bit < 8; ++bit) {
        flip(entry.path, byte, bit);
        EXPECT_EQ(verify(store, {.references = 0}).problems.size(), 1u) << byte;
        flip(entry.path, byte, bit);
      }
    }
    const std::string content = test::read_file(entry.path);
    fs::resize_file(entry.path, entry.bytes - 1);
    EXPECT_EQ(verify(store, {.references = 0}).problems.size(), 1u);
    fs::remove(entry.path);
    EXPECT_EQ(verify(store, {.references = 0}).problems.size(), 1u);
    test::write_file(entry.path, content);
  }
}

TEST_F(Damage, NoFlippedBitOfTheDatabaseChangesAnAnswerInSilence) {
  const std::string before = dump();
  const fs::path db = folder_ / "registry.db";
  const auto bytes = static_cast<std::size_t>(fs::file_size(db));
  std::mt19937_64 random(8);
  std::size_t noticed = 0;
  constexpr std::size_t flips = 1500;
  for (std::size_t n = 0; n < flips; ++n) {
    const std::size_t byte = n < 100 ? n : static_cast<std::size_t>(random() % bytes);
    const int bit = static_cast<int>(random() % 8);
    flip(db, byte, bit);
    if (is_noticed())
      ++noticed;
    else
      EXPECT_EQ(dump(), before) << "byte " << byte << " bit " << bit;
    flip(db, byte, bit);
  }
  EXPECT_FALSE(is_noticed());
  RecordProperty("noticed", static_cast<int>(noticed));
  std::cout << "noticed " << noticed << " of " << flips << "; the others are in space that holds nothing\n";
}

TEST_F(Damage, RowsThatOthersChangeAddOrRemoveAreFound) {
  const auto expect_found = [&](const std::string& sql) {
    test::TempDir copy;
    fs::copy(folder_, copy / "registry", fs::copy_options::recursive);
    Registry store(copy / "registry", Access::write);
    ASSERT_EQ(told(verify(store, {.references = 0})), "");
    store.database().script("PRAGMA foreign_keys=OFF; " + sql);
    EXPECT_NE(told(verify(store, {.references = 0})), "") << sql;
  };
  expect_found("UPDATE artifact SET name='n' WHERE version=1");
  expect_found("UPDATE tag SET value='x' WHERE rowid=1");
  expect_found("UPDATE stage SET stage='production'");
  expect_found("UPDATE reference SET bytes=11");
  expect_found("DELETE FROM file WHERE rowid=1");
  expect_found("DELETE FROM reference");
  expect_found("DELETE FROM link WHERE rowid=1");
  expect_found("DELETE FROM history WHERE number=2");
  expect_found("UPDATE history SET user='mallory' WHERE number=1");
}

TEST_F(Damage, ReferencesThatChangedAreFound) {
  Registry store(folder_, Access::write);
  const fs::path input = dir_ / "input.root";
  test::write_file(input, "events");
  store.add({.kind = "dataset",
             .name = "local",
             .references = {{.uri = input, .bytes = 6, .checksum = "adler32:08eb0296"},
                            {.uri = "root://eos//far.root", .bytes = 1}}});
  const auto find = [&] { return verify(store, {.references = 1000}); };
  EXPECT_EQ(find().unreachable, 1u);
  const std::size_t others = 1;  // /data/zb is not here
  EXPECT_EQ(find().problems.size(), others) << told(find());
  test::write_file(input, "eventS");
  EXPECT_EQ(find().problems.size(), others + 1);
  EXPECT_EQ(verify(store, {.references = 1000, .checksums = false}).problems.size(), others);
  test::write_file(input, "event");
  EXPECT_EQ(find().problems.size(), others + 1);
  EXPECT_EQ(verify(store, {.references = 1}).references, 1u);
}

}  // namespace
}  // namespace trigloop::registry
