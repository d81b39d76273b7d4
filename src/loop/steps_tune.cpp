// Before a training: a search for its settings on the round's own data, within a budget, that begins with what earlier
// rounds found. Optional as a whole: a search that finds nothing leaves the settings as the site says.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "loop/step.hpp"

namespace trigloop::loop {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The newest study of this site; "" if there is none.
std::string newest_study(const Context& c) {
  const auto studies = c.registry.list({.kind = "study", .name = c.site.name, .most = 1});
  return studies.empty() ? "" : studies.front().id;
}

/// What earlier rounds found last; "" if none searched. Not the newest study of all: that may be this round's own, if
/// the loop died after its search and before its step.
std::string earlier_study(const Context& c) {
  std::string latest;
  for (const Round& round : Journal(c.registry).rounds())
    if (round.id != c.round.id) latest = round.fact_or("study", std::move(latest));
  return latest;
}

Command search_command(const Context& c) {
  const TuneSite& tune = c.site.tune;
  std::vector<std::string> words{"tune",       "run",
                                 "--study",    tune.study,
                                 "--storage",  "journal:" + (c.folder() / "study.journal").native(),
                                 "--folder",   c.folder() / "study.trials",
                                 "--data",     c.folder() / "Data.h5",
                                 "--budget",   std::to_string(tune.budget_ns / 1'000'000'000),
                                 "--json",     "--quiet",
                                 "--registry", c.site.registry,
                                 "--name",     c.site.name};
  if (c.site.training.threads > 0) words.insert(words.end(), {"--workers", std::to_string(c.site.training.threads)});
  for (const std::string& setting : c.site.training.settings) words.insert(words.end(), {"--set", setting});
  if (const std::string earlier = earlier_study(c); tune.warm_start && !earlier.empty())
    words.insert(words.end(), {"--warm-start", earlier});
  return c.command(std::move(words), "study.json");
}

Command best_command(const Context& c) {
  return c.command({"tune", "best", "--study", c.site.tune.study, "--storage",
                    "journal:" + (c.folder() / "study.journal").native(), "--settings"},
                   "tuned.txt");
}

/// What `tune run --json` told, in words; the study stands in the registry.
Facts facts_of_search(const Context& c) {
  if (!fs::exists(c.folder() / "tuned.txt") || !fs::exists(c.folder() / "study.json"))
    return {{"tuned", "nothing was found: the site's settings stay (commands.log)"}};
  Facts facts{{"tuned", core::read_text(c.folder() / "tuned.txt", 1u << 20)}, {"study", newest_study(c)}};
  const Json told = Json::parse(core::read_text(c.folder() / "study.json", 1u << 24), nullptr, false);
  if (!told.is_object()) return facts;
  facts["study_trials"] = std::to_string(told.value("complete", 0) + told.value("pruned", 0));
  if (const Json best = told.value("best", Json::array()); !best.empty() && best[0].contains("values"))
    facts["study_best"] = best[0]["values"].dump();
  return facts;
}

}  // namespace

Step step_tune(const Context& c) {
  Step step{"search for settings of the training", {search_command(c), best_command(c)}, {}};
  step.optional = true;
  step.finish = [c]() -> Result { return {State::tuned, facts_of_search(c), ""}; };
  return step;
}

std::vector<std::string> tuned_settings(const Context& c) {
  std::vector<std::string> words;
  if (c.round.fact_or("study", "").empty()) return words;
  words = {"--from-study", c.round.fact("study")};
  std::istringstream lines(c.round.fact("tuned"));
  for (std::string line; std::getline(lines, line);) words.insert(words.end(), {"--set", line});
  return words;
}

}  // namespace trigloop::loop
