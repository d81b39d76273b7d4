#include "train/recipe.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "train/build.hpp"
#include "train/initialise.hpp"

namespace trigloop::train {
namespace {

using core::Section;

/// [bits, integer bits] at a key.
std::pair<int, int> bits_at(const Section& section, const std::string& key, const Scope& scope) {
  const Numbers n = numbers_at(section, key, scope);
  if (n.size() != 2 || n[0] < 2 || n[0] > 24 || n[1] < -24 || n[1] > 24)
    throw section.error(key, "must be [bits, integer bits], at most 24 bits");
  return {static_cast<int>(n[0]), static_cast<int>(n[1])};
}

/// A text in a section of the configuration.
std::string text_of(const config::Value* section, const char* key) {
  const config::Value* value = section == nullptr ? nullptr : section->find(key);
  return value == nullptr ? "" : value->text;
}

void set_optimiser(Stage& stage, const Section& section, const Scope& scope) {
  const std::string path = section.text("optimiser");
  const std::string kind = text_of(scope.find(path), "optmiser");
  if (kind == "Adam" || kind == "adam") {
    stage.optimiser = OptimiserOptions::adam();
  } else if (kind == "Lion" || kind == "lion") {
    stage.optimiser = OptimiserOptions::lion();
  } else {
    throw section.error("optimiser", "'" + path + ".optmiser' must be Adam or Lion");
  }
  stage.optimiser.weight_decay = scope.number(path + ".weight_decay");
  stage.schedule.highest = scope.number(path + ".learning_rate");
}

void set_schedule(Stage& stage, const Section& section, const Scope& scope) {
  if (!section.has("schedule")) return;
  const std::string path = section.text("schedule"), kind = text_of(scope.find(path), "type");
  const auto whole = [&](const char* key) { return static_cast<std::int64_t>(scope.number(path + ".config." + key)); };
  Schedule& s = stage.schedule;
  s.epochs = stage.epochs;
  if (kind == "CDW" || kind == "cosine_with_warmup") {
    s.kind = Schedule::Kind::cosine;
    s.warmup = whole("warmup_epochs");
  } else if (kind == "cosine_annealing_warm_restart_with_warmup") {
    s.kind = Schedule::Kind::restarts;
    s.warmup = whole("warmup_epochs");
    s.first_cycle = whole("first_cycle_steps");
    s.cycle_multiplier = scope.number(path + ".config.cycle_mult");
    s.gamma = scope.number(path + ".config.gamma");
    if (s.first_cycle <= s.warmup || s.cycle_multiplier < 1)
      throw section.error("schedule", "its first cycle must be longer than its warm-up, and later ones no shorter");
  } else if (kind != "constant") {
    throw section.error("schedule", "'" + path + ".type' is '" + kind +
                                        "'; known: CDW, cosine_annealing_warm_restart_with_warmup, constant");
  }
}

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

class Builder {
 public:
  Builder(const Section& root, const config::Value& config, const DataShape& shape)
      : root_(root), scope_(config), shape_(shape) {
    const config::Value* flag = scope_.find("compat");
    compat_ = flag != nullptr && flag->boolean;
    const config::Value* seed = scope_.find("determinism.global_seed");
    seed_ = seed == nullptr ? 0 : static_cast<std::uint64_t>(seed->integer);
  }

  Recipe build() {
    root_.integer("trigloop_recipe", 1, 1);
    recipe_.name = root_.text("name");
    root_.text("about", "");
    if (scope_.find("threshold.bc_khz") != nullptr) recipe_.crossings_khz = scope_.number("threshold.bc_khz");
    recipe_.supervised = root_.choice("events", {"background", "signals"}, "background") == "signals";
    if (recipe_.supervised && shape_.classes < 2)
      throw root_.error("events", "the file has fewer than two sets of signals");
    scope_.define("classes", {static_cast<double>(shape_.classes)});
    read_lets();
    read_quantisers();
    for (const Section& section : root_.sections("stages")) add_stage(section);
    read_score(root_.section("score"));
    root_.refuse_unknown();
    return std::move(recipe_);
  }

 private:
  void read_lets() {
    if (!root_.has("let")) return;
    const Section lets = root_.section("let");
    for (const std::string& name : lets.names()) scope_.define(name, numbers_at(lets, name, scope_));
  }

  void read_quantisers() {
    const Section section = root_.section("quantisers");
    const auto make = [&](const char* key, auto of) {
      const auto [bits, integer] = bits_at(section, key, scope_);
      return of(bits, integer);
    };
    recipe_.data = make("data", Quantiser::signed_bits);
    quantisers_ = {make("kernel", Quantiser::signed_bits), make("bias", Quantiser::signed_bits),
                   make("activation", Quantiser::unsigned_relu)};
    section.refuse_unknown();
  }

