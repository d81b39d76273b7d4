#include "scout/follow/watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <stdexcept>

#include "test/support/support.hpp"

namespace trigloop::scout {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> names(FolderWatch& watch) {
  std::vector<std::string> out;
  const auto all = watch.list();
  if (!all) throw std::runtime_error("the folder is not there");
  for (const Sighting& seen : *all) out.push_back(seen.name);
  return out;
}

/// The last kind told of each name.
std::map<std::string, Change::Kind> told(FolderWatch& watch, bool& lost) {
  std::map<std::string, Change::Kind> out;
  const News news = watch.wait(1s);
  for (const Change& change : news.changes) out[change.name] = change.kind;
  lost = news.lost;
  return out;
}

TEST(Patterns, AreTheShellsLevelByLevel) {
  EXPECT_TRUE(fits("a.root", {"*.root"}));
  EXPECT_FALSE(fits("d/a.root", {"*.root"}));
  EXPECT_TRUE(fits("2024/396102/a.root", {"*.zarr", "*/3*/*.root"}));
  EXPECT_FALSE(fits(".a.root.7.partial", {"*"}));
}

TEST(FolderWatch, ListsFilesAndStoresThatFit) {
  test::TempDir dir;
  test::write_file(dir / "a.root", "abc");
  test::write_file(dir / ".hidden.root", "");
  std::filesystem::create_directories(dir / "s.zarr");
  std::filesystem::create_directories(dir / "plain");
  test::write_file(dir / "plain/b.root", "");
  FolderWatch watch(dir.path());
  EXPECT_THAT(names(watch), UnorderedElementsAre("a.root"));
  test::write_file(dir / "s.zarr/.zgroup", "{}");
  EXPECT_THAT(names(watch), UnorderedElementsAre("a.root", "s.zarr"));
  FolderWatch deep(dir.path(), {"*.root", "*/*.root"});
  EXPECT_THAT(names(deep), UnorderedElementsAre("a.root", "plain/b.root"));
}

TEST(FolderWatch, TellsWhatIsWrittenClosedMovedAndRemoved) {
  test::TempDir dir;
  FolderWatch watch(dir.path());
  watch.list();
  bool lost = false;
  std::ofstream slow(dir / "slow");
  slow << "half" << std::flush;
  test::write_file(dir / "b", "x");
  EXPECT_THAT(told(watch, lost),
              UnorderedElementsAre(std::pair("slow", Change::Kind::written), std::pair("b", Change::Kind::closed)));
  slow.close();
  std::filesystem::rename(dir / "b", dir / "c");
  EXPECT_THAT(told(watch, lost),
              UnorderedElementsAre(std::pair("slow", Change::Kind::closed), std::pair("b", Change::Kind::gone),
                                   std::pair("c", Change::Kind::closed)));
  EXPECT_FALSE(lost);
}

TEST(FolderWatch, SeesNewSubfoldersWherePatternsReachThem) {
  test::TempDir dir;
  FolderWatch watch(dir.path(), {"*/*.root"});
  watch.list();
  bool lost = false;
  std::filesystem::create_directories(dir / "run1");
  told(watch, lost);
  EXPECT_TRUE(lost);  // list again, which also watches it
  EXPECT_THAT(names(watch), IsEmpty());
  test::write_file(dir / "run1/a.root", "x");
  EXPECT_THAT(told(watch, lost), UnorderedElementsAre(std::pair("run1/a.root", Change::Kind::closed)));
}

TEST(FolderWatch, BearsThatTheFolderGoesAndComesBack) {
  test::TempDir dir;
  std::filesystem::create_directories(dir / "in");
  FolderWatch watch(dir / "in");
  EXPECT_TRUE(watch.list().has_value());
  bool lost = false;
  std::filesystem::rename(dir / "in", dir / "away");
  told(watch, lost);
  EXPECT_TRUE(lost);
  EXPECT_FALSE(watch.list().has_value());
  std::filesystem::create_directories(dir / "in");
  EXPECT_THAT(names(watch), IsEmpty());
  test::write_file(dir / "in/a", "x");
  EXPECT_THAT(told(watch, lost), UnorderedElementsAre(std::pair("a", Change::Kind::closed)));
}

TEST(FolderWatch, SaysSoWhenTheQueueOfTheKernelOverflowed) {
  test::TempDir dir;
  std::size_t queue = 16384;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue;
  if (queue > 100'000) GTEST_SKIP() << "the queue of " << queue << " events is too long to be filled";
  FolderWatch watch(dir.path());
  watch.list();
  test::write_file(dir / "a", "x");
  test::write_file(dir / "b", "x");
  for (std::size_t i = 0; i < queue; ++i) {  // renames are never merged by the kernel
    std::filesystem::rename(dir / (i % 2 == 0 ? "a" : "c"), dir / (i % 2 == 0 ? "c" : "a"));
  }
  bool lost = false;
  told(watch, lost);
  EXPECT_TRUE(lost);
  EXPECT_EQ(names(watch).size(), 2u);
}

}  // namespace
}  // namespace trigloop::scout
