#include <gtest/gtest.h>

#include "score/trigloop_score.h"
#include "test/score/axol1tl_like.hpp"
#include "test/support/support.hpp"

namespace trigloop::score {
namespace {

TEST(CApi, ItsHeaderIsC) {
  const auto root = test::project_root();
  const auto result = test::run_command({"cc", "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                                         "-I", (root / "src").native(), (root / "test/score/c_user.c").native()});
  if (result.status == 127) GTEST_SKIP() << "there is no C compiler here";
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST(CApi, TellsWhatWentWrong) {
  EXPECT_EQ(tl_engine_open("no/such/model.onnx", ""), nullptr);
  EXPECT_NE(std::string(tl_last_error()).find("no/such/model.onnx"), std::string::npos) << tl_last_error();
}

TEST(CApi, ScoresRowsAsTheEnginesDo) {
  TRIGLOOP_NEEDS_SHARED("models/axol1tl_v5.onnx");
  const std::string model = (test::shared_root() / "models/axol1tl_v5.onnx").native();
  constexpr std::size_t events = 1500;  // more than a block
  const auto columns = test::hardware_events(events);
  std::vector<std::int16_t> rows(columns.size());
  for (std::size_t e = 0; e < events; ++e)
    for (std::size_t k = 0; k < 57; ++k) rows[e * 57 + k] = columns[k * events + e];

  std::vector<std::int32_t> codes[2];
  for (int which = 0; which < 2; ++which) {
    tl_engine* engine = tl_engine_open(model.c_str(), which == 0 ? "simd" : "reference");
    ASSERT_NE(engine, nullptr) << tl_last_error();
    EXPECT_EQ(tl_features(engine), 57u);
    EXPECT_EQ(tl_outputs(engine), 1u);
    EXPECT_EQ(tl_fraction(engine), 4);
    codes[which].resize(events);
    EXPECT_EQ(tl_score(engine, rows.data(), events, codes[which].data()), 0);
    tl_engine_close(engine);
  }
  EXPECT_EQ(codes[0], codes[1]);
}

}  // namespace
}  // namespace trigloop::score
