#include "tune/run/study_file.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/file.hpp"

namespace trigloop::tune {
namespace {

namespace fs = std::filesystem;
using core::Section;
using core::YamlNode;

constexpr double long_time = 1e7;

Direction read_direction(const Section& section, const std::string& key) {
  const std::string word = section.choice(key, {"minimize", "maximize"}, "minimize");
  return word == "maximize" ? Direction::maximize : Direction::minimize;
}

/// `metric: loss` with `direction`, or `metrics: {efficiency: maximize, lut: minimize}`.
std::vector<Metric> read_metrics(const Section& section) {
  if (!section.has("metrics")) return {{section.text("metric"), read_direction(section, "direction")}};
  if (section.has("metric")) throw section.error("metric", "stands beside 'metrics'");
  const Section map = section.section("metrics");
  std::vector<Metric> all;
  for (const std::string& name : map.names()) all.push_back({name, read_direction(map, name)});
  if (all.empty()) throw section.error("metrics", "names nothing");
  return all;
}

const YamlNode* child(const YamlNode& map, std::string_view key) {
  const auto at = std::ranges::find(map.keys, key);
  return at == map.keys.end() ? nullptr : &map.children[static_cast<std::size_t>(at - map.keys.begin())];
}

/// A list is words; a text is one line for the shell.
std::vector<std::string> read_command(const Section& section, const YamlNode& root) {
  if (!section.has("command")) return {};
  if (child(root, "command")->kind != YamlNode::Kind::list) return {section.text("command")};
  std::vector<std::string> words = section.texts("command");
  if (words.size() < 2) words.insert(words.begin(), "/usr/bin/env");
  return words;
}

/// A parameter that no setting mentions is itself a key of the configuration.
void read_train(const Section& section, StudyFile& study) {
  if (!section.has("train")) return;
  std::string mentioned;
  if (section.is_map("train")) {
    const Section train = section.section("train");
    study.train = train.text("config");
    study.data = train.text("data", "");
    if (train.has("set")) {
      const Section set = train.section("set");
      for (const std::string& key : set.names()) study.settings.emplace_back(key, set.text(key));
    }
    train.refuse_unknown();
  } else {
    study.train = section.text("train");
  }
  study.train = (study.path.parent_path() / study.train).native();
  for (const auto& [key, value] : study.settings) mentioned += value;
  for (const Dimension& dimension : study.space.dimensions())
    if (mentioned.find("{" + dimension.name + "}") == mentioned.npos)
      study.settings.emplace_back(dimension.name, "{" + dimension.name + "}");
}

/// `retrain: {set: {KEY: VALUE}, seeds: [1, 2, 3]}`
void read_retrain(const Section& section, StudyFile& study) {
  if (!section.has("retrain")) return;
  const Section retrain = section.section("retrain");
  if (study.train.empty()) throw section.error("retrain", "stands beside 'command': our trainer alone is run by it");
  if (retrain.has("set")) {
    const Section set = retrain.section("set");
    for (const std::string& key : set.names()) study.final_settings.emplace_back(key, set.text(key));
  }
  if (retrain.has("seeds")) {
    for (const std::string& text : retrain.texts("seeds")) {
      std::int64_t seed = 0;
      if (text.empty() ||
          std::from_chars(text.data(), text.data() + text.size(), seed).ptr != text.data() + text.size())
        throw retrain.error("seeds", "'" + text + "' is no seed");
      study.final_seeds.push_back(seed);
    }
  }
  retrain.refuse_unknown();
}

void read_slots(const Section& section, StudyFile& study) {
  study.workers = static_cast<unsigned>(section.integer("workers", 0, 100'000, 0));
  study.cpus = static_cast<unsigned>(section.integer("cpus", 1, 1024, 1));
  study.gpus = section.number("gpus", 0, 64, 0);
}

void read_limits(const Section& section, StudyFile& study) {
  study.trials = section.integer("trials", 1, std::numeric_limits<std::int32_t>::max(), 100);
  study.hours = section.number("hours", 0, long_time, 0);
  study.retries = static_cast<unsigned>(section.integer("retries", 0, 1000, 3));
  study.heartbeat = section.number("heartbeat", 0.1, 3600, 10);
  study.grace = section.number("grace", 2 * study.heartbeat, long_time, 6 * study.heartbeat);
  study.stop_signal = section.choice("stop_signal", {"TERM", "INT", "USR1", "USR2", "HUP"}, "TERM");
  study.stop_seconds = section.number("stop_seconds", 0, long_time, 30);
}

/// A name, or a map with a name and options.
template <class Make, class Read>
auto named(const YamlNode* node, const std::string& file, const char* usual, Make make, Read read) {
  if (node == nullptr) return make(usual);
  if (node->kind == YamlNode::Kind::map) return read(Section(*node, file));
  YamlNode map;
  map.kind = YamlNode::Kind::map;
  map.line = node->line;
  map.keys = {"name"};
  map.children = {*node};
  return read(Section(map, file));
}

}  // namespace

void StudyFile::set(const std::string& setting) {
  const auto equals = setting.find('=');
  if (equals == setting.npos || train.empty())
    throw core::Error(core::ErrorCode::usage,
                      "'" + setting + (train.empty() ? "': trials are commands" : "' sets nothing"))
        .remedy("Write --set KEY=VALUE, where trials train");
  settings.emplace(settings.begin(), setting.substr(0, equals), setting.substr(equals + 1));
}

std::vector<Direction> StudyFile::directions() const {
  std::vector<Direction> all;
  for (const Metric& metric : metrics) all.push_back(metric.direction);
  return all;
}

std::unique_ptr<Sampler> StudyFile::sampler() const {
  return named(
      child(document_, "sampler"), path.native(), "tpe", [&](const char* usual) { return make_sampler(usual, seed); },
      [&](const Section& section) { return read_sampler(section, seed); });
}

std::unique_ptr<Pruner> StudyFile::pruner() const {
  return named(
      child(document_, "pruner"), path.native(), "none", [](const char* usual) { return make_pruner(usual); },
      [](const Section& section) { return read_pruner(section); });
}

StudyFile read_study(const fs::path& path) {
  StudyFile study;
  study.path = path;
  study.text = core::read_text(path, 1u << 20);
  study.document_ = core::parse_yaml(study.text, path.native());
  const Section section(study.document_, path.native());
  study.name = section.text("name", path.stem().native());
  study.metrics = read_metrics(section);
  if (!section.has("space")) throw section.error("", "needs a key 'space'");
  study.space = read_space(*child(study.document_, "space"), path.native());
  study.command = read_command(section, study.document_);
  read_train(section, study);
  if (study.command.empty() == study.train.empty())
    throw section.error("", "needs one of 'command' and 'train': what a trial is");
  read_retrain(section, study);
  study.metrics_file = section.text("metrics_file", "");
  study.storage = section.text("storage", (path.parent_path() / (study.name + ".journal")).native());
  study.folder = section.text("folder", (path.parent_path() / (study.name + ".trials")).native());
  study.seed = static_cast<std::uint64_t>(section.integer("seed", 0, std::numeric_limits<std::int64_t>::max(), 0));
  read_slots(section, study);
  read_limits(section, study);
  for (const char* key : {"sampler", "pruner"}) section.has(key);
  section.refuse_unknown();
  study.sampler();  // their errors are told now
  study.pruner();
  return study;
}

}  // namespace trigloop::tune
