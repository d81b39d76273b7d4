#include "serve/loop_view.hpp"

#include <gmock/gmock.h>
#include <httplib.h>

#include <nlohmann/json.hpp>

#include "test/loop/fixtures.hpp"

namespace trigloop::serve {
namespace {

using nlohmann::json;

json answer(const std::filesystem::path& registry) {
  HttpServer server(HttpOptions{});
  add_loop(server, registry);
  const auto result = httplib::Client("127.0.0.1", server.start()).Get("/api/loop");
  EXPECT_TRUE(result);
  return json::parse(result->body);
}

TEST(LoopView, TellsRoundsAndTheVeryCommandsByWhichPeopleDecide) {
  test::TestSite t;
  const loop::Round round = t.asking();
  loop::Journal(t.registry)
      .move(round, loop::State::validated,
            {{"config", t.site.file},
             {"gates", R"([{"gate":"rate","verdict":"passed","text":"<b>"}])"},
             {"merit fresh-1", "0.5"}});
  t.decide(*loop::Journal(t.registry).open_round(), loop::Verb::approve, "team", t.ada);
  const json loop = answer(t.site.registry);
  ASSERT_EQ(loop["rounds"].size(), 1u);
  const json& first = loop["rounds"][0];
  EXPECT_EQ(first["state"], "validated");
  EXPECT_EQ(first["steps"].size(), 4u);
  EXPECT_EQ(first["gates"][0]["text"], "<b>");
  EXPECT_EQ(first["merits"][0][0], "fresh-1");
  EXPECT_THAT(first["points"][0].get<std::string>(), testing::HasSubstr("threshold 2801"));
  EXPECT_THAT(
      first["commands"][0].get<std::string>(),
      testing::StartsWith("trigloop approve " + round.id + " --config " + t.site.file.native() + " --role team"));
  EXPECT_EQ(loop["audit"][0]["action"], "approve") << "the newest first";
}

TEST(LoopView, SaysWhyThereIsNothing) {
  EXPECT_THAT(answer("")["why"].get<std::string>(), testing::HasSubstr("--registry"));
  EXPECT_FALSE(answer("/nowhere")["why"].get<std::string>().empty());
  const test::TestSite t;
  EXPECT_EQ(answer(t.site.registry)["why"], "no round was opened yet");
}

}  // namespace
}  // namespace trigloop::serve
