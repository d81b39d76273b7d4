#include "scout/follow/follow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <random>
#include <thread>

#include "core/file.hpp"
#include "test/scout/follow/simulated.hpp"
#include "test/support/support.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using event::LumiKey;
using scout::Books;
using scout::Completeness;
using scout::Duration;
using scout::FollowOptions;
using scout::InputState;
using scout::Record;
using test::FakeEvent;
using test::FakeInput;
using test::SimContent;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

LumiKey lumi(std::uint32_t number) { return {396102, number}; }

/// Hours of following write thousands of files through to the disk: these go to memory, where there is such a disk.
struct DiskInMemory {
  DiskInMemory() {
    if (fs::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
  }
};

class FollowTest : private DiskInMemory, public testing::Test {
 protected:
  /// A file of the given lumisections, whole.
  const SimContent& content(std::vector<FakeInput> lumisections) {
    contents.push_back({"content" + std::to_string(contents.size()), std::move(lumisections)});
    return contents.back();
  }
  static FakeInput events(std::uint32_t lumisection, std::uint32_t orbits = 10) {
    return {"x", lumisection, test::fake_events(lumisection, orbits, 5)};
  }
  static FakeInput piece(const FakeInput& whole, std::size_t i, std::size_t n) {
    const auto at = [&](std::size_t k) {
      return whole.events.begin() + static_cast<std::ptrdiff_t>(whole.events.size() * k / n);
    };
    return {whole.name, whole.lumisection, {at(i), at(i + 1)}};
  }

  FollowOptions quick() const {
    FollowOptions options;
    options.readers = 0;
    options.status_every = 10min;  // each is written through to the disk
    return options;
  }
  void follow(Duration time, FollowOptions options) {
    Books ledger(dir / "out", test::fake_identity());
    const Duration end = clock.monotonic() + time;
    scout::Follow following(ledger, folder.world([&] { return clock.monotonic() >= end; }, said), options);
    following.run();
    last = scout::parse_status(test::read_file(dir / "out/status.json"));
  }

  Record record(std::uint32_t lumisection) const {
    return scout::read_record(dir / "out" / scout::record_name(lumi(lumisection)));
  }
  bool committed(std::uint32_t lumisection) const {
    return fs::exists(dir / "out" / scout::record_name(lumi(lumisection)));
  }
  std::size_t in_quarantine() const { return scout::Quarantine(dir / "out").list().size(); }

