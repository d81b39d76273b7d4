// Packs are what check.py finds them to be, and it finds what was changed.
#include "report/bundle/pack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/bundle/check_script.hpp"
#include "score/scorer.hpp"
#include "test/score/axol1tl_like.hpp"
#include "test/support/support.hpp"

namespace trigloop::report::bundles {
namespace {

using evaluate::Sample;
using testing::HasSubstr;

/// The peers' Python, if it has onnxruntime.
std::string onnx_python() {
  const std::string python = test::peer_python().native();
  const bool has = !python.empty() && test::run_command({python, "-c", "import numpy, onnxruntime"}).status == 0;
  return has ? python : "";
}

class Pack : public testing::Test {
 protected:
  void SetUp() override {
    bundle_.model = std::make_shared<model::Graph>(test::Axol1tlLike().make());
    const score::Scorer scorer(*bundle_.model);
    samples_ = {sample("background", 4000, 1, scorer), sample("signal", 500, 3, scorer)};
    evaluate::EvaluateOptions options;
    options.rates_khz = {10, 300, 1000};
    options.bootstrap.replicas = 20;
    evaluation_ = evaluate::evaluate(samples_[0], std::span(samples_).subspan(1), options);
    provenance_.model = "test";
    provenance_.l1 = "stored bits";
  }

  /// Events scored by our engine.
  static Sample sample(const std::string& name, std::size_t events, std::uint64_t seed, const score::Scorer& scorer) {
    const model::Tensor& output = scorer.graph().output().output;
    Sample sample;
    sample.name = name;
    sample.fraction = output.fraction;
    sample.lowest = static_cast<std::int64_t>(output.ranges.front().lo);
    sample.highest = static_cast<std::int64_t>(output.ranges.front().hi);
    sample.values = test::hardware_events(events, seed);
    std::vector<double> scores(events);
    auto state = scorer.make_state();
    scorer.run(std::span<const std::int16_t>(sample.values), scores, state);
    for (std::size_t e = 0; e < events; ++e) {
      sample.codes.push_back(static_cast<std::int32_t>(std::ldexp(scores[e], sample.fraction)));
      sample.fired.push_back(e % 7 == 0);
      sample.ht.push_back(static_cast<float>(e));
    }
    return sample;
  }

  test::CommandResult check(const std::filesystem::path& folder) {
    return test::run_command({onnx_python(), folder / "check.py"});
  }

  bundle::Bundle bundle_;
  std::vector<Sample> samples_;
  evaluate::Evaluation evaluation_;
  evaluate::Provenance provenance_;
  test::TempDir scratch_;
};

TEST_F(Pack, IsCheckedWithoutOurCodeAndAChangedNumberIsFound) {
  if (onnx_python().empty())
    GTEST_SKIP() << "no peers' Python with onnxruntime (.venv) is here; ./run test installs it";
  const std::filesystem::path folder = scratch_ / "pack";
  EXPECT_GT(write_pack(folder, {bundle_, evaluation_, provenance_, samples_}), 10'000u);
  const auto good = check(folder);
  EXPECT_EQ(good.status, 0) << good.out << good.err;
  EXPECT_THAT(good.out, HasSubstr("of 4500 events agree; 4500 of the events were scored again"));

  // A count in the tables, by one: the file's hash and the number itself are told.
  std::string text = test::read_file(folder / "evaluation.json");
  const std::size_t at = text.find("\"count\":", text.find("\"raw-raw\"")) + 8;
  text[at] = text[at] == '9' ? '8' : static_cast<char>(text[at] + 1);
  test::write_file(folder / "evaluation.json", text);
  const auto tampered = check(folder);
  EXPECT_EQ(tampered.status, 1);
  EXPECT_THAT(tampered.out, HasSubstr("evaluation.json: not the file"));
  EXPECT_THAT(tampered.out, HasSubstr("raw-raw at 10"));
}

TEST_F(Pack, WhoseClaimsAreAnotherModelsFails) {
  if (onnx_python().empty())
    GTEST_SKIP() << "no peers' Python with onnxruntime (.venv) is here; ./run test installs it";
  samples_[1].codes[17] += 1;
  write_pack(scratch_ / "pack", {bundle_, evaluation_, provenance_, samples_});
  const auto result = check(scratch_ / "pack");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("signal: events from 0 whose score differs: the files say 0, recomputed 1"));
}

TEST_F(Pack, PrintsOnTwoPages) {
  write_page(pack_summary({bundle_, evaluation_, provenance_, samples_}), scratch_ / "summary.html");
  EXPECT_LT(std::filesystem::file_size(scratch_ / "summary.html"), 100u << 10);
  if (test::run_command({"which", "chromium"}).status != 0)
    GTEST_SKIP() << "the Debian package chromium is not installed";
  const std::string pdf = scratch_ / "summary.pdf";
  test::run_command({"chromium", "--headless", "--no-sandbox", "--disable-gpu",
                     "--user-data-dir=" + (scratch_ / "profile").native(), "--print-to-pdf=" + pdf,
                     "file://" + (scratch_ / "summary.html").native()});
  const std::string bytes = test::read_file(pdf);
  std::size_t pages = 0;
  for (std::size_t at = bytes.find("/Type /Page\n"); at != bytes.npos; at = bytes.find("/Type /Page\n", at + 1))
    ++pages;
  EXPECT_LE(pages, 2u);
  EXPECT_GE(pages, 1u);
}

TEST(CheckScript, StaysShortEnoughToRead) {
  EXPECT_LT(std::ranges::count(check_script(), '\n'), 150);
  EXPECT_EQ(check_script().find("trigloop"), std::string_view::npos);
}

}  // namespace
}  // namespace trigloop::report::bundles
