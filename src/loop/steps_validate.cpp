// From a candidate to what people are asked: shadow, gates, evidence.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json_writer.hpp"
#include "loop/evidence.hpp"
#include "loop/gates.hpp"
#include "loop/step.hpp"
#include "scout/record/record.hpp"

namespace trigloop::loop {
namespace {

namespace fs = std::filesystem;

event::LumiKey since_of(const Round& round) { return key_of(round.facts, "since_run", "since_lumisection"); }

/// Files of the stream by their names, wherever below the folder they are.
std::map<std::string, fs::path> stream_files(const fs::path& folder) {
  std::map<std::string, fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (entry.is_regular_file() && !name.starts_with('.')) files[name] = entry.path();
  }
  return files;
}

/// The files that gave the latest good lumisections: they are whole, as scout took them. Before anything was scouted,
/// all that are there.
std::vector<fs::path> shadow_files(const Context& c) {
  const auto files = stream_files(c.site.stream.files);
  std::vector<fs::path> chosen;
  if (c.round.fact_or("model", "").empty()) {
    for (const auto& [name, path] : files) chosen.push_back(path);
    return chosen;
  }
  std::vector<Scored> good = c.stream.good(c.round.fact("model"), since_of(c.round));
  const auto most = static_cast<std::size_t>(c.site.gates.shadow);
  if (good.size() > most) good.erase(good.begin(), good.end() - static_cast<std::ptrdiff_t>(most));
  for (const Scored& lumi : good) {
    for (const scout::InputShare& share : scout::read_record(lumi.file, scout::RecordPart::tail).shares) {
      const auto found = files.find(share.input.name);
      if (found != files.end()) chosen.push_back(found->second);
    }
  }
  return chosen;
}

bool is_same_model(const Context& c) { return c.round.fact("candidate_model") == c.round.fact_or("model", ""); }

/// The candidate's own scores of the stream; of new thresholds alone, those of the deployed model.
std::vector<Scored> shadow_lumis(const Context& c) {
  if (is_same_model(c)) {
    std::vector<Scored> good = c.stream.good(c.round.fact("model"), since_of(c.round));
    const auto most = static_cast<std::size_t>(c.site.gates.shadow);
    if (good.size() > most) good.erase(good.begin(), good.end() - static_cast<std::ptrdiff_t>(most));
    return good;
  }
  std::vector<Scored> lumis = scored_lumis(c.folder() / "shadow", c.round.fact("candidate_model"));
  std::erase_if(lumis, [&](const Scored& l) { return !c.stream.is_good(l.key); });
  return lumis;
}

/// Of the deployed model, those lumisections that the candidate scored, too.
std::vector<Scored> common(std::vector<Scored> lumis, const std::vector<Scored>& with) {
  std::erase_if(lumis, [&](const Scored& l) { return std::ranges::find(with, l.key, &Scored::key) == with.end(); });
  return lumis;
}

fs::path candidate_model(const Context& c) { return c.folder() / c.round.fact_or("chosen", "deployed") / "model.onnx"; }

void add_evaluation(const Context& c, const fs::path& model, const std::string& records, const std::string& name,
                    std::vector<Command>& commands) {
  std::vector<std::string> words{
      "evaluate", "--model", model, "--stream", c.folder() / records, "--config", c.site.training.config};
  for (const std::string& setting : c.site.training.settings) words.insert(words.end(), {"--set", setting});
  words.insert(words.end(), {"--signals", signals_of(c.site), "--rate"});
  for (const PointTarget& target : c.site.points)
    words.push_back(core::JsonWriter().value(target.point.target / 1000).text());
  words.insert(words.end(), {"--replicas", "20", "--json", "--quiet", "--output", c.folder() / (name + ".lite.h5"),
                             "--registry", c.site.registry, "--name", c.site.name});
  commands.push_back(c.command(std::move(words), name + ".json"));
}

/// Two engines over the same events, and the cost of both models.
void add_checks(const Context& c, const fs::path& deployed, std::vector<Command>& commands) {
  for (const char* engine : {"simd", "reference"})
    commands.push_back(
        c.command({"score", "--model", candidate_model(c), "--input", engine_events(c), "--engine", engine, "--output",
                   c.folder() / (std::string("scores-") + engine + ".npy"), "--quiet"}));
  commands.push_back(c.command({"model", "show", candidate_model(c), "--json"}, "cost-new.json"));
  if (!deployed.empty()) commands.push_back(c.command({"model", "show", deployed, "--json"}, "cost-old.json"));
}

}  // namespace

Step step_shadow(const Context& c) {
  Step step{"let the candidate score the stream in shadow", {}, {}};
  if (!is_same_model(c)) {
    const std::vector<fs::path> files = shadow_files(c);
    if (!files.empty()) {
      std::vector<std::string> words{"scout", "run", "--model", candidate_model(c), "--output", c.folder() / "shadow"};
      words.insert(words.end(), c.site.stream.options.begin(), c.site.stream.options.end());
      words.insert(words.end(), {"--quiet", "--no-registry", "--input"});
      words.insert(words.end(), files.begin(), files.end());
      fs::create_directories(c.folder() / "shadow");
      step.commands.push_back(c.command(std::move(words)));
    }
  }
  step.finish = [c]() -> Result {
    const std::size_t have = shadow_lumis(c).size();
    const auto needed = static_cast<std::size_t>(c.site.gates.shadow);
    if (have < needed) return {std::nullopt, {}, fmt::format("{} of {} lumisections in shadow", have, needed)};
    return {State::shadowed, {{"shadow", std::to_string(have)}}, ""};
  };
  return step;
}

Step step_validate(const Context& c) {
  Step step{"measure working points, compare with the deployed model, pass the gates", {}, {}};
  const std::vector<Scored> shadow = shadow_lumis(c);
  const bool has_old = !c.round.fact_or("model", "").empty();
  const fs::path deployed = has_old ? deployed_bundle(c) / "model.onnx" : fs::path();
  link_records(c.folder() / "records-new", shadow);
  add_evaluation(c, candidate_model(c), "records-new", "new", step.commands);
  if (has_old) {
    link_records(c.folder() / "records-old", common(c.stream.good(c.round.fact("model"), since_of(c.round)), shadow));
    add_evaluation(c, deployed, "records-old", "old", step.commands);
    step.commands.push_back(c.command({"compare", c.folder() / "old.lite.h5", c.folder() / "new.lite.h5", "--html",
                                       c.folder() / "comparison.html", "--json"},
                                      "comparison.json"));
  }
  step.commands.push_back(
      c.command({"spectrum", "sum", c.folder() / "records-new", "--output", c.folder() / "shadow.spectrum"}));
  step.commands.push_back(c.command({"report", c.folder() / "new.lite.h5", "--output", c.folder() / "report.html"}));
  add_checks(c, deployed, step.commands);
  step.finish = [c, shadow]() -> Result {
    const auto points = measure(c.site.points, thresholds_for(c.site.points, shadow), shadow);
    const std::vector<Gate> gates = judge(c, points, shadow);
    const std::string evidence = record_evidence(c, points, gates);
    Facts facts{{"points", to_json(points)}, {"gates", to_json(gates)}, {"evidence", evidence}};
    if (!all_passed(gates)) return {State::failed, std::move(facts), "a gate is closed: " + first_closed(gates)};
    return {State::validated, std::move(facts), ""};
  };
  return step;
}

}  // namespace trigloop::loop
