// Networks by lumisection, as the conditions tell: a switch is between lumisections, and the one before looks on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "core/sha256.hpp"
#include "menu/menu.hpp"
#include "score/spectrum_file.hpp"
#include "test/app/scout/files.hpp"
#include "test/support/background.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ScoutSwitch : public testing::Test {
 protected:
  ScoutSwitch() {
    fs::create_directories(files_.path("models"));
    test::write_file(other_, model::export_qonnx(test::Axol1tlLike(2).make()));
  }
  /// `other` is valid from lumisection `from` on.
  void write_conditions(unsigned from) {
    std::string text = "version: 1\nintervals:\n";
    if (from > 1) {
      text +=
          "  - {run: 396102, lumisections: 1-" + std::to_string(from - 1) + ", model: " + id(files_.model()) + "}\n";
    }
    text += "  - {run: 396102, lumisections: " + std::to_string(from) + "-, model: " + id(other_).substr(0, 16) +
            ", thresholds: {nominal: 400}, bunches: 2544}\n";
    test::write_file(conditions_, text);
    // A file that changes within the clock's step changes its time.
    fs::last_write_time(conditions_, fs::file_time_type::clock::now() + std::chrono::seconds(++writes_));
  }
  test::CommandResult scout(const std::string& input, const std::string& output, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--input", input, "--output", files_.path(output), "--quiet"});
    return test::run_command(test::scout_words(files_.model(), more, "cms-run3"));
  }
  std::vector<std::string> by_conditions(const std::string& overlap) const {
    return {"--conditions", conditions_, "--models", files_.path("models"), "--overlap", overlap};
  }
  static std::string id(const fs::path& model) { return core::sha256_of_file(model); }
  fs::path shadow(const std::string& output, const fs::path& model) const {
    return files_.path(output) / "shadow" / id(model).substr(0, 12);
  }

  test::ScoutFiles files_{3, 5};
  fs::path other_ = files_.path("models") / "other.onnx", conditions_ = files_.path("conditions.yaml");
  int writes_ = 0;
};

TEST_F(ScoutSwitch, IsBetweenLumisectionsAndTheNetworkBeforeLooksOn) {
  write_conditions(2);
  const std::string all = (files_.all() / "*.root").native();
  const auto run = scout(all, "out", by_conditions("1"));
  ASSERT_EQ(run.status, 0) << run.err;
  ASSERT_EQ(scout(all, "first").status, 0);
  const auto plain = test::run_command(
      test::scout_words(other_, {"--input", all, "--output", files_.path("second"), "--quiet"}, "cms-run3"));
  ASSERT_EQ(plain.status, 0) << plain.err;
  const auto out = test::sums_of(files_.path("out")), first = test::sums_of(files_.path("first")),
             second = test::sums_of(files_.path("second"));
  ASSERT_EQ(out.size(), 3u);
  test::expect_same_records({out[0]}, {first[0]});
  test::expect_same_records({out[1], out[2]}, {second[1], second[2]});
  const auto before = test::sums_of(shadow("out", files_.model()));
  ASSERT_EQ(before.size(), 1u) << "for one lumisection behind the switch";
  test::expect_same_records(before, {first[1]});
  EXPECT_THAT(scout(all, "out", by_conditions("1")).out, HasSubstr("3 inputs were done before"));
}

TEST_F(ScoutSwitch, WhatWasBegunByANetworkIsEndedByIt) {
  write_conditions(3);
  const fs::path whole = files_.all() / "ls2.root";
  const std::uint64_t rows = test::rows_of(whole);
  test::write_part(whole, files_.path("a.root"), 0, rows / 2);
  test::write_part(whole, files_.path("b.root"), rows / 2, rows);
  ASSERT_EQ(scout(files_.path("a.root"), "out", by_conditions("0")).status, 0);
  write_conditions(2);  // the people who switch are late
  const auto late = scout(files_.path("b.root"), "out", by_conditions("0"));
  ASSERT_EQ(late.status, 0) << late.err;
  ASSERT_EQ(scout(whole, "whole").status, 0);
  const auto out = test::sums_of(files_.path("out")), expected = test::sums_of(files_.path("whole"));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].identity.model, id(files_.model()));
  EXPECT_EQ(out[0].sum.all, expected[0].sum.all);
  EXPECT_EQ(out[0].sum.orbits, expected[0].sum.orbits);
}

TEST_F(ScoutSwitch, SaysWhichNetworkIsMissing) {
  write_conditions(1);
  const auto run = scout(files_.all() / "ls1.root", "out", {"--conditions", conditions_, "--models", files_.model()});
  EXPECT_EQ(run.status, 3) << run.err;
  EXPECT_THAT(run.err, HasSubstr("names the model " + id(other_).substr(0, 12)));
}

TEST_F(ScoutSwitch, IsWatchedByTheThresholdsThatWereValid) {
  write_conditions(2);
  ASSERT_EQ(scout(files_.all() / "*.root", "out", by_conditions("0")).status, 0);
  const auto watched = test::run_command(
      {test::program(), "watch", "--spectra", files_.path("out"), "--conditions", conditions_, "--raw", "100000"});
  ASSERT_EQ(watched.status, 0) << watched.err;
  EXPECT_THAT(watched.out, HasSubstr("firmware nominal"));
}

