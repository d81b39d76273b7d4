// From a change to a candidate: decide, curate, train, choose.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "core/sha256.hpp"
#include "io/any/any.hpp"
#include "io/source.hpp"
#include "loop/evidence.hpp"
#include "loop/policy.hpp"
#include "loop/step.hpp"

namespace trigloop::loop {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

event::LumiKey since_of(const Round& round) { return key_of(round.facts, "since_run", "since_lumisection"); }

std::string number_text(double v) { return core::JsonWriter().value(v).text(); }

std::vector<std::string> words_of(const std::string& list, char separator) {
  std::vector<std::string> words;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, separator);) words.push_back(std::move(word));
  return words;
}

/// A recalibration that was announced with what it moves: learned from the stream of before it, moved so.
bool is_ahead(const Context& c) { return !c.round.fact_or("moves", "").empty(); }

/// The lumisections that are learned from: all good ones since the change, or the latest ones before it.
std::vector<Scored> learned_from(const Context& c) {
  const std::string& model = c.round.fact("model");
  if (!is_ahead(c)) return c.stream.good(model, since_of(c.round));
  std::vector<Scored> before = c.stream.good(model, {});
  std::erase_if(before, [&](const Scored& lumi) { return lumi.key >= since_of(c.round); });
  const auto most = static_cast<std::size_t>(c.site.trigger.reference);
  if (before.size() > most) before.erase(before.begin(), before.end() - static_cast<std::ptrdiff_t>(most));
  return before;
}

Situation situation_of(const Context& c, const std::vector<Scored>& good) {
  Situation s;
  s.cause = c.round.fact("cause");
  s.size = std::strtod(c.round.fact_or("size", "0").c_str(), nullptr);
  s.ahead = is_ahead(c);
  s.exposure = static_cast<std::int64_t>(good.size());
  const std::vector<MeasuredPoint> deployed = points_of_json(c.round.fact_or("deployed_points", "[]"));
  if (good.empty() || deployed.size() != c.site.points.size()) return s;
  for (const MeasuredPoint& point : measure(c.site.points, thresholds_of(deployed), good)) {
    s.deviations.push_back(point.deviation());
    s.errors.push_back(point.deviation_error());
  }
  return s;
}

std::uint64_t events_of(const fs::path& file) {
  std::uint64_t events = 0;
  const auto source = io::open(file);
  for (const io::TableInfo& table : source->info().tables) events = std::max(events, table.entries);
  if (events == 0) throw core::Error(core::ErrorCode::mismatch, "holds no events").file(file.native());
  return events;
}

/// "396102:241-250,260" for each run. `lumis` ascend.
std::vector<std::string> ranges_of(const std::vector<Scored>& lumis) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < lumis.size();) {
    const event::LumiKey first = lumis[i].key;
    std::uint32_t last = first.lumisection;
    while (++i < lumis.size() && lumis[i].key == event::LumiKey{first.run, last + 1}) ++last;
    const std::string run = std::to_string(first.run) + ":", range = fmt::format("{}-{}", first.lumisection, last);
    if (texts.empty() || !texts.back().starts_with(run)) {
      texts.push_back(run + range);
    } else {
      texts.back() += "," + range;
    }
  }
  return texts;
}

/// The configuration of training over this round's zero bias.
std::vector<std::string> config_words(const Context& c) {
  const auto events = static_cast<std::uint64_t>(c.round.number("events", 0));
  const fs::path zerobias = c.round.fact_or("zerobias", c.folder() / "zerobias.h5");
  const auto train = static_cast<std::uint64_t>(static_cast<double>(events) * (1 - c.site.training.test_share));
  std::vector<std::string> words{"--config", c.site.training.config};
  for (const std::string& setting : c.site.training.settings) words.insert(words.end(), {"--set", setting});
  const std::string background = "data_config.Read_configs.BACKGROUND.";
  for (const std::string& setting : {background + "file_path=" + core::json_quoted(zerobias.native()),
                                     background + fmt::format("train_sector=[0, {}]", train),
                                     background + fmt::format("test_sector=[{}, {}]", train, events)})
    words.insert(words.end(), {"--set", setting});
  return words;
}

struct Candidate {
  std::string name, start;
  std::int64_t seed = 0;
};