  test::TempDir dir;
  test::SimClock clock;
  test::SimFolder folder{clock};
  std::deque<SimContent> contents;
  std::vector<std::string> said;
  scout::Status last;
};

TEST_F(FollowTest, CommitsAFileWhenItsWriterHasClosedIt) {
  folder.write("a", content({events(1)}), 5min);
  follow(4min, quick());
  EXPECT_FALSE(committed(1));
  follow(2min, quick());
  ASSERT_TRUE(committed(1));
  EXPECT_EQ(record(1).sum.all, test::fake_pass(events(1)).all);
  EXPECT_EQ(last.state, "stopped");
  EXPECT_EQ(last.count(InputState::done), 1u);
}

TEST_F(FollowTest, FindsByListingWhatWasNotTold) {
  folder.deaf = true;
  folder.at(clock.monotonic() + 1min, [&] { folder.write("a", content({events(1)}), 1min); });
  follow(4min, quick());
  EXPECT_TRUE(committed(1));
}

TEST_F(FollowTest, WaitsForMissingPiecesAndThenSaysWhatIsMissing) {
  FollowOptions options = quick();
  options.completion = {3, 10min};
  const FakeInput whole = events(1, 30);
  folder.write("a", content({piece(whole, 0, 3)}), 1s);
  folder.write("b", content({piece(whole, 1, 3)}), 1s);
  follow(8min, options);
  EXPECT_FALSE(committed(1));
  follow(11min, options);
  ASSERT_TRUE(committed(1));
  EXPECT_EQ(record(1).completeness, Completeness::incomplete);
  EXPECT_EQ(record(1).why, "2 of 3 pieces came");
  folder.write("c", content({piece(whole, 2, 3)}), 1s);
  follow(1min, options);
  EXPECT_EQ(record(1).completeness, Completeness::complete);
  EXPECT_EQ(record(1).sum.all, test::fake_pass(whole).all);
  EXPECT_EQ(record(1).sum.orbits, test::fake_pass(whole).orbits);
}

TEST_F(FollowTest, QuarantinesWhatIsDamagedAndGoesOn) {
  folder.write("bad", content({events(1)}), 1s, true);
  folder.write("good", content({events(2)}), 1s);
  follow(2min, quick());
  EXPECT_FALSE(committed(1));
  EXPECT_TRUE(committed(2));
  ASSERT_EQ(in_quarantine(), 1u);
  EXPECT_EQ(scout::Quarantine(dir / "out").list()[0].reason, "is cut short");
  EXPECT_THAT(said, Contains(HasSubstr("quarantined")));
  EXPECT_EQ(last.count(InputState::quarantined), 1u);

  said.clear();
  follow(2min, quick());  // a restart knows it
  EXPECT_THAT(said, IsEmpty());
  folder.erase("bad");
  folder.write("bad", contents.front(), 1s);  // healthy now, under the same name
  follow(2min, quick());
  EXPECT_TRUE(committed(1));
  EXPECT_EQ(in_quarantine(), 0u);
}

TEST_F(FollowTest, ReadsAgainWhatSomebodyTookOutOfQuarantine) {
  folder.write("a", content({events(1)}), 1s, true);
  folder.at(clock.monotonic() + 5min, [&] {
    folder.files()["a"].damaged = false;  // the disk was repaired
    scout::Quarantine quarantine(dir / "out");
    quarantine.lift(quarantine.list().at(0));
  });
  follow(10min, quick());
  EXPECT_TRUE(committed(1));
}

TEST_F(FollowTest, RemovesInputsAfterTheirCommitAndNotBefore) {
  FollowOptions options = quick();
  options.consume = true;
  options.completion = {2, 10min};
  const FakeInput whole = events(1);
  folder.write("a", content({piece(whole, 0, 2)}), 1s);
  follow(5min, options);
  EXPECT_TRUE(folder.files().contains("a"));
  folder.write("b", content({piece(whole, 1, 2)}), 1s);
  folder.write("bad", content({events(2)}), 1s, true);
  follow(5min, options);
  EXPECT_TRUE(committed(1));
  EXPECT_EQ(folder.files().size(), 1u);
  EXPECT_TRUE(folder.files().contains("bad"));
}

TEST_F(FollowTest, PausesWhileTheOutputCannotBeWrittenAndGoesOnByItself) {
  folder.at(clock.monotonic() + 1min, [&] { fs::rename(dir / "out", dir / "unmounted"); });
  folder.at(clock.monotonic() + 2min, [&] { folder.write("a", content({events(1)}), 1s); });
  folder.at(clock.monotonic() + 3min, [&] { folder.write("b", content({events(2)}), 1s); });
  folder.at(clock.monotonic() + 9min, [&] {
    fs::remove_all(dir / "out");
    fs::rename(dir / "unmounted", dir / "out");
  });
  follow(12min, quick());
  EXPECT_EQ(record(1).sum.all, test::fake_pass(events(1)).all);
  EXPECT_EQ(record(2).sum.all, test::fake_pass(events(2)).all);
  ASSERT_EQ(said.size(), 2u);
  EXPECT_THAT(said[0], HasSubstr("paused"));
  EXPECT_THAT(said[1], HasSubstr("goes on after"));
  EXPECT_EQ(last.pauses, 1u);
}

TEST_F(FollowTest, PausesWithoutFileHandlesAndBlamesNoInput) {
  folder.errors_of_reading = EMFILE;
  folder.write("a", content({events(1)}), 1s);
  folder.at(clock.monotonic() + 5min, [&] { folder.errors_of_reading = 0; });
  follow(10min, quick());
  EXPECT_TRUE(committed(1));
  EXPECT_EQ(in_quarantine(), 0u);
  EXPECT_EQ(said.size(), 2u);
}

TEST_F(FollowTest, TriesUnreadableInputsAgain) {
  folder.write("a", content({events(1)}), 1s);
  folder.files()["a"].error = EIO;
  folder.write("b", content({events(2)}), 1s);
  folder.at(clock.monotonic() + 5min, [&] { folder.files()["a"].error = 0; });
  follow(4min, quick());
  EXPECT_TRUE(committed(2));
  EXPECT_EQ(last.count(InputState::aside), 1u);
  follow(10min, quick());
  EXPECT_TRUE(committed(1));
  EXPECT_EQ(in_quarantine(), 0u);
}

TEST_F(FollowTest, WaitsForAFolderThatIsGone) {
  folder.write("a", content({events(1)}), 1s);
  folder.at(clock.monotonic() + 1min, [&] { folder.present = false; });
  folder.at(clock.monotonic() + 10min, [&] { folder.present = true; });
  folder.at(clock.monotonic() + 11min, [&] { folder.write("b", content({events(2)}), 1s); });
  follow(15min, quick());
  EXPECT_TRUE(committed(1));
  EXPECT_TRUE(committed(2));
  EXPECT_EQ(last.lost_inputs, 0u);
  EXPECT_EQ(said.size(), 2u);
}

TEST_F(FollowTest, TellsWhatWasLost) {
  folder.write("a", content({events(1)}), 1s);
  folder.files()["a"].error = EIO;
  folder.at(clock.monotonic() + 5min, [&] { folder.erase("a"); });
  follow(10min, quick());
  EXPECT_EQ(last.lost_inputs, 1u);
  EXPECT_THAT(said, Contains(HasSubstr("(1 inputs) lost in")));
}

/// Several readers, real time, a real folder: what the thread sanitizer looks at.
TEST_F(FollowTest, ReadsManyInputsAtATimeIntoTheSameSums) {
  fs::create_directories(dir / "fifo");
  const auto number = [](const fs::path& path) { return static_cast<unsigned>(std::stoul(core::read_text(path))); };
  scout::FolderWatch watch(dir / "fifo");
  const scout::SystemClock real;
  const auto end = real.monotonic() + 60s;
  constexpr unsigned files = 40, lumisections = 10;
  std::atomic<bool> stop = false;
  scout::World world{watch,
                     real,
                     [](const fs::path& path) {
                       return scout::Verdict{std::nullopt, fs::file_size(path)};
                     },
                     [&](const fs::path& path) {
                       return scout::InputId{std::to_string(number(path) % 30), path.filename(), 1};
                     },
                     [&](const fs::path& path, const scout::InputId& input, const scout::PassRequest& request) {
                       const unsigned n = number(path) % 30;  // the last ten are copies of the first
                       scout::PassResult result;
                       for (const std::uint32_t l : {1 + n % lumisections, 1 + (n + 1) % lumisections}) {
                         scout::Review without;
                         for (const scout::Exclusion& one : request.exclusions) {
                           if (one.lumi == lumi(l)) without.leave_out = one.orbits, without.covered = one.covered;
                         }
                         scout::Delivery delivery{test::fake_pass(piece(events(l, 60), n % 6, 6), without), {}, 0, {}};
                         delivery.contribution.input = input;
                         if (request.only.empty() || std::ranges::binary_search(request.only, lumi(l)))
                           result.deliveries.push_back(std::move(delivery));
                       }
                       return result;
                     },
                     [&] { return stop || real.monotonic() > end; },
                     [](const std::string&) {}};
  Books ledger(dir / "out", test::fake_identity());
  FollowOptions options;
  options.readers = 4;
  options.status_every = 50ms;
  scout::Follow following(ledger, world, options);
  std::thread writer([&] {
    for (unsigned i = 0; i < files; ++i) test::write_file(dir / ("fifo/" + std::to_string(i)), std::to_string(i));
    while (following.status().count(InputState::done) < files && real.monotonic() < end)
      std::this_thread::sleep_for(20ms);
    stop = true;
  });
  following.run();
  writer.join();
  EXPECT_EQ(following.status().count(InputState::done), files);
  Books batch(dir / "batch", test::fake_identity());
  std::mutex books;
  for (unsigned i = 0; i < files; ++i) {
    const fs::path path = dir / ("fifo/" + std::to_string(i));
    scout::take_in(batch, books, path, world.identify(path),
                   {world.examine, world.identify, scout::Entering::at_the_end, {}});
  }
  for (const LumiKey one : batch.open()) {
    batch.commit(one, Completeness::complete);
    const Record &expected = batch.committed_record(one), &found = ledger.committed_record(one);
    EXPECT_EQ(found.sum.all, expected.sum.all);
    EXPECT_EQ(found.sum.orbits, expected.sum.orbits);
  }
}

/// An hour of the stream, by a seed: files in pieces, in any order, late, twice, renamed, damaged and replaced, of a
/// clock that is set back and forth.
class Hour : public FollowTest, public testing::WithParamInterface<unsigned> {
 protected:
  void plan() {
    std::mt19937 random(GetParam());
    const auto seconds = [&](unsigned most) { return std::chrono::seconds(random() % most); };
    const Duration start = clock.monotonic();
    for (std::uint32_t n = 1; n <= 60; ++n) {
      const FakeInput whole = events(n, 6 + static_cast<std::uint32_t>(random() % 6));
      const std::size_t pieces = 1 + random() % 4;
      for (std::size_t i = 0; i < pieces; ++i) {
        const FakeInput part = piece(whole, i, pieces);
        const SimContent& file = content({part});
        const std::string name = "ls" + std::to_string(n) + "_" + std::to_string(i);
        const bool damaged = random() % 20 == 0, late = random() % 20 == 0;
        const Duration begin = start + std::chrono::seconds(50 * n) + seconds(late ? 600 : 20), writing = seconds(90);
        folder.at(begin, [=, this, &file] { folder.write(name, file, writing, damaged); });
        if (damaged) {
          folder.at(begin + writing + 5min, [=, this, &file] { folder.write(name, file, writing); });
        }
        if (random() % 10 == 0) {
          folder.at(begin + seconds(900), [=, this, &file] { folder.write(name + "_again", file, writing); });
        }
        if (random() % 20 == 0) {
          folder.at(begin + seconds(200), [=, this] { folder.rename(name, name + "_renamed"); });
        }
      }
      truth[n] = whole;
    }
    for (int i = 0; i < 10; ++i) {
      folder.at(start + seconds(3600), [this, i] { clock.set_wall(std::chrono::hours(480'000 + (i - 5) * 100)); });
      folder.at(start + seconds(3600), [this, i] { folder.deaf = i % 2 == 0; });
      folder.at(start + seconds(3600), [this, i] { folder.errors_of_reading = i % 3 == 0 ? EIO : 0; });
    }
    folder.at(start + 1h, [this] {
      folder.deaf = false;
      folder.errors_of_reading = 0;
    });
  }

  void check() {
    for (const auto& [n, whole] : truth) {
      ASSERT_TRUE(committed(n)) << n;
      const Record sum = record(n);
      const scout::Contribution expected = test::fake_pass(whole);
      EXPECT_EQ(sum.sum.all, expected.all) << n;
      EXPECT_EQ(sum.sum.pure, expected.pure) << n;
      EXPECT_EQ(sum.sum.orbits, expected.orbits) << n;
      EXPECT_EQ(sum.sum.crossings, expected.crossings) << n;
      EXPECT_EQ(sum.sum.tail, expected.tail) << n;
    }
    EXPECT_EQ(scout::list_records(dir / "out").size(), truth.size());
    const auto damaged = [](const auto& file) { return file.second.damaged; };
    EXPECT_EQ(in_quarantine(), static_cast<std::size_t>(std::ranges::count_if(folder.files(), damaged)));
  }

  std::map<std::uint32_t, FakeInput> truth;
};

TEST_P(Hour, OfAnythingThatCanHappenEndsInTheSumsOfAnUndisturbedRun) {
  plan();
  follow(2h, quick());
  check();
  EXPECT_EQ(last.backlog(), 0u);
}

TEST_P(Hour, WithRestartsEndsInTheSameSums) {
  plan();
  std::mt19937 random(GetParam());
  for (int i = 0; i < 12; ++i) follow(std::chrono::seconds(random() % 600), quick());
  follow(2h, quick());
  check();
}

INSTANTIATE_TEST_SUITE_P(Seeds, Hour, testing::Values(1u, 2u));

}  // namespace
}  // namespace trigloop