TEST_F(ScoutSwitch, LeavesAFolderFromWhichOneNetworkIsChosen) {
  write_conditions(2);
  ASSERT_EQ(scout(files_.all() / "*.root", "out", by_conditions("0")).status, 0);
  const std::string out = files_.path("out");
  const auto both = test::run_command({test::program(), "spectrum", "show", out});
  EXPECT_EQ(both.status, 6) << both.out;
  EXPECT_THAT(both.err, testing::AllOf(HasSubstr(id(other_).substr(0, 12)), HasSubstr("--of")));
  const auto rows = [&](const fs::path& model) {
    const std::string spectrum = files_.path("one.spectrum");
    const auto sum =
        test::run_command({test::program(), "spectrum", "sum", out, "-o", spectrum, "--of", id(model).substr(0, 9)});
    EXPECT_EQ(sum.status, 0) << sum.err;
    return score::read_spectrum(spectrum).total();
  };
  const auto sums = test::sums_of(files_.path("out"));
  EXPECT_EQ(rows(files_.model()), scout::total(sums[0].sum.all));
  EXPECT_EQ(rows(other_), scout::total(sums[1].sum.all) + scout::total(sums[2].sum.all));
  const auto tail =
      test::run_command({test::program(), "tail", "list", "--from", out, "--of", id(other_), "--top", "3", "--json"});
  EXPECT_EQ(tail.status, 0) << tail.err;
  const auto page = test::run_command(
      {test::program(), "scout", "page", out, "--of", id(other_).substr(0, 8), "-o", files_.path("page.html")});
  EXPECT_EQ(page.status, 0) << page.err;
  const auto none = test::run_command({test::program(), "spectrum", "show", out, "--of", "0123"});
  EXPECT_EQ(none.status, 3);
  EXPECT_THAT(none.err, testing::AllOf(HasSubstr("'0123'"), HasSubstr("small.onnx"), HasSubstr("other.onnx")));
}

TEST_F(ScoutSwitch, TakesThePrescalesThatWereInUse) {
  const menu::Menu usual = menu::find_menu("cms-run3");
  std::string rows;
  for (const menu::Seed& one : usual.seeds) rows += one.name + ",0\n";
  test::write_file(files_.path("prescales.csv"), "seed,off\n" + rows);
  test::write_file(conditions_,
                   "version: 1\nprescales: prescales.csv\nintervals:\n  - {run: 396102, lumisections: 1}\n"
                   "  - {run: 396102, lumisections: 2, prescales: off}\n");
  const auto run = scout(files_.all() / "*.root", "out", {"--conditions", conditions_});
  ASSERT_EQ(run.status, 0) << run.err;
  ASSERT_EQ(scout(files_.all() / "*.root", "usual").status, 0);
  const auto out = test::sums_of(files_.path("out")), expected = test::sums_of(files_.path("usual"));
  test::expect_same_records({out[0], out[2]}, {expected[0], expected[2]});
  EXPECT_EQ(out[1].sum.all, expected[1].sum.all);
  EXPECT_EQ(out[1].sum.pure, out[1].sum.all) << "no seed takes anything";
  EXPECT_LT(scout::total(expected[1].sum.pure), scout::total(out[1].sum.pure));
  EXPECT_NE(out[1].identity.menu, expected[1].identity.menu);
  const auto shown = test::run_command({test::program(), "conditions", "show", conditions_, "--at", "396102:2"});
  EXPECT_THAT(shown.out, HasSubstr("prescales off"));
}

TEST_F(ScoutSwitch, HappensToAStreamThatIsFollowed) {
  write_conditions(100);
  const fs::path fifo = files_.path("fifo"), log = files_.path("log"), out = files_.path("out");
  fs::create_directories(fifo);
  std::vector<std::string> words = by_conditions("0");
  words.insert(words.end(), {"--follow", fifo, "--output", out, "--rescan", "1s"});
  test::Background follower(test::scout_words(files_.model(), words, "cms-run3"), log);
  const auto wait_for = [&](std::size_t records) {
    for (int i = 0; i < 600 && (!fs::exists(out) || scout::list_records(out).size() < records); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  };
  const auto arrive = [&](const std::string& name) { fs::copy_file(files_.all() / name, fifo / name); };
  arrive("ls1.root");
  wait_for(1);
  write_conditions(2);
  for (const char* name : {"ls2.root", "ls3.root"}) arrive(name);
  wait_for(3);
  EXPECT_EQ(follower.end(SIGTERM), 0) << test::read_file(log);
  const auto records = test::sums_of(out);
  ASSERT_EQ(records.size(), 3u) << test::read_file(log);
  EXPECT_EQ(records[0].identity.model, id(files_.model()));
  EXPECT_EQ(records[1].identity.model, id(other_));
  EXPECT_EQ(records[2].identity.model, id(other_));
}

}  // namespace
}  // namespace trigloop