/// Every seed from every start; the first model can only begin fresh.
std::vector<Candidate> candidates_of(const Context& c) {
  std::vector<Candidate> candidates;
  const bool has_parent = !c.round.fact_or("model", "").empty();
  for (const std::string& start : c.site.training.starts) {
    if (start != "fresh" && !has_parent) continue;
    for (const std::int64_t seed : c.site.training.seeds)
      candidates.push_back({start + "-" + std::to_string(seed), start, seed});
  }
  return candidates;
}

Command train_command(const Context& c, const Candidate& candidate) {
  const fs::path folder = c.folder();
  std::vector<std::string> words{"train"};
  const auto config = config_words(c);
  words.insert(words.end(), config.begin(), config.end());
  words.insert(words.end(), {"--set", "determinism.global_seed=" + std::to_string(candidate.seed), "--data",
                             folder / "Data.h5", "--output", folder / candidate.name, "--no-store", "--quiet",
                             "--registry", c.site.registry, "--name", c.site.name});
  if (c.site.training.threads > 0) words.insert(words.end(), {"--threads", std::to_string(c.site.training.threads)});
  // Settings were searched for with fresh trainings, and may be of another shape than the deployed network.
  const auto tuned = candidate.start == "fresh" ? tuned_settings(c) : std::vector<std::string>();
  words.insert(words.end(), tuned.begin(), tuned.end());
  if (candidate.start == "fine-tuned")
    words.insert(words.end(), {"--init", folder / "deployed", "--normalisation", "new"});
  return c.command(std::move(words));
}

/// The registry's id of a trained bundle; "" if it does not have it.
std::string artifact_of(const Context& c, const fs::path& bundle) {
  if (!fs::exists(bundle / "model.onnx")) return "";
  for (const std::string& id : c.registry.find_content(core::sha256_of_file(bundle / "model.onnx"))) {
    if (c.registry.get(id).kind == "model") return id;
  }
  return "";
}

/// Mean efficiency over the signal sets at the first working point, of the events and the threshold of its kind.
double merit_of(const fs::path& evaluation, const PointTarget& target) {
  try {
    const Json json = Json::parse(core::read_text(evaluation));
    const char* const column = target.point.pure ? "pure-pure" : "raw-raw";
    double sum = 0;
    for (const Json& signal : json.at("signals"))
      sum += signal.at("rates").at(0).at("firmware").at(column).at("value").get<double>();
    return json.at("signals").empty() ? 0 : sum / static_cast<double>(json.at("signals").size());
  } catch (const Json::exception& e) {
    throw core::Error(core::ErrorCode::damaged, e.what()).file(evaluation.native());
  }
}

Command evaluate_command(const Context& c, const std::string& name) {
  return c.command({"evaluate", "--model", c.folder() / name / "model.onnx", "--data", c.folder() / "Data.h5", "--rate",
                    number_text(c.site.points.front().point.target / 1000), "--replicas", "20", "--json", "--quiet",
                    "--no-registry"},
                   name + ".json");
}

}  // namespace

Step step_decide(const Context& c) {
  return {"see whether something is to be done", {}, [c]() -> Result {
            if (c.round.fact_or("model", "").empty())
              return {State::decided, {{"outcome", "retrain"}, {"why", "no model is deployed"}}, ""};
            const std::vector<Scored> good = c.stream.good(c.round.fact("model"), since_of(c.round));
            const Situation situation = situation_of(c, good);
            const Decision decision = decide(c.site.trigger, situation);
            if (!decision.outcome) return {std::nullopt, {}, decision.why};
            Facts facts{{"outcome", std::string(name_of(*decision.outcome))},
                        {"why", decision.why},
                        {"exposure", std::to_string(good.size())}};
            if (!good.empty()) facts["until_lumisection"] = std::to_string(good.back().key.lumisection);
            const State to = *decision.outcome == Outcome::nothing  ? State::nothing
                             : *decision.outcome == Outcome::expert ? State::expert
                                                                    : State::decided;
            if (*decision.outcome == Outcome::thresholds) {
              facts["candidate"] = c.round.fact("deployed");
              facts["candidate_model"] = c.round.fact("model");
            }
            return {to, std::move(facts), ""};
          }};
}

