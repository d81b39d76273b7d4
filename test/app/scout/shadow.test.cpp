// Networks that look on: their records are those of a run of their own, whatever comes in whatever order, also where
// they began to look on later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/sha256.hpp"
#include "scout/record/reservoir_file.hpp"
#include "test/app/scout/files.hpp"

namespace trigloop {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ScoutShadow : public testing::Test {
 protected:
  ScoutShadow() { test::write_file(other_, model::export_qonnx(test::Axol1tlLike(2).make())); }

  test::CommandResult scout(const fs::path& model, const std::string& input, const std::string& output,
                            std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--input", input, "--output", files_.path(output), "--quiet"});
    return test::run_command(test::scout_words(model, more, "cms-run3"));
  }
  fs::path shadow_of(const std::string& output) const {
    return files_.path(output) / "shadow" / core::sha256_of_file(other_).substr(0, 12);
  }

  test::ScoutFiles files_{2, 6};
  fs::path other_ = files_.path("other.onnx");
};

TEST_F(ScoutShadow, HasTheRecordsOfARunOfItsOwn) {
  const std::string all = (files_.all() / "*.root").native();
  ASSERT_EQ(scout(files_.model(), all, "both", {"--shadow", other_}).status, 0);
  ASSERT_EQ(scout(files_.model(), all, "main").status, 0);
  ASSERT_EQ(scout(other_, all, "other").status, 0);
  test::expect_same_records(test::sums_of(files_.path("both")), test::sums_of(files_.path("main")));
  const auto shadow = test::sums_of(shadow_of("both"));
  ASSERT_EQ(shadow.size(), 2u);
  EXPECT_EQ(shadow[0].identity.model_name, "other.onnx");
  test::expect_same_records(shadow, test::sums_of(files_.path("other")));
  const auto shown = test::run_command({test::program(), "spectrum", "show", shadow_of("both"), "--rate", "100000"});
  EXPECT_EQ(shown.status, 0) << shown.err;
}

TEST_F(ScoutShadow, CountsEachOrbitOnceWhereFilesOverlap) {
  const fs::path whole = files_.all() / "ls1.root", parts = files_.path("parts");
  fs::create_directories(parts);
  const std::uint64_t rows = test::rows_of(whole);
  test::write_part(whole, parts / "a.root", 0, rows * 2 / 3);
  test::write_part(whole, parts / "b.root", rows / 3, rows);
  test::write_part(whole, parts / "c.root", rows / 4, rows / 2);
  const auto run = scout(files_.model(), parts / "*.root", "both", {"--shadow", other_, "--reservoir", "40"});
  ASSERT_EQ(run.status, 0) << run.err;
  ASSERT_EQ(scout(other_, whole, "other", {"--reservoir", "40"}).status, 0);
  const auto shadow = test::sums_of(shadow_of("both")), own = test::sums_of(files_.path("other"));
  ASSERT_EQ(shadow.size(), 1u);
  EXPECT_EQ(shadow[0].sum.all, own[0].sum.all);
  EXPECT_EQ(shadow[0].sum.pure, own[0].sum.pure);
  EXPECT_EQ(shadow[0].sum.orbits, own[0].sum.orbits);
  EXPECT_EQ(shadow[0].sum.tail, own[0].sum.tail);
  EXPECT_EQ(shadow[0].sum.inputs, own[0].sum.inputs);
  // The main network kept the same events at random as the other did from the whole; a shadow keeps none.
  EXPECT_TRUE(scout::list_reservoirs(shadow_of("both")).empty());
  const auto ours = scout::list_reservoirs(files_.path("both")), theirs = scout::list_reservoirs(files_.path("other"));
  ASSERT_EQ(ours.size(), 1u);
  auto kept = scout::read_reservoir(ours[0].path).reservoir.events();
  auto wanted = scout::read_reservoir(theirs.at(0).path).reservoir.events();
  for (auto* events : {&kept, &wanted}) {
    for (scout::TailEvent& event : *events) event.code = 0;
  }
  EXPECT_EQ(kept, wanted);
}

TEST_F(ScoutShadow, ThatComesLaterLooksAtTheInputsThatAreThere) {
  const std::string all = (files_.all() / "*.root").native();
  ASSERT_EQ(scout(files_.model(), files_.all() / "ls1.root", "both").status, 0);
  const auto before = test::read_file(files_.path("both") / "run_396102_lumi_1.record");
  const auto run = scout(files_.model(), all, "both", {"--shadow", other_});
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out.find("were in already"), std::string::npos);
  EXPECT_TRUE(test::read_file(files_.path("both") / "run_396102_lumi_1.record") == before);
  ASSERT_EQ(scout(other_, all, "other").status, 0);
  test::expect_same_records(test::sums_of(shadow_of("both")), test::sums_of(files_.path("other")));
  EXPECT_THAT(scout(files_.model(), all, "both", {"--shadow", other_}).out, HasSubstr("2 inputs were done before"));
}

TEST_F(ScoutShadow, IsIncompleteWhereItSawLessThanTheMainNetwork) {
  const fs::path whole = files_.all() / "ls1.root";
  const std::uint64_t rows = test::rows_of(whole);
  test::write_part(whole, files_.path("a.root"), 0, rows / 2);
  test::write_part(whole, files_.path("b.root"), rows / 2, rows);
  ASSERT_EQ(scout(files_.model(), files_.path("a.root"), "both").status, 0);
  ASSERT_EQ(scout(files_.model(), files_.path("b.root"), "both", {"--shadow", other_}).status, 0);
  const auto shadow = test::sums_of(shadow_of("both"));
  ASSERT_EQ(shadow.size(), 1u);
  EXPECT_FALSE(shadow[0].complete());
  EXPECT_THAT(shadow[0].why, HasSubstr("looked on at "));
}

TEST_F(ScoutShadow, RefusesAModelThatScoresAlready) {
  const auto run = scout(files_.model(), files_.all() / "ls1.root", "both", {"--shadow", files_.model()});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(run.err, HasSubstr("is given twice"));
}

}  // namespace
}  // namespace trigloop
