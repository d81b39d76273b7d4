// What a stage is besides its network: optimiser, schedule, augmentations, columns of the history, pruning.
#include <algorithm>
#include <cmath>

#include "train/nodes/layers.hpp"
#include "train/recipe/build.hpp"

namespace trigloop::train {

using core::Section;

namespace {

constexpr std::int64_t most_epochs = 1'000'000'000;

/// A text in a section of the configuration.
std::string text_of(const config::Value* section, const char* key) {
  const config::Value* value = section == nullptr ? nullptr : section->find(key);
  return value == nullptr ? "" : value->text;
}

/// A map of the recipe's own, or the path of a section of the configuration.
void set_optimiser(Stage& stage, const Section& section, const Scope& scope) {
  const auto options_of = [](const std::string& kind) {
    return kind == "lion" || kind == "Lion" ? OptimiserOptions::lion() : OptimiserOptions::adam();
  };
  if (section.is_map("optimiser")) {
    const Section own = section.section("optimiser");
    stage.optimiser = options_of(own.choice("kind", {"adam", "lion"}));
    stage.optimiser.weight_decay = number_at(own, "weight_decay", scope, 0.0);
    stage.schedule.highest = number_at(own, "learning_rate", scope);
    return own.refuse_unknown();
  }
  const std::string path = section.text("optimiser"), kind = text_of(scope.find(path), "optmiser");
  if (kind != "Adam" && kind != "adam" && kind != "Lion" && kind != "lion")
    throw section.error("optimiser", "'" + path + ".optmiser' must be Adam or Lion");
  stage.optimiser = options_of(kind);
  stage.optimiser.weight_decay = scope.number(path + ".weight_decay");
  stage.schedule.highest = scope.number(path + ".learning_rate");
}

Schedule::Kind kind_of(const std::string& type, const Section& section) {
  if (type == "CDW" || type == "cosine_with_warmup" || type == "cosine") return Schedule::Kind::cosine;
  if (type == "cosine_annealing_warm_restart_with_warmup" || type == "restarts") return Schedule::Kind::restarts;
  if (type == "constant") return Schedule::Kind::constant;
  throw section.error("schedule", "is of type '" + type +
                                      "'; known: CDW (cosine), constant, "
                                      "cosine_annealing_warm_restart_with_warmup (restarts)");
}

/// The same; `number` gives a value by its name in the package's configuration.
template <class F>
void fill_schedule(Schedule& s, const F& number) {
  if (s.kind == Schedule::Kind::constant) return;
  const auto whole = [&](const char* key) {
    const double value = number(key);
    if (!(value >= 0 && value <= static_cast<double>(most_epochs)))
      throw core::Error(core::ErrorCode::usage, std::string("'") + key + "' of a schedule is no number of epochs");
    return static_cast<std::int64_t>(value);
  };
  s.warmup = whole("warmup_epochs");
  if (s.kind == Schedule::Kind::cosine) return;
  s.first_cycle = whole("first_cycle_steps");
  s.cycle_multiplier = number("cycle_mult");
  s.gamma = number("gamma");
}

void set_schedule(Stage& stage, const Section& section, const Scope& scope) {
  if (!section.has("schedule")) return;
  Schedule& s = stage.schedule;
  s.epochs = stage.epochs;
  if (section.is_map("schedule")) {
    const Section own = section.section("schedule");
    s.kind = kind_of(own.text("type"), section);
    fill_schedule(s, [&](const char* key) { return number_at(own, key, scope); });
    own.refuse_unknown();
  } else {
    const std::string path = section.text("schedule");
    s.kind = kind_of(text_of(scope.find(path), "type"), section);
    fill_schedule(s, [&](const char* key) { return scope.number(path + ".config." + key); });
  }
  if (s.kind == Schedule::Kind::restarts && (s.first_cycle <= s.warmup || s.cycle_multiplier < 1))
    throw section.error("schedule", "its first cycle must be longer than its warm-up, and later ones no shorter");
}

}  // namespace

std::optional<Augmenter> augmenter_of(const Section& stage, const Scope& scope, const DataShape& shape, bool compat) {
  if (!stage.has("augment")) return {};
  AugmentOptions options;
  options.compat = compat;
  const Section augment = stage.section("augment");
  if (augment.has("blur")) {
    const Section blur = augment.section("blur");
    options.blur_p = number_at(blur, "p", scope);
    options.blur_strength = number_at(blur, "strength", scope);
    options.blur_magnitude = number_at(blur, "magnitude", scope);
    blur.refuse_unknown();
  }
  const auto simple = [&](const char* key) {
    if (!augment.has(key)) return 0.0;
    const Section section = augment.section(key);
    const double p = number_at(section, "p", scope);
    section.refuse_unknown();
    return p;
  };
  options.mask_p = simple("mask");
  options.rotate_p = simple("rotate");
  augment.refuse_unknown();
  return Augmenter(options, shape.geometry);
}

namespace {

HistoryNames history_of(const Section& stage) {
  HistoryNames names;
  if (!stage.has("history")) return names;
  const Section history = stage.section("history");
  for (const std::string& value : history.names()) {
    std::string rest = history.text(value);
    for (std::size_t space; !rest.empty(); rest.erase(0, space == rest.npos ? rest.size() : space + 1)) {
      space = rest.find(' ');
      names[value].push_back(rest.substr(0, space));
    }
  }
  return names;
}

/// Layers of a stack, or the one layer of that name.
void add_matching(const Stage& stage, const std::string& name, std::vector<std::string>& layers) {
  for (const auto& node : stage.network.nodes()) {
    if (dynamic_cast<const Dense*>(node.get()) == nullptr) continue;
    if (node->name == name || node->name.substr(0, node->name.rfind('_')) == name) layers.push_back(node->name);
  }
}

}  // namespace

std::vector<std::string> layers_at(const Stage& stage, const Section& section, const std::string& key) {
  std::vector<std::string> layers;
  for (const std::string& name : section.texts(key)) {
    const std::size_t before = layers.size();
    add_matching(stage, name, layers);
    if (layers.size() == before) throw section.error(key, "names '" + name + "', which is no stack of dense layers");
  }
  return layers;
}

void set_loop(Stage& stage, const Section& section, const Scope& scope) {
  stage.epochs = whole_at(section, "epochs", scope, 0, most_epochs);
  stage.batch = static_cast<std::size_t>(whole_at(section, "batch", scope, 2, 1 << 22));
  stage.evaluates = section.flag("evaluate", false);
  stage.history = history_of(section);
  set_optimiser(stage, section, scope);
  set_schedule(stage, section, scope);
}

void set_pruning(Stage& stage, const Section& section, const Scope& scope) {
  if (!section.has("prune")) return;
  const Section prune = section.section("prune");
  PruneOptions options;
  options.last = number_at(prune, "sparsity", scope);
  options.first = number_at(prune, "first", scope, 0.0);
  const auto epochs = static_cast<double>(stage.epochs);
  options.begin = whole_at(prune, "begin", scope, 0, most_epochs, 0.0);
  options.end = whole_at(prune, "end", scope, options.begin, most_epochs, std::max(0.0, std::floor(epochs / 2)));
  options.power = number_at(prune, "power", scope, 3.0);
  if (!(options.first >= 0 && options.first <= options.last && options.last < 1))
    throw prune.error("sparsity", "must be at least `first`, which is at least 0, and below 1");
  if (!(options.power > 0)) throw prune.error("power", "must be above 0");
  stage.pruner.emplace(options, stage.network.parameters, layers_at(stage, prune, "layers"));
  prune.refuse_unknown();
}

}  // namespace trigloop::train