Step step_collect(const Context& c) {
  const fs::path zerobias = c.folder() / "zerobias.h5";
  Step step{"take zero bias of good lumisections from the stream's reservoir", {}, [zerobias]() -> Result {
              return {State::collected, {{"events", std::to_string(events_of(zerobias))}}, ""};
            }};
  if (c.round.fact_or("model", "").empty()) {
    step.what = "take the zero bias of before the first model";
    step.finish = [c, zerobias]() -> Result {
      if (c.site.stream.zerobias.empty())
        throw core::Error(core::ErrorCode::usage, "`stream.zerobias` is not there: what should the first model learn?")
            .file(c.site.file.native());
      return {State::collected,
              {{"events", std::to_string(events_of(c.site.stream.zerobias))}, {"zerobias", c.site.stream.zerobias}},
              ""};
    };
    return step;
  }
  const std::vector<Scored> good = learned_from(c);
  if (good.empty()) {
    step.finish = []() -> Result { return {std::nullopt, {}, "no good lumisection to learn from"}; };
    return step;
  }
  std::set<std::string> folders;
  for (const Scored& lumi : good) folders.insert(lumi.file.parent_path());
  std::vector<std::string> words{"reservoir", "export"};
  words.insert(words.end(), folders.begin(), folders.end());
  words.push_back("--only");
  for (const std::string& ranges : ranges_of(good)) words.push_back(ranges);
  if (is_ahead(c)) words.push_back("--moved");
  for (const std::string& move : words_of(c.round.fact_or("moves", ""), ' ')) words.push_back(move);
  words.insert(words.end(), {"--output", zerobias, "--registry", c.site.registry, "--name", c.site.name});
  step.commands = {c.command(std::move(words))};
  return step;
}

Step step_curate(const Context& c) {
  std::vector<std::string> words{"curate"};
  const auto config = config_words(c);
  words.insert(words.end(), config.begin(), config.end());
  words.insert(words.end(),
               {"--output", c.folder() / "Data.h5", "--quiet", "--registry", c.site.registry, "--name", c.site.name});
  return {"select, scale and pack it", {c.command(std::move(words))}, []() -> Result {
            return {State::curated, {}, ""};
          }};
}

Step step_train(const Context& c) {
  Step step{"train candidates", {}, {}};
  step.one_is_enough = true;
  const std::vector<Candidate> candidates = candidates_of(c);
  for (const Candidate& candidate : candidates) {
    if (candidate.start == "fine-tuned") deployed_bundle(c);
    if (artifact_of(c, c.folder() / candidate.name).empty()) step.commands.push_back(train_command(c, candidate));
  }
  step.finish = [c, candidates]() -> Result {
    std::string trained, failed;
    for (const Candidate& candidate : candidates) {
      std::string& list = artifact_of(c, c.folder() / candidate.name).empty() ? failed : trained;
      list += (list.empty() ? "" : ",") + candidate.name;
    }
    if (trained.empty()) return {State::failed, {{"failed", failed}}, "no training succeeded"};
    return {State::trained, {{"trained", trained}, {"failed", failed}}, ""};
  };
  return step;
}

Step step_choose(const Context& c) {
  Step step{"evaluate the candidates and the deployed model on the same new events", {}, {}};
  std::vector<std::string> names = words_of(c.round.fact("trained"), ',');
  for (const std::string& name : names) step.commands.push_back(evaluate_command(c, name));
  if (!c.round.fact_or("model", "").empty()) {
    deployed_bundle(c);
    step.commands.push_back(evaluate_command(c, "deployed"));
  }
  step.finish = [c, names]() -> Result {
    std::string best;
    double merit = -1;
    Facts facts;
    for (const std::string& name : names) {
      const double own = merit_of(c.folder() / (name + ".json"), c.site.points.front());
      facts["merit " + name] = number_text(own);
      if (own > merit) std::tie(merit, best) = std::pair(own, name);
    }
    if (!c.round.fact_or("model", "").empty())
      facts["merit deployed"] = number_text(merit_of(c.folder() / "deployed.json", c.site.points.front()));
    facts["chosen"] = best;
    facts["candidate"] = artifact_of(c, c.folder() / best);
    facts["candidate_model"] = core::sha256_of_file(c.folder() / best / "model.onnx");
    return {State::chosen, std::move(facts), ""};
  };
  return step;
}

}  // namespace trigloop::loop
