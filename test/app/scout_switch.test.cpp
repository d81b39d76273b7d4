// Networks by lumisection, as the conditions tell: a switch is between lumisections, and the one before looks on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sha256.hpp"
#include "test/app/scout_files.hpp"

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

}  // namespace
}  // namespace trigloop
