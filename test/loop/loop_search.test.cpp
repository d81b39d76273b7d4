// A loop that searches, of the program itself: killed at random instants of the search, it finds what it finds
// undisturbed.
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "test/loop/fixtures.hpp"
#include "test/support/background.hpp"

namespace trigloop::loop {
namespace {

using nlohmann::json;

/// A site whose first model is searched for: six short trainings, suggested by number alone.
struct Search : test::TestSite {
  Search() : test::TestSite("tune: {study: train.yml, budget: 5m}\n") {
    good({"simulate", "zerobias", "--events", "6000", "--output", "first.h5", "--force", "--quiet"});
    good({"simulate", "signals", "--events", "300", "--output", "signals.h5", "--quiet"});
    test::write_file(folder / "train.yml",
                     "data_config: {Read_configs: {SIGNAL: {file_path: signals.h5}}}\n"
                     "curate: {signal_sets: {haa4b-ma15: {role: tune}}}\n"
                     "threshold: {target_rate: [1000]}\n"
                     "train: {Contrastive_VAE: {epochs_contrastive: 2, epochs_vae: 30, batch_size: 256}}\n");
    test::write_file(folder / "study.yml",
                     "train: train.yml\nspace: {train.Contrastive_VAE.mask_p: {low: 0, high: 0.6}}\n"
                     "metrics: {raw-pure/haa4b-ma15: maximize}\ntrials: 6\nworkers: 2\nheartbeat: 0.2\ngrace: 1\n");
    std::string text = test::read_file(folder / "site.yml");
    text.replace(text.find("study: train.yml"), 16, "study: study.yml");
    text.replace(text.find("raw: 1000,"), 10, "raw: 1000000,");
    text.replace(text.find("seeds: [1, 2]"), 13, "seeds: [1]");
    test::write_file(folder / "site.yml", text);
    good({"loop", "start", "--config", "site.yml", "--why", "the first model"});
  }

  std::vector<std::string> words(std::vector<std::string> more) const {
    std::vector<std::string> all{"env", "-C", folder.path(), test::program()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  std::string good(const std::vector<std::string>& more) const {
    const test::CommandResult ran = test::run_command(words(more));
    EXPECT_EQ(ran.status, 0) << more[0] << ": " << ran.err;
    return ran.out;
  }
  std::vector<std::string> looking() const { return words({"loop", "run", "--config", "site.yml", "--until-idle"}); }

  /// The bytes that the search has written so far: instants that do not depend on how busy the machine is.
  std::uintmax_t searched() const {
    std::error_code none;
    for (const auto& round : std::filesystem::directory_iterator(site.work / "rounds", none)) {
      const auto bytes = std::filesystem::file_size(round.path() / "study.journal", none);
      if (!none) return bytes;
    }
    return 0;
  }
  void wait_for(std::uintmax_t bytes, const test::Background& loop) const {
    while (searched() < bytes && loop.runs()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }

  /// Looks until there is nothing to do; then what the round knows, and its trials by number.
  std::pair<Round, json> found() {
    const test::CommandResult ran = test::run_command(looking());
    EXPECT_EQ(ran.status, 0) << ran.err;
    const Round round = Journal(registry).rounds().back();
    const std::string storage = "journal:" + (site.work / "rounds" / round.id / "study.journal").native();
    return {round, json::parse(good({"tune", "export", "--storage", storage, "--format", "json"}))["trials"]};
  }
};

/// Three kills in the ordinary run, $TRIGLOOP_KILLS in the long one.
TEST(LoopSearch, FindsTheSameHoweverOftenItIsKilled) {
  Search undisturbed;
  const auto [calm, trials] = undisturbed.found();
  const std::uintmax_t whole = undisturbed.searched();
  ASSERT_EQ(calm.state, State::chosen) << calm.fact_or("why_ended", "");
  ASSERT_EQ(calm.fact("study_trials"), "6");

  const char* const asked = std::getenv("TRIGLOOP_KILLS");
  const int wanted = asked == nullptr ? 3 : std::atoi(asked);
  std::mt19937 random(20261122);
  for (int kills = 0, story = 1; kills < wanted; ++story) {
    Search s;
    for (int i = 0; i < 5 && kills < wanted; ++i) {
      test::Background loop(s.looking(), s.folder / "log");
      s.wait_for(s.searched() + std::uniform_int_distribution<std::uintmax_t>(1, whole / 3)(random), loop);
      // Not always at once: whoever has just written still holds the storage's lock, which others break after 30 s.
      std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<>(0, 60)(random)));
      kills += loop.end(SIGKILL) == 128 + SIGKILL;
    }
    const auto [round, after] = s.found();
    ASSERT_EQ(round.state, State::chosen) << "story " << story << ": " << round.fact_or("why_ended", "");
    for (const char* const fact : {"tuned", "study_trials", "study_best", "merit fresh-1"})
      EXPECT_EQ(round.fact_or(fact, "none"), calm.fact_or(fact, "")) << fact << ", story " << story;
    ASSERT_EQ(after.size(), trials.size()) << "story " << story;
    for (std::size_t i = 0; i < after.size(); ++i)
      for (const char* const key : {"state", "values", "parameters", "intermediate"})
        EXPECT_EQ(after[i][key], trials[i][key]) << key << " of trial " << i << ", story " << story;
    EXPECT_EQ(s.registry.list({.kind = "study"}).size(), 1u);
  }
}

}  // namespace
}  // namespace trigloop::loop