  std::size_t input_features(const Section& section, const std::string& input) const {
    if (input == "data") return shape_.features;
    const std::size_t dot = input.find('.');
    if (dot == input.npos) throw section.error("input", "must be `data` or STAGE.TENSOR");
    const Stage& earlier = recipe_.stage(input.substr(0, dot));
    return earlier.network.features(earlier.tensor(input.substr(dot + 1)));
  }

  void add_stage(const Section& section) {
    auto stage = std::make_unique<Stage>();
    stage->name = section.text("name");
    stage->input = section.text("input", "data");
    stage->table.features = input_features(section, stage->input);
    stage->views = static_cast<std::size_t>(section.integer("views", 1, 2, 1));
    stage->epochs = static_cast<std::int64_t>(number_at(section, "epochs", scope_));
    const double batch = number_at(section, "batch", scope_);
    if (!(batch >= 2 && batch <= 1 << 22)) throw section.error("batch", "must be from 2 to 4,194,304 events");
    stage->batch = static_cast<std::size_t>(batch);
    stage->evaluates = section.flag("evaluate", false);
    stage->seed = seed_ * 0x9E3779B97F4A7C15u + recipe_.stages.size();
    stage->history = history_of(section);
    set_optimiser(*stage, section, scope_);
    set_schedule(*stage, section, scope_);
    add_nodes(*stage, section);
    section.refuse_unknown();
    initialise(stage->network, stage->seed);
    recipe_.stages.push_back(std::move(stage));
  }

  void add_nodes(Stage& stage, const Section& section) {
    auto feed = std::make_unique<Feed>("input", stage.table, augmenter_of(section, scope_, shape_, compat_));
    stage.feed = &stage.network.add(std::move(feed), {});
    stage.tensors["input"] = stage.feed->output;
    if (recipe_.supervised) {
      stage.targets.features = shape_.classes;
      auto classes = std::make_unique<Feed>("classes", stage.targets);
      stage.target_feed = &stage.network.add(std::move(classes), {});
      stage.tensors["classes"] = stage.target_feed->output;
    }
    for (const Section& item : section.sections("network")) add_layers(stage, item, scope_, quantisers_);
    for (const Section& item : section.sections("loss")) {
      if (compat_ && item.has("vicreg")) stage.gradient_scale = static_cast<double>(stage.batch);
      add_loss(stage, item, scope_, shape_.geometry);
    }
  }

  void read_score(const Section& section) {
    Score& score = recipe_.score;
    score.stage = section.text("stage");
    const Stage& stage = recipe_.stage(score.stage);
    if (section.has("squared_distance")) {
      score.kind = Score::Kind::squared_distance;
      score.tensor = section.text("squared_distance");
      score.other = section.text("to");
      stage.tensor(score.other);
    } else if (section.has("sum_of_squares")) {
      score.kind = Score::Kind::sum_of_squares;
      score.tensor = section.text("sum_of_squares");
    } else {
      score.tensor = section.text("output");
    }
    stage.tensor(score.tensor);
    section.refuse_unknown();
  }

  const Section& root_;
  Scope scope_;
  const DataShape& shape_;
  LayerQuantisers quantisers_;
  bool compat_ = false;
  std::uint64_t seed_ = 0;
  Recipe recipe_;
};

}  // namespace

Stage& Recipe::stage(const std::string& stage_name) const {
  for (const auto& each : stages)
    if (each->name == stage_name) return *each;
  throw core::Error(core::ErrorCode::usage, "there is no stage '" + stage_name + "' here or before");
}

Recipe build_recipe(const std::string& text, const std::string& name, const config::Value& config,
                    const DataShape& shape) {
  const core::YamlNode root = core::parse_yaml(text, name);
  Recipe recipe = Builder(Section(root, name), config, shape).build();
  recipe.text = text;
  return recipe;
}

std::string recipe_text(const std::string& name_or_path) {
  if (const std::string_view text = builtin_text(name_or_path); !text.empty()) return std::string(text);
  if (std::filesystem::exists(name_or_path)) return core::read_text(name_or_path, 1u << 20);
  const std::vector<std::string> names = builtin_recipes();
  std::string all;
  for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
  const std::string near = core::nearest(name_or_path, names);
  throw core::Error(core::ErrorCode::usage, "there is no recipe and no file '" + name_or_path + "'")
      .remedy(near.empty() ? "Built in are " + all : "Did you mean '" + near + "'?");
}

}  // namespace trigloop::train
